"""Checks of a channel, for somebody who waits for what they find."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from erpgate.jobs.channel_checks import COMPANY, access_checks, failed
from erpgate.jobs.check_channel import check_task
from erpgate.plugin.errors import ErpError
from erpgate.service.credentials import Credentials
from erpgate.service.errors import Refused
from erpgate.service.sources import Sources
from erpgate.store.checks import Check, checks_of
from erpgate.store.records import ChannelRecord
from erpgate.store.tasks import AddTasks, Task, is_open

_LOOK = 0.02
"""Seconds between looks whether the process that has the account is done."""

_PATIENCE = 60.0
"""Seconds; the caller's deadline may be sooner."""


@dataclass(frozen=True, kw_only=True)
class Checks:
    """Use cases around checks.

    Attributes:
        sources: Database, plugins and clock.
        credentials: Tries those again of a channel whose ERP was never reached.
    """

    sources: Sources
    credentials: Credentials

    async def check(self, merchant: str, channel: str) -> tuple[ChannelRecord, Sequence[Check]]:
        """What is wrong with a channel now, and the channel afterwards; its lane asks the ERP."""
        record = await self.sources.channel(merchant, channel)
        self.sources.erp(record.erp)
        if record.company is None:
            return await self._first_contact(record)
        task = check_task(record, self.sources.clock.now())
        await self.sources.database.write(AddTasks((task,)))
        self.sources.wake(record.account, urgent=True)
        async with asyncio.timeout(_PATIENCE):
            await self._done(task)
        checks = await self.sources.database.read(lambda c: checks_of(c, merchant, channel))
        return await self.sources.channel(merchant, channel), checks

    async def _done(self, task: Task) -> None:
        while await self.sources.database.read(lambda c: is_open(c, task)):  # noqa: ASYNC110 - of another process
            await asyncio.sleep(_LOOK)

    async def _first_contact(self, record: ChannelRecord) -> tuple[ChannelRecord, Sequence[Check]]:
        try:
            known = await self.credentials.try_again(record)
        except ErpError as error:
            return record, access_checks(record, error)
        except Refused as refused:
            return record, [failed(COMPANY, refused.reason, refused.message)]
        assert known.company is not None  # noqa: S101 - it was just learned
        return known, access_checks(known, known.company)
