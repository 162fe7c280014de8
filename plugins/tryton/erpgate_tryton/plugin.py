"""What erpgate loads: the entry point `tryton` names this module."""

from collections.abc import Sequence
from typing import Any

from erpgate.plugin import Erp, Simulator, hookimpl

from erpgate_tryton.erp import TRYTON


@hookimpl
def erpgate_erps() -> Sequence[Erp[Any, Any]]:
    """Offers Tryton."""
    return (TRYTON,)


@hookimpl
def erpgate_simulators() -> Sequence[Simulator]:
    """Offers a real Tryton; what that needs is imported only here."""
    from erpgate_tryton.real.simulated import SIMULATOR

    return (SIMULATOR,)
