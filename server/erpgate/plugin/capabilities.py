"""What a plugin implements: small protocols, of which only `Connection` does I/O.

Those after `Connection` are optional: what `Erp.abilities` announces, the object from `Erp.connect` has too.
"""

import datetime as dt
from collections.abc import AsyncIterator, Mapping, Sequence
from decimal import Decimal
from typing import Protocol, TypeVar

from erpgate.plugin.model import (
    Buyer,
    Company,
    CustomerId,
    Document,
    DocumentId,
    Draft,
    Found,
    Item,
    ItemId,
    Option,
    Payload,
    Payment,
    Stage,
)
from erpgate.plugin.settings import ChannelSettings

S_in = TypeVar("S_in", bound=ChannelSettings, contravariant=True)


class SkuStrategy(Protocol[S_in]):
    """Which code of an item is the merchant's SKU. Pure."""

    def normalise(self, sku: str) -> str:
        """The form in which SKUs are compared; case stays."""
        ...

    def sku_of(self, item: Item, settings: S_in) -> str | None:
        """The item's SKU under these settings; None if it has none."""
        ...

    def refusal(self, item: Item, settings: S_in) -> str | None:
        """Why this item cannot be invoiced under these settings although its SKU matches; None if it can."""
        ...


class Defaults(Protocol[S_in]):
    """Completes a buyer. Pure."""

    def complete(self, buyer: Buyer, settings: S_in, company: Company) -> tuple[Buyer, frozenset[str]]:
        """The buyer with missing values filled in, and the names of the settings that were used for it.

        Raises:
            Rejected: The buyer's data can't be used and no default mends it.
        """
        ...


class InvoiceMapper(Protocol[S_in]):
    """Neutral to ERP. Pure and deterministic: the same input gives the same payload, byte for byte."""

    def identity(self, buyer: Buyer, settings: S_in, company: Company) -> str:
        """What makes two buyers the same customer in this ERP, such as type and number of the document."""
        ...

    def customer(self, buyer: Buyer, settings: S_in, company: Company) -> Payload:
        """The body that creates the customer."""
        ...

    def invoice(self, draft: Draft, settings: S_in, company: Company) -> Payload:
        """The body that creates the invoice."""
        ...


class Connection(Protocol):
    """One company in one ERP. One owner at a time; raises only the errors of `erpgate.plugin.errors`."""

    async def probe(self) -> Company:
        """Who the credentials belong to; the cheapest call that proves them, plan and permissions included.

        Raises:
            Misconfigured: The field to mend is named.
            Unavailable: The ERP can't be reached.
        """
        ...

    async def options(
        self, field: str, query: str, given: Mapping[str, str], page: str
    ) -> tuple[Sequence[Option], str]:
        """Live choices of a form field: one page, and the token of the next one (empty after the last).

        A choice whose value is `query`, letter for letter, is always among those that are found, on whichever page: so
        the host sees whether a stored choice still exists.

        Args:
            field: The field's `source`, or its own name where it has none.
            query: Text that a choice's label or value has; empty for all.
            given: Values, as text, of the fields in `depends_on` that have one.
            page: Token from the page before; empty for the first.

        Raises:
            Misconfigured: The plan does not include it, or the user may not see it; the reason says which.
            RateLimited: The ERP asks to wait.
            Unavailable: The ERP can't be reached.
        """
        ...

    def items(self, cursor: str) -> AsyncIterator[tuple[Sequence[Item], str]]:
        """The whole catalogue, a page at a time, each with the cursor after it (empty after the last page).

        A page that fails raises; it is never an empty one.
        """
        ...

    async def items_by_sku(self, skus: Sequence[str]) -> Sequence[Item] | None:
        """Items that carry one of these codes, re-checked; None when the ERP has no such filter.

        Every item with a matching reference or barcode is given, also inactive ones and variants.
        """
        ...

    async def taxes(self) -> Mapping[str, Decimal]:
        """Tax id to rate as a fraction."""
        ...

    async def find_customer(self, buyer: Buyer) -> Found[CustomerId]:
        """Customers with this buyer's identity document, compared exactly."""
        ...

    async def create_customer(self, payload: Payload, *, key: str) -> CustomerId:
        """Creates the customer, or adopts the one that the ERP says exists already."""
        ...

    async def create(self, payload: Payload, stage: Stage, *, key: str) -> Document:
        """Creates the document at `stage`, which is one of the policy's `create_stages`."""
        ...

    async def advance(self, document: Document, to: Stage, *, key: str) -> Document:
        """Opens or issues a document and gives it as it is then."""
        ...

    async def read(self, id: DocumentId) -> Document | None:  # noqa: A002
        """The document as it is now; None if the ERP says that it does not exist."""
        ...

    async def find(self, draft: Draft, since: dt.datetime) -> Found[Document]:
        """Documents that carry `draft.reference` and were created since; voided ones are left out."""
        ...

    async def aclose(self) -> None:
        """Gives connections back; the object is not used afterwards."""
        ...


class Discards(Protocol):
    """Ability DISCARD: a draft can be removed without a trace."""

    async def discard(self, draft: Document) -> None:
        """Removes the draft; one that is gone already is a success."""
        ...


class Voids(Protocol):
    """Ability VOID: an open document can be cancelled. Whether that went through is seen by `Connection.read`."""

    async def void(self, document: Document, reason: str, *, key: str) -> Document:
        """Cancels the document and gives it as it is then.

        Args:
            document: As `Connection.read` gave it last.
            reason: A person's words, or the ERP's own code where it wants one; may be empty.
            key: The same for every repetition.

        Raises:
            Rejected: The ERP does not cancel it, such as one that was paid.
        """
        ...


class MapsCredits(Protocol[S_in]):
    """Ability CREDIT_NOTE: what `Erp.mapper` has beside `InvoiceMapper`. Pure and deterministic."""

    def credit_note(self, draft: Draft, original: Document, settings: S_in, company: Company) -> Payload:
        """The body that creates a credit note.

        Args:
            draft: The credit note: its own reference, what is credited as lines, amounts above zero, and in `note`
                a person's words. One that credits the whole document has the document's own total.
            original: The document that is credited.
            settings: As for the invoice.
            company: Whose books.
        """
        ...


class Credits(Protocol):
    """Ability CREDIT_NOTE: a document can be credited, in whole or in part."""

    async def credit(self, document: Document, payload: Payload, stage: Stage, *, key: str) -> Document:
        """Creates the credit note of `payload` and gives it as the ERP has it.

        Args:
            document: That is credited.
            payload: As `MapsCredits.credit_note` made it.
            stage: ISSUED if the document is, else OPEN.
            key: The same for every repetition.
        """
        ...

    async def find_credits(self, document: Document, draft: Draft) -> Found[Document]:
        """Credit notes of the document's customer that carry `draft.reference`."""
        ...


class TakesPayments(Protocol):
    """Ability PAYMENT: money that was received can be recorded."""

    async def pay(self, document: Document, payment: Payment, *, key: str) -> str:
        """Records the payment and gives the ERP's id of it.

        Raises:
            Rejected: The ERP takes no such payment; `fields` names `method`, `account`, `date` or `amount`.
        """
        ...

    async def find_payments(self, document: Document, reference: str) -> Found[str]:
        """Ids of payments of the document that carry our reference."""
        ...


class Emails(Protocol):
    """Ability EMAIL: the ERP sends a document to people."""

    async def email(self, document: Document, to: Sequence[str]) -> None:
        """Has the document sent. The host calls it once and never again after `OutcomeUnknown`."""
        ...


class Prints(Protocol):
    """Ability PDF: the ERP makes a PDF of a document."""

    def pdf(self, document: Document) -> AsyncIterator[bytes]:
        """The PDF's bytes, piece by piece; `Http.download` fetches it from an address that the ERP names."""
        ...


class CountsItems(Protocol):
    """Ability ITEM_COUNT: the size of the catalogue can be asked for, so that a full reading shows how far it is."""

    async def count_items(self) -> int | None:
        """Items that `Connection.items` gives, in one call; None if the ERP does not tell."""
        ...


class ReadsItems(Protocol):
    """Ability ITEM_BY_ID: one item can be read on its own."""

    async def item(self, id: ItemId) -> Item | None:  # noqa: A002
        """The item as it is now; None only if the ERP itself says that it does not exist.

        Raises:
            Rejected: It is there, and cannot be read as an item; what is known of it stays.
        """
        ...


class ListsChanges(Protocol):
    """Ability ITEM_CHANGES: the ERP tells which items changed, so that the catalogue is kept fresh by those alone."""

    def changed_items(self, since: dt.datetime) -> AsyncIterator[Sequence[Item]]:
        """Items whose content, price or stock changed at or after `since` by the ERP's clock, a page at a time.

        An ERP that forgets some changes, such as those of stock, does not have this ability. Removed items are not
        listed; a full reading, once a day, finds them.
        """
        ...


class SendsEvents(Protocol):
    """Ability ITEM_EVENTS: the ERP calls an address of ours when items change; `Erp.events` reads what it sends."""

    async def subscribe(self, url: str) -> None:
        """Makes the ERP call this address from now on. It is called again and again, and must then change nothing.

        Args:
            url: With scheme; its path is a secret.
        """
        ...

    async def unsubscribe(self, url: str) -> None:
        """Makes the ERP call this address no more. It is called once, when a channel is deleted; nothing waits for it.

        Args:
            url: As it was given to `subscribe`.
        """
        ...
