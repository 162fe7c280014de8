"""What the store asks of the rules, which know no database."""

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from erpgate.domain.order import Order
from erpgate.plugin.model import Stage
from erpgate.store.records import ChannelRecord, InvoiceRecord, VerdictRecord


class Judge(Protocol):
    """Judges orders for every channel of their merchant."""

    def __call__(
        self, order: Order, channels: Sequence[ChannelRecord], live: InvoiceRecord | None
    ) -> Sequence[VerdictRecord]:
        """One verdict per channel on an order by itself, given its live invoice."""
        ...

    def basket(
        self, orders: Sequence[Order], channels: Sequence[ChannelRecord], live: Mapping[str, InvoiceRecord]
    ) -> Mapping[str, Sequence[VerdictRecord]]:
        """By order id, one verdict per channel on each order of a basket, given their live invoices by order id."""
        ...


StageOf = Callable[[ChannelRecord], Stage]
"""How far a channel's automatic invoices go."""
