"""Which code of an Alegra item is the merchant's SKU."""

from erpgate.plugin import Item

from erpgate_alegra.settings import AlegraSettings

_SHARED = (
    "Variants share their parent's reference, so a reference does not tell which variant was sold; "
    "use the barcode as SKU."
)
_PARENT = "It stands for its variants and cannot be invoiced itself; invoice one of its variants."


class AlegraSku:
    """The reference or the barcode, by the channel's setting, and never a mixture."""

    def normalise(self, sku: str) -> str:
        """Without surrounding blanks; case counts."""
        return sku.strip()

    def sku_of(self, item: Item, settings: AlegraSettings) -> str | None:
        """The item's reference or barcode; None if it is empty."""
        code = item.barcode if settings.sku_source == "barcode" else item.reference
        return (code or "").strip() or None

    def refusal(self, item: Item, settings: AlegraSettings) -> str | None:
        """Refuses a parent of variants always, and a variant where the reference is the SKU."""
        if item.kind == "variant_parent":
            return _PARENT
        if item.kind == "variant" and settings.sku_source == "reference":
            return _SHARED
        return None
