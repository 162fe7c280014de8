"""What erpgate loads: the entry point `template` names this module."""

from collections.abc import Sequence
from typing import Any

from erpgate.plugin import Erp, Simulator, hookimpl

from erpgate_template.erp import TEMPLATE


@hookimpl
def erpgate_erps() -> Sequence[Erp[Any, Any]]:
    """Offers Template."""
    return (TEMPLATE,)


@hookimpl
def erpgate_simulators() -> Sequence[Simulator]:
    """Offers its simulator; what that needs is imported only here."""
    from erpgate_template.simulator import SIMULATOR

    return (SIMULATOR,)
