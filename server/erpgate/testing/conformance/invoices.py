"""Level 3: customers and documents."""

from erpgate.plugin.errors import Misconfigured, RateLimited, Rejected, Unavailable
from erpgate.plugin.model import DocumentId, Stage
from erpgate.plugin.policy import Ability
from erpgate.plugin.reasons import Reason
from erpgate.plugin.simulator import Spot, Trouble
from erpgate.proofs import Level
from erpgate.testing.conformance import sample
from erpgate.testing.conformance.bench import Basket, Bench, Books
from erpgate.testing.conformance.check import NotApplicable, check, ends_as, expect

_INVOICES = Level.INVOICES


async def _computes_as_predicted(bench: Bench, *baskets: Basket) -> None:
    books = await bench.books()
    for basket in baskets:
        draft = await books.draft(basket)
        document = await books.create(draft)
        predicted = (draft.total, draft.tax_base, draft.tax)
        computed = (document.total, document.tax_base, document.tax)
        expect(predicted == computed, f"of {dict(basket)} it makes {computed}, and {predicted} was predicted")


@check(_INVOICES, "Search by the document's number, exactly; give `Found((), complete=True)` when nobody has it.")
async def a_customer_is_found_once_made(bench: Bench) -> None:
    """A customer that does not exist is absent, and found after it was created."""
    books = await bench.books()
    buyer, _ = bench.erp.defaults.complete(
        sample.a_buyer(bench.company.country_code, "1020304077"), bench.settings, books.company
    )
    before = await books.connection.find_customer(buyer)
    expect((before.matches, before.complete) == ((), True), f"before it was made it is {before}")
    made = await books.customer(buyer)
    after = await books.connection.find_customer(buyer)
    expect(after.matches == (made,) and after.complete, f"it was made as {made} and found as {after.matches}")


@check(_INVOICES, "Compare identity documents whole in `find_customer`; ERPs often search by a part.")
async def a_customer_is_not_another(bench: Bench) -> None:
    """Somebody whose document is a part of another's is another customer."""
    books = await bench.books()
    await books.customer(sample.a_buyer(bench.company.country_code, "1020304099"))
    shorter = sample.a_buyer(bench.company.country_code, "10203040")
    buyer, _ = bench.erp.defaults.complete(shorter, bench.settings, books.company)
    found = await books.connection.find_customer(buyer)
    expect(not found.matches, f"it found {found.matches}")


@check(_INVOICES, "Refuse to call a list complete that is cut: `Found(…, complete=False)`, or raise `Unavailable`.")
async def a_cut_list_of_customers_proves_nothing(bench: Bench) -> None:
    """A customer is not absent because a list was cut."""
    books = await bench.books()
    await books.customer()
    completed, _ = bench.erp.defaults.complete(bench.buyer, bench.settings, books.company)
    await bench.break_(Spot.FIND_CUSTOMER, Trouble.TRUNCATED)
    try:
        found = await books.connection.find_customer(completed)
    except Unavailable:
        return
    expect(found.matches or not found.complete, "it says that the customer does not exist")


@check(_INVOICES, "Create at the stage that is given, and read every field back from the ERP's answer.")
async def a_document_is_as_it_was_asked_for(bench: Bench) -> None:
    """A created document has our reference, customer, date, currency and stage, and reads the same."""
    books = await bench.books()
    draft = await books.draft()
    made = await books.create(draft)
    read = await books.connection.read(made.id)
    expect(read is not None, "it can't be read back")
    for document, where in ((made, "the answer"), (read, "the read document")):
        assert document is not None  # noqa: S101 - a wrong read has been told
        expect(document.reference == draft.reference, f"in {where} the reference is {document.reference!r}")
        expect(document.customer == draft.customer, f"in {where} the customer is {document.customer!r}")
        expect(document.date == draft.date, f"in {where} the date is {document.date}")
        expect(document.currency_code == draft.currency_code, f"in {where} the currency is {document.currency_code}")
        expect(document.stage is books.first_stage, f"in {where} the stage is {document.stage.value}")
        expect(document.balance == document.total, f"in {where} {document.balance} of {document.total} is unpaid")
        expect(not document.voided, f"in {where} it is voided")
    held = [held.reference for held in await bench.documents()]
    expect(held == [draft.reference], f"the ERP holds {len(held)} documents")


@check(_INVOICES, "Correct `Policy.rounding`: decimals, per line or document, base and tax together or apart, halves.")
async def a_simple_total_is_predicted(bench: Bench) -> None:
    """The ERP computes one line to what erpgate predicts."""
    await _computes_as_predicted(
        bench, {"SHIRT": ("1", "119.00")}, {"COFFEE": ("2", "10.50")}, {"BOOK": ("1", "45.00")}
    )


@check(_INVOICES, "Correct `Policy.rounding.unit_price_places` and `mode`; try the ERP with 0.01 and 33.33 at 19 %.")
async def an_odd_total_is_predicted(bench: Bench) -> None:
    """The ERP computes odd cents and many pieces to what erpgate predicts."""
    await _computes_as_predicted(
        bench, {"SHIRT": ("3", "33.33")}, {"SHIRT": ("7", "0.99")}, {"COFFEE": ("13", "1.07")}, {"SHIRT": ("1", "0.03")}
    )


@check(_INVOICES, "Correct `Policy.rounding.scope` and `rounds`: sums of several lines tell them apart.")
async def a_total_of_many_lines_is_predicted(bench: Bench) -> None:
    """The ERP computes several lines with several taxes to what erpgate predicts."""
    await _computes_as_predicted(
        bench,
        {"SHIRT": ("3", "33.33"), "COFFEE": ("13", "1.07"), "BOOK": ("2", "9.99")},
        {"SHIRT": ("1", "10.01"), "MUG": ("1", "10.01"), "HAT": ("1", "10.01")},
    )


@check(_INVOICES, "Return None from `read` for what the ERP says does not exist, and raise for everything else.")
async def a_document_that_is_not_there_is_none(bench: Bench) -> None:
    """Reading what was never there is not an error."""
    books = await bench.books()
    known = await books.create(await books.draft())
    missing = DocumentId("".join("9" if letter.isdigit() else letter for letter in known.id) + "99")
    expect(await books.connection.read(missing) is None, "it was read")


@check(_INVOICES, "Raise `Unavailable` for a read that fails; None says that the document is gone.")
async def a_read_that_fails_is_not_none(bench: Bench) -> None:
    """A document is not gone because reading it failed."""
    books = await bench.books()
    known = await books.create(await books.draft())
    for trouble in (Trouble.SERVER_ERROR, Trouble.DROPPED, Trouble.GARBAGE_AFTER):
        await bench.break_(Spot.READ, trouble)
        await ends_as(Unavailable, books.connection.read(known.id))
        await bench.mend()


@check(_INVOICES, "Let `advance` open the document and give it as it is then; opening an open one is a success.")
async def a_draft_can_be_opened(bench: Bench) -> None:
    """A draft becomes open, once, and stays so."""
    books = await bench.books()
    _needs_drafts(books)
    draft = await books.create(await books.draft())
    opened = await books.connection.advance(draft, Stage.OPEN, key="open")
    expect(opened.stage is Stage.OPEN, f"it is {opened.stage.value}")
    again = await books.connection.advance(opened, Stage.OPEN, key="open")
    expect((again.id, again.stage) == (opened.id, Stage.OPEN), "opening it again gave something else")
    read = await books.connection.read(draft.id)
    expect(read is not None and read.stage is Stage.OPEN, "it does not read as open")
    expect((opened.total, opened.tax) == (draft.total, draft.tax), "its amounts changed")


@check(_INVOICES, "Let `discard` remove the draft; one that is gone already is a success.")
async def a_draft_can_be_discarded(bench: Bench) -> None:
    """A discarded draft leaves no trace, and discarding it again harms nothing."""
    books = await bench.books()
    if Ability.DISCARD not in bench.erp.abilities:
        raise NotApplicable("Drafts can't be discarded.")
    draft = await books.create(await books.draft())
    discard = books.connection.discard  # type: ignore[attr-defined] # announced by the ability
    await discard(draft)
    expect(await books.connection.read(draft.id) is None, "it can still be read")
    await discard(draft)
    expect(not await bench.documents(), "the ERP still holds it")


@check(_INVOICES, "Raise `Rejected` with the ERP's code and text in `details` for what it understood and refused.")
async def a_refusal_is_rejected(bench: Bench) -> None:
    """What the ERP refuses was not done, and is told in a sentence."""
    books = await bench.books()
    draft = await books.draft()
    await bench.break_(Spot.CREATE, Trouble.REFUSED)
    error = await ends_as(Rejected, books.create(draft))
    expect(error.message.strip(), "the sentence is empty")
    expect(not await bench.documents(), "a document was made")


@check(_INVOICES, "Tell 401 and 429 from other refusals, on every call: `Misconfigured` and `RateLimited`.")
async def a_write_tells_credentials_and_limits(bench: Bench) -> None:
    """A write that the ERP does not let in is no fault of the document."""
    books = await bench.books()
    draft = await books.draft()
    await bench.break_(Spot.CREATE, Trouble.UNAUTHORIZED)
    error = await ends_as(Misconfigured, books.create(draft))
    expect(error.reason is Reason.ERP_CREDENTIALS_INVALID, f"the reason is {error.reason}")
    await bench.break_(Spot.CREATE, Trouble.RATE_LIMITED)
    limited = await ends_as(RateLimited, books.create(draft))
    expect(limited.retry_after.total_seconds() > 0, "the time to wait is not above 0")
    expect(not await bench.documents(), "a document was made")


def _needs_drafts(books: Books) -> None:
    if Stage.DRAFT not in books.policy.create_stages:
        raise NotApplicable("The ERP has no drafts.")
