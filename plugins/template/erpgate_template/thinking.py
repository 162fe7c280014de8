"""SKU, defaults and mapping: pure functions of what they are given."""

from dataclasses import replace

from erpgate.plugin import Buyer, Company, Draft, Item, Payload, Reason, Rejected

from erpgate_template.settings import TemplateSettings


class TemplateSku:
    """The SKU is the code or the barcode, as the merchant says."""

    def normalise(self, sku: str) -> str:
        """Codes are compared as they are, without blanks around them."""
        return sku.strip()

    def sku_of(self, item: Item, settings: TemplateSettings) -> str | None:
        """The one code that counts."""
        return item.barcode if settings.sku_source == "barcode" else item.reference

    def refusal(self, item: Item, settings: TemplateSettings) -> str | None:
        """Every item can be invoiced."""
        return None


class TemplateDefaults:
    """Completes buyers from the merchant's defaults."""

    def complete(self, buyer: Buyer, settings: TemplateSettings, company: Company) -> tuple[Buyer, frozenset[str]]:
        """Fills in what is missing and names what was used."""
        given = {
            "document": settings.default_document,
            "email": settings.default_email,
            "phone": settings.default_phone,
        }
        used = {name: value for name, value in given.items() if value and not getattr(buyer, name)}
        completed = replace(
            buyer,
            document=used.get("document", buyer.document),
            email=used.get("email", buyer.email),
            phone=used.get("phone", buyer.phone),
        )
        if not completed.document:
            raise Rejected(
                f"{company.name} needs the buyer's identity document.",
                fields={"buyer.document": "required"},
                reason=Reason.CUSTOMER_DOCUMENT_INVALID,
            )
        return completed, frozenset(f"default_{name}" for name in used)


class TemplateMapper:
    """Neutral to Template."""

    def identity(self, buyer: Buyer, settings: TemplateSettings, company: Company) -> str:
        """Buyers with one document are one customer."""
        return buyer.document

    def customer(self, buyer: Buyer, settings: TemplateSettings, company: Company) -> Payload:
        """The body that creates a customer."""
        return {"name": buyer.name, "tax_number": buyer.document, "email": buyer.email}

    def invoice(self, draft: Draft, settings: TemplateSettings, company: Company) -> Payload:
        """The body that creates an invoice; amounts are text, and the mark is what it is found by."""
        return {
            "book": settings.book,
            "mark": draft.reference,
            "date": draft.date.isoformat(),
            "due": draft.due_date.isoformat(),
            "customer": draft.customer,
            "currency": draft.currency_code,
            "lines": [
                {
                    "item": line.item,
                    "quantity": str(line.quantity),
                    "price": str(line.unit_price),
                    "taxes": list(line.tax_ids),
                }
                for line in draft.lines
            ],
        }
