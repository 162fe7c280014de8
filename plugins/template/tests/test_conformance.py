"""The plugin passes erpgate's conformance suite; while it grows, lower `level`."""

import erpgate_template.plugin
from erpgate.testing import ErpConformance, Level


class TestTemplate(ErpConformance):
    """Against its simulator, over HTTP."""

    plugin = erpgate_template.plugin
    level = Level.NEVER_DUPLICATES
