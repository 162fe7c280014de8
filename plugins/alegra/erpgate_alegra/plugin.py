"""What erpgate loads: the entry point `alegra` names this module."""

from collections.abc import Sequence
from typing import Any

from erpgate.plugin import Erp, Simulator, hookimpl

from erpgate_alegra.erp import ALEGRA


@hookimpl
def erpgate_erps() -> Sequence[Erp[Any, Any]]:
    """Offers Alegra."""
    return (ALEGRA,)


@hookimpl
def erpgate_simulators() -> Sequence[Simulator]:
    """Offers its simulator; what that needs is imported only here."""
    from erpgate_alegra.simulated import SIMULATOR

    return (SIMULATOR,)
