"""Resource names: what each kind looks like, read and written in one place."""

import re
import urllib.parse
from typing import Final

_ID = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_QUOTED = r"(?:[A-Za-z0-9._~-]|%[0-9A-F]{2})+"
_PARTS: Final = {
    "erp": r"[a-z0-9-]{1,63}",
    "merchant": _ID,
    "channel": _ID,
    "order": rf"(?=.{{1,600}}\Z){_QUOTED}:{_QUOTED}",
    "sales_channel": r"[a-z0-9](?:[a-z0-9._-]{0,61}[a-z0-9])?",
    "product": rf"(?=.{{1,600}}\Z){_QUOTED}",
    "invoice": r"[0-7][0-9A-HJKMNP-TV-Z]{25}",
}

ID: Final = re.compile(_ID)
"""A merchant's or channel's id."""

MAX_ORDER_ID: Final = 600
"""Characters of an order's id, percent-encoding included."""


class ResourceName:
    """One kind of resource name.

    Args:
        template: Such as `merchants/{merchant}/channels/{channel}`.
        example: A name of this kind, for messages.
    """

    def __init__(self, template: str, example: str) -> None:
        self.template = template
        self.example = example
        pattern = re.sub(r"\{(\w+)\}", lambda part: f"({_PARTS[part[1]]})", template)
        self._match = re.compile(pattern).fullmatch

    def matches(self, name: str) -> bool:
        """Whether `name` is of this kind."""
        return self._match(name) is not None

    def parse(self, name: str) -> tuple[str, ...]:
        """The ids in `name`, in order.

        Raises:
            ValueError: It is of another kind; validation refuses such names before anybody parses them.
        """
        found = self._match(name)
        if found is None:
            raise ValueError(f"{name!r} does not look like {self.example}")
        return found.groups()


ERP: Final = ResourceName("erps/{erp}", "erps/acme-books")
MERCHANT: Final = ResourceName("merchants/{merchant}", "merchants/acme")
CHANNEL: Final = ResourceName("merchants/{merchant}/channels/{channel}", "merchants/acme/channels/main")
ORDER: Final = ResourceName("merchants/{merchant}/orders/{order}", "merchants/acme/orders/shop-co:1001")
SALES_CHANNEL: Final = ResourceName(
    "merchants/{merchant}/salesChannels/{sales_channel}", "merchants/acme/salesChannels/shop-co"
)
PRODUCT: Final = ResourceName(
    "merchants/{merchant}/channels/{channel}/products/{product}", "merchants/acme/channels/main/products/17"
)
INVOICE: Final = ResourceName(
    "merchants/{merchant}/channels/{channel}/invoices/{invoice}",
    "merchants/acme/channels/main/invoices/01K2Z7A8B9C0D1E2F3G4H5J6K7",
)


def erp_name(erp: str) -> str:
    """Resource name of an ERP."""
    return f"erps/{erp}"


def channel_name(merchant: str, channel: str) -> str:
    """Resource name of a channel."""
    return f"merchants/{merchant}/channels/{channel}"


def sales_channel_name(merchant: str, sales_channel: str) -> str:
    """Resource name of a sales channel."""
    return f"merchants/{merchant}/salesChannels/{sales_channel}"


def order_name(merchant: str, order_id: str) -> str:
    """Resource name of an order."""
    return f"merchants/{merchant}/orders/{order_id}"


def product_name(merchant: str, channel: str, item_id: str) -> str:
    """Resource name of a product; the ERP's id is percent-encoded where it must be."""
    return f"merchants/{merchant}/channels/{channel}/products/{urllib.parse.quote(item_id, safe='')}"


def invoice_name(merchant: str, channel: str, invoice: str) -> str:
    """Resource name of an invoice."""
    return f"merchants/{merchant}/channels/{channel}/invoices/{invoice}"
