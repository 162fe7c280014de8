"""What can still be sold: the ERP's stock less what it does not know yet."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Final

from erpgate.domain.product import Availability, Product
from erpgate.plugin.model import Stage
from erpgate.store.catalog import StoredItem
from erpgate.store.records import FiscalState, InvoiceState
from erpgate.store.sold import Sale

_GONE: Final = (InvoiceState.VOIDED, InvoiceState.WITHDRAWN, InvoiceState.MISSING)
_ISSUED: Final = (FiscalState.ACCEPTED, FiscalState.ACCEPTED_WITH_OBSERVATIONS)


def availability_of(
    product: Product, stored: StoredItem, sales: Sequence[Sale], stock_moves_at: Stage | None
) -> Availability | None:
    """What can still be sold of a product; None if it keeps no stock.

    Args:
        product: Under the channel's settings.
        stored: As it was read.
        sales: With the product's SKU.
        stock_moves_at: The stage at which an invoice moves the ERP's stock; where documents move none, a sale counts
            until its invoice is open.
    """
    if product.on_hand is None:
        return None
    sold = unread = Decimal(0)
    for sale in sales:
        if sale.state in _GONE:
            continue
        if not _moved(sale, stock_moves_at or Stage.OPEN):
            sold += sale.quantity
        elif stock_moves_at and sale.update_time is not None and sale.update_time > stored.sync_time:
            unread += sale.quantity
    return Availability(on_hand=product.on_hand, sold=sold, unread=unread)


def by_code(sales: Sequence[Sale]) -> Mapping[str, list[Sale]]:
    """Sales of each SKU."""
    grouped: dict[str, list[Sale]] = {}
    for sale in sales:
        grouped.setdefault(sale.code, []).append(sale)
    return grouped


def _moved(sale: Sale, at: Stage) -> bool:
    if sale.state is InvoiceState.OPEN:
        return at is not Stage.ISSUED or sale.fiscal_state in _ISSUED
    return sale.state is InvoiceState.DRAFT and at is Stage.DRAFT
