"""How a durable process ends: done, later, or when a person acts."""

import datetime as dt
from collections.abc import Awaitable
from typing import Protocol

from erpgate.defects import PluginDefect
from erpgate.domain.problem import Blocked
from erpgate.engine.lane import Lane
from erpgate.engine.settings import nth
from erpgate.engine.work import PARKED, Held, LookAgain, Postponed
from erpgate.plugin.errors import ErpError, Misconfigured, OutcomeUnknown, RateLimited, Rejected, Unavailable
from erpgate.plugin.reasons import Reason
from erpgate.store.errors import ChannelPaused, Conflict


class Teller(Protocol):
    """Writes down where something people can read stands."""

    async def block(self, stop: Blocked) -> None:
        """A person must act; the task ends."""
        ...

    async def refuse(self, error: Rejected) -> None:
        """The ERP said no; the task ends."""
        ...

    async def unknown(self, delay: dt.timedelta, error: ErpError | None = None) -> None:
        """Something was sent and nobody knows; it is looked up after the delay."""
        ...

    async def waits(self, error: ErpError | PluginDefect) -> None:
        """The whole account waits for the ERP."""
        ...


async def carried_out(lane: Lane, teller: Teller, work: Awaitable[Postponed | None]) -> Postponed | None:
    """Runs the work and has whatever stops it written down.

    Raises:
        ErpError: What concerns the whole account.
        PluginDefect: The plugin failed in a way that it may not.
    """
    try:
        return await work
    except Blocked as stop:
        await teller.block(stop)
    except Rejected as error:
        await teller.refuse(error)
    except (ChannelPaused, Held):
        return PARKED  # it was paused while this ran
    except Conflict:
        return Postponed(delay=nth(lane.settings.retry_delays, 0))
    except LookAgain as unknown:
        await teller.unknown(unknown.delay)
        return Postponed(delay=unknown.delay)
    except OutcomeUnknown as error:
        delay = nth(lane.settings.look_up_delays, 0)
        await teller.unknown(delay, error)
        return Postponed(delay=delay)
    except Misconfigured as error:
        if error.reason is Reason.ERP_CREDENTIALS_INVALID:
            await teller.waits(error)
            raise
        await teller.block(stop_of(error))
    except (RateLimited, Unavailable, PluginDefect) as error:
        await teller.waits(error)
        raise
    return None


def stop_of(error: ErpError) -> Blocked:
    """An error as something that a person must act upon."""
    fields = error.fields if isinstance(error, Rejected) else {}
    return Blocked(error.reason, error.message, details={**error.details, **fields})
