"""A plugin of another distribution: Alegra as it is, except that a call gives up after two seconds.

After a crash erpgate waits that long before it believes that a document is absent.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from erpgate.plugin import Erp, Simulator, hookimpl
from erpgate_alegra import plugin as alegra
from erpgate_alegra.erp import ALEGRA


@hookimpl
def erpgate_erps() -> Sequence[Erp[Any, Any]]:
    """Offers it in Alegra's place."""
    return (replace(ALEGRA, limits=replace(ALEGRA.limits, timeout=dt.timedelta(seconds=2))),)


@hookimpl
def erpgate_simulators() -> Sequence[Simulator]:
    """Offers Alegra's simulator."""
    return alegra.erpgate_simulators()
