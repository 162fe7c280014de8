"""An ERP that sends messages about a channel is asked to stop when the channel is deleted, as well as can be."""

import asyncio
import datetime as dt
import logging
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, cast

from erpgate.engine.session import Session
from erpgate.jobs.sessions import Sessions
from erpgate.plugin.http import Unguarded
from erpgate.plugin.policy import Ability
from erpgate.store.records import ChannelRecord

if TYPE_CHECKING:
    from erpgate.plugin.capabilities import SendsEvents

_log = logging.getLogger(__name__)


class Farewell:
    """Ends an ERP's messages; what goes wrong is logged, and harms nobody: an unknown address answers 404.

    Args:
        sessions: Connects to ERPs.
        hook_url: A channel's resource name to the address for its ERP's messages; empty where none are taken.
        patience: How long an ERP may take.
    """

    def __init__(self, sessions: Sessions, hook_url: Callable[[str], str], patience: dt.timedelta) -> None:
        self._sessions = sessions
        self._hook_url = hook_url
        self._patience = patience

    async def prepare(self, channel: ChannelRecord) -> Callable[[], Awaitable[None]]:
        """What is to be done once the channel is deleted; its credentials are opened now, while they are there."""
        url = self._hook_url(channel.name)
        try:
            session = await self._sessions.visit(channel, Unguarded()) if url else None
        except Exception:
            _log.warning("The ERP of %s can't be told to send no more messages", channel.name, exc_info=True)
            session = None

        async def say() -> None:
            if session is not None:
                await self._say(session, url)

        return say

    async def _say(self, session: Session, url: str) -> None:
        try:
            async with asyncio.timeout(self._patience.total_seconds()):
                if Ability.ITEM_EVENTS in session.erp.abilities:
                    await cast("SendsEvents", session.connection).unsubscribe(url)
        except Exception as error:
            _log.warning("The ERP of %s may go on to send messages: %s", session.channel.name, error)
        finally:
            await session.connection.aclose()
