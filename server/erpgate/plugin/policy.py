"""What a plugin declares about its ERP, so that the core never asks which ERP it is."""

import datetime as dt
import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from erpgate.plugin.model import Stage


class Ability(enum.Enum):
    """Something an ERP can do; what is missing is refused before anything is queued.

    `DISCARD`, `VOID`, `CREDIT_NOTE`, `PAYMENT`, `EMAIL` and `PDF` announce the protocols `Discards`, `Voids`, `Credits`
    with `MapsCredits`, `TakesPayments`, `Emails` and `Prints`; `ITEM_COUNT`, `ITEM_BY_ID` and `ITEM_CHANGES` announce
    `CountsItems`, `ReadsItems` and `ListsChanges`; `ITEM_EVENTS` announces `SendsEvents` with `Erp.events`.
    """

    PRICE_LISTS = "price_lists"
    WAREHOUSES = "warehouses"
    ISSUE = "issue"
    DISCARD = "discard"
    VOID = "void"
    CREDIT_NOTE = "credit_note"
    PAYMENT = "payment"
    EMAIL = "email"
    PDF = "pdf"
    ITEM_COUNT = "item_count"
    ITEM_BY_ID = "item_by_id"
    ITEM_CHANGES = "item_changes"
    ITEM_EVENTS = "item_events"


@dataclass(frozen=True, kw_only=True, slots=True)
class RoundingPolicy:
    """How the ERP computes: what the core must predict to the cent.

    Attributes:
        unit_price_places: Decimals that the ERP keeps of a unit price.
        quantity_places: Decimals that it keeps of a quantity.
        amount_places: Decimals of totals.
        rounds: A line's total once (`gross`), or base and tax apart.
        scope: Whether it rounds each line or the document's sums.
        mode: How halves are rounded.
        gross_prices: Whether unit prices including tax are accepted.
    """

    unit_price_places: int
    quantity_places: int
    amount_places: int
    rounds: Literal["gross", "base_and_tax"]
    scope: Literal["line", "document"] = "line"
    mode: Literal["half_up", "half_even"] = "half_up"
    gross_prices: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Repeats:
    """What the ERP does with the same document sent twice.

    Attributes:
        by: `nothing`, two documents; `key`, it remembers our idempotency key.
        remembered: For how long it remembers.
    """

    by: Literal["nothing", "key"]
    remembered: dt.timedelta | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Limits:
    """How fast the ERP may be asked; kept by the host, corrected by the ERP's own answers.

    Attributes:
        windows: Resource or `*` to windows of (requests, per); a minute and a day may both apply.
        in_flight: Requests at the same time.
        timeout: Of one call.
        issue_timeout: Of a call that waits for a tax authority.
    """

    windows: Mapping[str, tuple[tuple[int, dt.timedelta], ...]] = field(default_factory=dict)
    in_flight: int = 4
    timeout: dt.timedelta = dt.timedelta(seconds=30)
    issue_timeout: dt.timedelta = dt.timedelta(seconds=90)


@dataclass(frozen=True, kw_only=True, slots=True)
class Policy:
    """The facts about one company in one ERP that the core's rules depend on.

    Attributes:
        rounding: How totals come about.
        repeats: What a second send does.
        create_stages: Stages that a single create can reach; without `DRAFT` a create is final.
        settle_time: A document that was sent is visible to `find` by then.
        stock_moves_at: The stage that moves stock; None if documents never do.
        currencies: ISO 4217 codes that the company can invoice in.
        issues: Whether the company can have documents stamped by a tax authority; its country or plan may not.
    """

    rounding: RoundingPolicy
    repeats: Repeats
    create_stages: frozenset[Stage]
    settle_time: dt.timedelta
    stock_moves_at: Stage | None
    currencies: frozenset[str]
    issues: bool = True
