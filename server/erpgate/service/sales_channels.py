"""Where a merchant sells: seen on orders, or declared."""

from collections.abc import Mapping, Sequence

from erpgate.service.sources import Sources
from erpgate.store.sales_channels import DeclareSalesChannels, SalesChannelRecord, list_sales_channels


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
