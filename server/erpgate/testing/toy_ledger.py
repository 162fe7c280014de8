"""The books of the toy ERP: what tests look into and break."""

import datetime as dt
import enum
from collections import Counter, deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from erpgate.plugin import (
    Ability,
    CustomerId,
    Document,
    DocumentId,
    ErpError,
    Item,
    ItemId,
    Payment,
    RoundingPolicy,
    Source,
    Trouble,
)

LATER = frozenset({Ability.VOID, Ability.CREDIT_NOTE, Ability.PAYMENT, Ability.EMAIL, Ability.PDF})
"""What a toy ledger can do with a voucher, unless it shall not."""


class Fault(enum.Enum):
    """What goes wrong with one write."""

    REFUSED = "refused"
    """The ledger says no; nothing happened."""
    UNREACHABLE = "unreachable"
    """Nothing reached it."""
    ANSWER_LOST = "answer lost"
    """It was carried out and the answer was lost."""
    LOST = "lost"
    """It was not carried out, and nobody was told."""
    GONE = "gone"
    """It was carried out, the answer was lost, and nothing reaches the ledger any more."""


@dataclass
class ToyLedger:
    """The books of one toy company; tests put items in, take vouchers out, and break things.

    Attributes:
        workspace: Names the company.
        passphrase: That opens it.
        items: The catalogue.
        settle_time: A voucher is visible to searches by then.
        rounding: How it computes.
        keys_remembered: Whether a repeated key gives the first voucher back.
        drafts: Whether vouchers are drafts first.
        abilities: What it can do with a voucher later.
        notes: Credit notes.
        receipts: Payments, each with the voucher's id.
        letters: E-mails that it sent: voucher's id and recipients.
        troubles: Of the next calls, by member of the connection.
        lists: Choices of live fields by source, value to label; those of items are the catalogue.
        options_page: Choices on a page.
        options_fail: Raised instead of giving choices.
        changed: When `change` changed an item; the ability ITEM_CHANGES tells it.
    """

    workspace: str = "toy"
    passphrase: str = "open sesame"  # noqa: S105 - a toy's
    items: list[Item] = field(default_factory=list)
    settle_time: dt.timedelta = dt.timedelta(0)
    rounding: RoundingPolicy = RoundingPolicy(  # noqa: RUF009 - frozen
        unit_price_places=6, quantity_places=3, amount_places=2, rounds="base_and_tax", mode="half_even"
    )
    keys_remembered: bool = False
    drafts: bool = False
    troubles: dict[str, deque[Trouble]] = field(default_factory=dict)
    abilities: frozenset[Ability] = LATER
    vouchers: list[Document] = field(default_factory=list)
    notes: list[Document] = field(default_factory=list)
    receipts: list[tuple[DocumentId, Payment]] = field(default_factory=list)
    letters: list[tuple[DocumentId, tuple[str, ...]]] = field(default_factory=list)
    parties: dict[str, CustomerId] = field(default_factory=dict)
    calls: Counter[str] = field(default_factory=Counter)
    faults: deque[Fault] = field(default_factory=deque)
    reachable: bool = True
    lists: dict[str, dict[str, str]] = field(default_factory=dict)
    options_page: int = 20
    options_fail: ErpError | None = None
    changed: dict[ItemId, dt.datetime] = field(default_factory=dict)

    def party(self, document: str) -> CustomerId:
        """The party with this document, made if needed."""
        return self.parties.setdefault(document, CustomerId(f"P{len(self.parties) + 1}"))

    def change(self, item: Item) -> None:
        """Replaces an item, and remembers when."""
        self.items = [item if known.id == item.id else known for known in self.items]
        self.changed[item.id] = dt.datetime.now(dt.UTC)

    def choices(self, source: str) -> Mapping[str, str]:
        """Choices of a live field."""
        if source == Source.ITEM:
            return {str(item.id): item.name for item in self.items if item.active}
        return self.lists.get(source, {})

    def trouble(self, call: str) -> Trouble | None:
        """What goes wrong with this call."""
        waiting = self.troubles.get(call)
        return waiting.popleft() if waiting else None

    def rates(self) -> Mapping[str, Decimal]:
        """Every tax of the catalogue."""
        return {tax: rate for item in self.items for tax, rate in item.tax_rates.items()}

    def voucher(self, id: DocumentId) -> Document | None:  # noqa: A002
        """One voucher; None if there is none."""
        return next((voucher for voucher in self.vouchers if voucher.id == id), None)

    def put(self, changed: Document) -> Document:
        """Replaces a voucher."""
        self.vouchers = [changed if voucher.id == changed.id else voucher for voucher in self.vouchers]
        return changed
