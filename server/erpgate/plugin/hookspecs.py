"""The hooks a plugin may implement: offers, called once, and events, called whenever something has happened.

Events are stored in the commit that they tell of, and told afterwards: at least once, those of one channel in the order
in which they happened, by one process at a time. A call that raises, or takes longer than `Listener.timeout`, is made
again after growing delays; meanwhile later events of that channel wait for this listener, and nobody else does. What
could not be told for as long as the operator allows is given up. `Rejected` gives an event up at once, `RateLimited`
says when to come back, and anything else that is raised means: again.

A hook that is a plain function runs in a thread, one that is `async def` in an event loop of its plugin. Neither can
hold up the server.
"""

from collections.abc import Awaitable, Sequence
from typing import Any

import pluggy

from erpgate.plugin.erp import Erp
from erpgate.plugin.events import ChannelHealthChanged, InvoiceChanged
from erpgate.plugin.listening import Listener, Listening
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


@hookspec
def erpgate_listener() -> Listener[Any] | None:
    """Says which settings the event hooks of this plugin need, and how long they may take.

    Called once per process, while plugins are loaded, synchronously; it does no I/O. A plugin without it has no
    settings and listens always.

    Example:
        ```python
        @hookimpl
        def erpgate_listener() -> Listener[Chat]:
            return Listener(api_version=API_VERSION, settings=Chat)
        ```

    Since API version 1.
    """
    raise RuntimeError("a hook specification is never called")


@hookspec
def erpgate_invoice_changed(event: InvoiceChanged, listening: Listening[Any]) -> Awaitable[None] | None:
    """Tells that an invoice was issued, blocked, withdrawn, voided, paid or reversed.

    Called once for each such change, and again until it returns; a plain function or `async def`. Leave `listening` out
    if you do not need it. What is returned is ignored; what may be raised is said above.

    Example:
        ```python
        @hookimpl
        def erpgate_invoice_changed(event: InvoiceChanged) -> None:
            if event.state is InvoiceState.BLOCKED:
                print(event.invoice, event.reason)
        ```

    Since API version 1.
    """
    raise RuntimeError("a hook specification is never called")


@hookspec
def erpgate_channel_health_changed(event: ChannelHealthChanged, listening: Listening[Any]) -> Awaitable[None] | None:
    """Tells that a channel does not work any more, or does again.

    Called once for each such change, and again until it returns; as `erpgate_invoice_changed`.

    Example:
        ```python
        @hookimpl
        async def erpgate_channel_health_changed(event: ChannelHealthChanged, listening: Listening[Chat]) -> None:
            chat = listening.http(listening.settings.url)
            await chat.write("POST", "messages", json={"text": f"{event.channel}: {event.health}"})
        ```

    Since API version 1.
    """
    raise RuntimeError("a hook specification is never called")
