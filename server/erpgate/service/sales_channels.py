"""Where a merchant sells: seen on orders, or declared."""

from collections.abc import Mapping, Sequence

from erpgate.plugin.reasons import Reason
from erpgate.service.errors import Refused
from erpgate.service.sources import Sources
from erpgate.store.errors import Conflict
from erpgate.store.sales_channels import (
    DeclareSalesChannels,
    SalesChannelRecord,
    WithdrawSalesChannel,
    list_sales_channels,
)


class SalesChannels:
    """Use cases around sales channels.

    Args:
        sources: Database, plugins and clock.
    """

    def __init__(self, sources: Sources) -> None:
        self._sources = sources

    async def list(self, merchant: str, after: str, limit: int) -> Sequence[SalesChannelRecord]:
        """A merchant's sales channels by id."""
        return await self._sources.database.read(lambda c: list_sales_channels(c, merchant, after=after, limit=limit))

    async def declare(self, merchant: str, names: Mapping[str, str]) -> Sequence[SalesChannelRecord]:
        """Adds sales channels, or names known ones; others stay as they are."""
        return await self._sources.database.write(DeclareSalesChannels(merchant, names))

    async def withdraw(self, merchant: str, sales_channel: str) -> None:
        """Takes back what was declared.

        Raises:
            Refused: `SALES_CHANNEL_IN_USE`, by orders or by the settings of a channel.
        """
        try:
            await self._sources.database.write(WithdrawSalesChannel(merchant, sales_channel))
        except Conflict as conflict:
            why = f"the settings of {conflict.holder} name it" if conflict.holder else "orders came from it"
            raise Refused(
                Reason.SALES_CHANNEL_IN_USE,
                f"{sales_channel} can't be withdrawn: {why}.",
                details={"sales_channel": sales_channel, "used_by": conflict.holder},
            ) from conflict
