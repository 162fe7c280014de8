"""What ERPs send by themselves: it only says which items to read again."""

import hmac

from erpgate.jobs.read_catalog import read_item_task
from erpgate.service.sources import Sources
from erpgate.store.channels import get_channel
from erpgate.store.records import ChannelState
from erpgate.store.tasks import AddTasks
from erpgate.vault import Vault

_MOST = 100
"""Items of one message that are read on their own; the next whole reading sees the rest."""
_LONGEST_ID = 200


class Hooks:
    """Takes messages of ERPs.

    Args:
        sources: Database, plugins and clock.
        vault: Makes the secret part of a channel's address.
    """

    def __init__(self, sources: Sources, vault: Vault) -> None:
        self._sources = sources
        self._vault = vault

    async def take(self, merchant: str, channel: str, token: str, body: bytes) -> bool:
        """Stores what is to be read again, before it answers; False for an address that is none of ours."""
        name = f"merchants/{merchant}/channels/{channel}"
        if not any(hmac.compare_digest(token.encode(), known.encode()) for known in self._vault.tokens(name)):
            return False
        record = await self._sources.database.read(lambda c: get_channel(c, merchant, channel))
        erp = self._sources.registry.erps.get(record.erp) if record else None
        if record is None or erp is None or erp.events is None:
            return False
        ids = [item_id for item_id in dict.fromkeys(erp.events(body)) if 0 < len(item_id) <= _LONGEST_ID][:_MOST]
        if ids and record.state is ChannelState.CONNECTED:
            now = self._sources.clock.now()
            tasks = tuple(read_item_task(record.account, item_id, now) for item_id in ids)
            await self._sources.database.write(AddTasks(tasks))
            self._sources.wake(record.account)
        return True
