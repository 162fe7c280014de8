"""Which code of a Tryton product is the merchant's SKU."""

from erpgate.plugin import Item

from erpgate_tryton.settings import TrytonSettings

_VARIANT = "Variants are told apart by their barcodes; use the barcode as SKU to invoice them."


class TrytonSku:
    """The product's code or its barcode, by the channel's setting, and never a mixture."""

    def normalise(self, sku: str) -> str:
        """Without surrounding blanks; case counts."""
        return sku.strip()

    def sku_of(self, item: Item, settings: TrytonSettings) -> str | None:
        """The item's code or barcode; None if it is empty."""
        code = item.barcode if settings.sku_source == "barcode" else item.reference
        return (code or "").strip() or None

    def refusal(self, item: Item, settings: TrytonSettings) -> str | None:
        """Refuses a variant where the code is the SKU: variants may share their template's."""
        return _VARIANT if item.kind == "variant" and settings.sku_source == "reference" else None
