"""SKU aliases: what a sales channel's SKU means in the ERP."""

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal

from erpgate.domain.matching import match
from erpgate.domain.order import OrderLine
from erpgate.plugin.model import Item
from erpgate.service.errors import Refused
from erpgate.service.lookups import asked_about
from erpgate.service.sources import Sources
from erpgate.store.aliases import AliasRecord, DeleteAlias, SetAliases, list_aliases
from erpgate.store.catalog import codes_like, items_with_codes
from erpgate.store.records import ChannelRecord

_ONE = Decimal(1)
_PATIENCE = dt.timedelta(seconds=5)


class Aliases:
    """Use cases around aliases.

    Args:
        sources: Database, plugins and clock.
    """

    def __init__(self, sources: Sources) -> None:
        self._sources = sources

    async def set(self, merchant: str, channel: str, sku: str, item_sku: str) -> AliasRecord:
        """Remembers what a SKU means; the item must exist and be one that can be invoiced."""
        record = await self._sources.invoicing_channel(merchant, channel)
        strategy = self._sources.erp(record.erp).sku
        code = strategy.normalise(item_sku)
        item = await self._item(record, code)
        alias = AliasRecord(
            merchant=merchant,
            account=record.account,
            sku=strategy.normalise(sku),
            item=item.id,
            item_sku=code,
            set_time=self._sources.clock.now(),
        )
        await self._sources.database.write(SetAliases((alias,)))
        return alias

    async def list(self, merchant: str, channel: str, after: str, limit: int) -> Sequence[AliasRecord]:
        """A page of the aliases of a channel's company, by SKU."""
        record = await self._sources.invoicing_channel(merchant, channel)
        return await self._sources.database.read(
            lambda c: list_aliases(c, merchant, record.account, after=after, limit=limit)
        )

    async def delete(self, merchant: str, channel: str, sku: str) -> None:
        """Forgets an alias, if there is one."""
        record = await self._sources.invoicing_channel(merchant, channel)
        code = self._sources.erp(record.erp).sku.normalise(sku)
        await self._sources.database.write(DeleteAlias(merchant, record.account, code))

    async def _item(self, channel: ChannelRecord, code: str) -> Item:
        await asked_about(self._sources, channel, [code], _PATIENCE)
        database, account = self._sources.database, channel.account
        items = await database.read_long(lambda c: items_with_codes(c, account, [code]))
        known = await database.read_long(lambda c: codes_like(c, account, code[:3], 50))
        line = OrderLine(line_id="alias", sku=code, title="", quantity=_ONE, unit_price=_ONE)
        erp, settings = self._sources.erp(channel.erp), self._sources.settings(channel)
        matching = match([line], items, erp.sku, settings, corrections={}, known_skus=known)
        if matching.problems:
            problem = matching.problems[0]
            raise Refused(
                problem.reason,
                problem.message,
                fields={"alias.item_sku": problem.message},
                details={**matching.details, "suggestions": ", ".join(problem.suggestions)},
            )
        return matching.items["alias"]
