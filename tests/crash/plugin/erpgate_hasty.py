"""A plugin of another distribution: Alegra and Tryton as they are, except that a call gives up after some seconds.

After a crash erpgate waits that long before it believes that a document is absent.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from erpgate.plugin import Erp, Simulator, hookimpl
from erpgate_alegra import plugin as alegra
from erpgate_alegra.erp import ALEGRA
from erpgate_tryton.erp import TRYTON


@hookimpl
def erpgate_erps() -> Sequence[Erp[Any, Any]]:
    """Offers them in the place of those who are installed."""
    return (_hasty(ALEGRA, 2), _hasty(TRYTON, 5))


@hookimpl
def erpgate_simulators() -> Sequence[Simulator]:
    """Offers Alegra's simulator."""
    return alegra.erpgate_simulators()


def _hasty(erp: Erp[Any, Any], seconds: int) -> Erp[Any, Any]:
    return replace(erp, limits=replace(erp.limits, timeout=dt.timedelta(seconds=seconds)))
