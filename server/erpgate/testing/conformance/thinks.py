"""Level 3 without I/O: defaults and mapping."""

import copy
import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from decimal import Decimal

from erpgate.plugin.errors import Rejected
from erpgate.proofs import Level
from erpgate.testing.conformance.bench import Bench
from erpgate.testing.conformance.check import check, expect

_INVOICES = Level.INVOICES


def _floats(value: object) -> Iterator[float]:
    if isinstance(value, Mapping):
        value = tuple(value.values())
    if isinstance(value, list | tuple):
        for part in value:
            yield from _floats(part)
    elif isinstance(value, float):
        yield value


def _text(payload: object) -> str:
    return json.dumps(payload, default=repr)


@check(_INVOICES, "Change only what is empty in `Defaults.complete`.")
async def what_the_buyer_has_stays(bench: Bench) -> None:
    """A buyer who lacks nothing is not changed, and no default is said to be used for what is there."""
    company = await bench.connect().probe()
    completed, used = bench.erp.defaults.complete(bench.buyer, bench.settings, company)
    for name in ("name", "email", "phone"):
        expect(getattr(completed, name) == getattr(bench.buyer, name), f"the buyer's {name} was changed")
    expect(completed.document, "the buyer's document is gone")
    claimed = {"default_email", "default_phone", "default_document"} & used
    expect(not claimed, f"it says that {', '.join(sorted(claimed))} were used")


@check(_INVOICES, "Fill empty values from `default_email`, `default_phone` and `default_document`, and name those.")
async def defaults_are_used_and_named(bench: Bench) -> None:
    """A buyer without a document gets the default one or is refused, and the defaults that were used are named."""
    company = await bench.connect().probe()
    bare = replace(bench.buyer, document="", document_type="", email="")
    settings = bench.settings.model_copy(update={"default_email": "shop@example.com"})
    if not settings.default_document:
        settings = settings.model_copy(update={"default_document": bench.buyer.document})
    try:
        completed, used = bench.erp.defaults.complete(bare, settings, company)
    except Rejected as error:
        expect(error.fields, "it was refused without naming the field")
        return
    expect(completed.email == "shop@example.com", f"the e-mail is {completed.email!r}")
    expect({"default_email", "default_document"} <= used, f"it names only {sorted(used)}")
    unknown = used - set(bench.erp.settings.model_fields)
    expect(not unknown, f"{sorted(unknown)} are no settings")


@check(_INVOICES, "Build the identity of the document's type and number alone.")
async def an_identity_is_the_document(bench: Bench) -> None:
    """Two purchases of one person are of one customer, and two people are two."""
    company = await bench.connect().probe()
    mapper, settings = bench.erp.mapper, bench.settings

    def identity(**changes: str) -> str:
        buyer, _ = bench.erp.defaults.complete(replace(bench.buyer, **changes), settings, company)  # type: ignore[arg-type]
        return mapper.identity(buyer, settings, company)

    expect(identity() == identity(name="A. Pérez", email="other@example.com"), "another name makes another customer")
    expect(identity() != identity(document="1020304051"), "another document makes the same customer")


@check(_INVOICES, "Map without clock, randomness or shared state, and change nothing that is given.")
async def mapping_is_deterministic(bench: Bench) -> None:
    """The same draft gives the same bytes, and is not changed by it."""
    books = await bench.books()
    draft = await books.draft()
    kept = copy.deepcopy(draft)
    first = _text(books.payload(draft))
    expect(_text(books.payload(copy.deepcopy(draft))) == first, "a second time it gives other bytes")
    expect(draft == kept, "the draft was changed")


@check(_INVOICES, "Write amounts from `Decimal` as text or as exact JSON numbers; never through `float`.")
async def amounts_are_exact(bench: Bench) -> None:
    """Every number that is sent reads as an amount of the draft, to the last digit."""
    books = await bench.books()
    draft = await books.draft({"SHIRT": ("3", "33.33"), "COFFEE": ("7", "0.10")})
    amounts = {amount for line in draft.lines for amount in (line.quantity, line.unit_price)}
    amounts |= {draft.total, draft.tax_base, draft.tax}
    strange = [number for number in _floats(books.payload(draft)) if Decimal(repr(number)) not in amounts]
    expect(not strange, f"{strange[:3]} are no amounts of it")


@check(_INVOICES, "Put `draft.reference`, whole, where the ERP keeps it and `find` sees it.")
async def the_reference_is_sent(bench: Bench) -> None:
    """The request carries our reference."""
    books = await bench.books()
    draft = await books.draft()
    expect(draft.reference in _text(books.payload(draft)), "it is nowhere in the invoice")
