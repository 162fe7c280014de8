"""Alegra's plugin passes the whole suite against its simulator."""

import erpgate_alegra.plugin
from erpgate.testing import ErpConformance


class TestAlegra(ErpConformance):
    """Over HTTP, on loopback."""

    plugin = erpgate_alegra.plugin
