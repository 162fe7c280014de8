"""The hooks a plugin may implement; all of them are offers, called once when plugins are loaded."""

from collections.abc import Sequence
from typing import Any

import pluggy

from erpgate.plugin.erp import Erp
from erpgate.plugin.simulator import Simulator

PROJECT = "erpgate"

hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)
"""Marks a plugin's implementation of a hook."""


@hookspec
def erpgate_erps() -> Sequence[Erp[Any, Any]]:
    """Offers the ERPs that this plugin connects.

    Called once per process, while plugins are loaded, synchronously; it does no I/O. An empty sequence offers nothing.
    Whatever it raises marks this plugin as failed and harms no other.

    Example:
        ```python
        from erpgate.plugin import Erp, hookimpl

        @hookimpl
        def erpgate_erps() -> list[Erp]:
            return [ACME_BOOKS]
        ```

    Since API version 1.
    """
    raise RuntimeError("a hook specification is never called")


@hookspec
def erpgate_simulators() -> Sequence[Simulator]:
    """Offers simulators of ERPs, for `erpgate simulate`, the demo and tests.

    Called once per process, when a simulator is asked for, synchronously. What it needs may be imported inside, so
    that a server never loads it.

    Example:
        ```python
        @hookimpl
        def erpgate_simulators() -> list[Simulator]:
            from erpgate_acme.simulator import SIMULATOR

            return [SIMULATOR]
        ```

    Since API version 1.
    """
    raise RuntimeError("a hook specification is never called")
