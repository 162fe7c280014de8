"""Level 4: whatever happens to an answer, nothing is made twice and nothing is believed absent that is there."""

import logging
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

from erpgate.plugin.errors import ErpError, OutcomeUnknown, Unavailable
from erpgate.plugin.model import Stage
from erpgate.plugin.simulator import Spot, Trouble
from erpgate.proofs import Level
from erpgate.testing.conformance.bench import Bench
from erpgate.testing.conformance.check import Fault, NotApplicable, check, ends_as, expect

_NEVER = Level.NEVER_DUPLICATES
_NOT_DONE = (Trouble.SERVER_ERROR, Trouble.DROPPED)
_DONE = (Trouble.SERVER_ERROR_AFTER, Trouble.GARBAGE_AFTER, Trouble.DROPPED_AFTER)


@check(_NEVER, "Raise `OutcomeUnknown` for 5xx and dropped connections on a write: a proxy can't know what was done.")
async def a_write_without_an_answer_is_unknown(bench: Bench) -> None:
    """A create that ends without an answer proves nothing, even if nothing was done."""
    books = await bench.books()
    draft = await books.draft()
    for trouble in _NOT_DONE:
        await bench.break_(Spot.CREATE, trouble)
        await ends_as(OutcomeUnknown, books.create(draft))


@check(_NEVER, "Raise `OutcomeUnknown` for a success that can't be read, and for every 5xx; never `Unavailable`.")
async def a_lost_answer_is_unknown(bench: Bench) -> None:
    """A create that was carried out and not answered is not told as failed."""
    books = await bench.books()
    for trouble in _DONE:
        draft = await books.draft()
        await bench.break_(Spot.CREATE, trouble)
        await ends_as(OutcomeUnknown, books.create(draft))


@check(_NEVER, "Never send a write twice in the plugin: erpgate does, once it is proved to do no harm.")
async def a_write_is_sent_once(bench: Bench) -> None:
    """A create that goes wrong is not repeated by the plugin."""
    books = await bench.books()
    for trouble in (*_NOT_DONE, *_DONE, Trouble.RATE_LIMITED):
        draft = await books.draft()
        before = len(await bench.documents())
        await bench.break_(Spot.CREATE, trouble)
        try:
            await books.create(draft)
        except ErpError:
            made = len(await bench.documents()) - before
            expect(made == (1 if trouble in _DONE else 0), f"after {trouble.value} there are {made} documents")
        else:
            raise Fault(f"it answered in spite of {trouble.value}: it was sent again")


@check(_NEVER, "Let `Http.write` raise `Unavailable`: it does so only when no byte left.")
async def nothing_sent_is_unavailable(bench: Bench) -> None:
    """A create that never reached the ERP may be sent again at once."""
    books = await bench.books()
    draft = await books.draft()
    nowhere = bench.connect(url="http://127.0.0.1:1", company=books.company)
    payload = books.payload(draft)
    await ends_as(Unavailable, nowhere.create(payload, books.first_stage, key=draft.reference))


@check(_NEVER, "Search by the whole reference, and give `complete=True` only after everything was seen.")
async def a_lost_document_is_found(bench: Bench) -> None:
    """What was carried out and not answered is found by its reference, with its amounts."""
    books = await bench.books()
    draft = await books.draft()
    await bench.break_(Spot.CREATE, Trouble.DROPPED_AFTER)
    await ends_as(OutcomeUnknown, books.create(draft))
    found = await books.connection.find(draft, books.since())
    expect(len(found.matches) == 1 and found.complete, f"it found {len(found.matches)}, complete: {found.complete}")
    document = found.matches[0]
    expect((document.reference, document.total) == (draft.reference, draft.total), "it is another document")
    expect(document.stage is books.first_stage, f"its stage is {document.stage.value}")


@check(_NEVER, "Give `Found((), complete=True)` once everything was seen and nothing matches.")
async def what_was_never_made_is_absent(bench: Bench) -> None:
    """What is not there is absent, beside documents that are."""
    books = await bench.books()
    await books.create(await books.draft())
    found = await books.connection.find(await books.draft(), books.since())
    expect(not found.matches, f"it found {len(found.matches)} documents of others")
    expect(found.complete, "it does not know, although nothing was wrong")


@check(_NEVER, "Hold the rows against the ERP's total or read to the end; say `complete=False` or raise otherwise.")
async def a_cut_list_is_never_absence(bench: Bench) -> None:
    """A document is not absent because a list was cut."""
    books = await bench.books()
    draft = await books.draft()
    await books.create(draft)
    await bench.break_(Spot.FIND, Trouble.TRUNCATED)
    try:
        found = await books.connection.find(draft, books.since())
    except Unavailable:
        return
    expect(found.matches or not found.complete, "it says that the document does not exist")


@check(_NEVER, "Raise `Unavailable` from `find` for whatever is no complete answer; never return an empty `Found`.")
async def a_search_that_fails_proves_nothing(bench: Bench) -> None:
    """A document is not absent because the search failed."""
    books = await bench.books()
    draft = await books.draft()
    await books.create(draft)
    for trouble in (Trouble.SERVER_ERROR, Trouble.DROPPED, Trouble.GARBAGE_AFTER):
        await bench.break_(Spot.FIND, trouble)
        await ends_as(Unavailable, books.connection.find(draft, books.since()))
        await bench.mend()


@check(_NEVER, "Compare references letter for letter on every row: ERPs search by parts and ignore case.")
async def another_reference_is_another_document(bench: Bench) -> None:
    """A reference that is the beginning of another finds nothing, nor does one in small letters."""
    books = await bench.books()
    draft = await books.draft()
    await books.create(draft)
    for reference in (draft.reference[:-1], draft.reference.lower(), f"{draft.reference}0"):
        found = await books.connection.find(replace(draft, reference=reference), books.since())
        expect(not found.matches, f"{reference} found {draft.reference}")


@check(_NEVER, "Declare in `Policy.repeats` what the ERP does, and send `key` if it remembers keys.")
async def a_repetition_is_as_declared(bench: Bench) -> None:
    """A create that is sent twice makes one document where keys are remembered; else `find` shows both."""
    books = await bench.books()
    draft = await books.draft()
    first, second = await books.create(draft), await books.create(draft)
    found = await books.connection.find(draft, books.since())
    if books.policy.repeats.by == "key":
        expect(first.id == second.id, "the key was not remembered: two documents were made")
        expect(len(found.matches) == 1, f"it found {len(found.matches)}")
    else:
        ids = {document.id for document in found.matches}
        expect(ids == {first.id, second.id}, f"it shows {len(ids)} of two documents")


@check(_NEVER, "Give the customer that exists when the ERP refuses a second one, or find it before.")
async def a_lost_customer_is_found(bench: Bench) -> None:
    """A customer whose answer was lost is found, and there is one."""
    books = await bench.books()
    buyer, _ = bench.erp.defaults.complete(bench.buyer, bench.settings, books.company)
    payload = bench.erp.mapper.customer(buyer, bench.settings, books.company)
    await bench.break_(Spot.CREATE_CUSTOMER, Trouble.DROPPED_AFTER)
    await ends_as(OutcomeUnknown, books.connection.create_customer(payload, key="customer"))
    found = await books.connection.find_customer(buyer)
    expect(len(found.matches) == 1 and found.complete, f"it found {len(found.matches)}, complete: {found.complete}")


@check(_NEVER, "Raise `OutcomeUnknown` from `create_customer` for whatever proves nothing, as from `create`.")
async def a_customer_without_an_answer_is_unknown(bench: Bench) -> None:
    """Creating a customer is a write like another."""
    books = await bench.books()
    buyer, _ = bench.erp.defaults.complete(bench.buyer, bench.settings, books.company)
    payload = bench.erp.mapper.customer(buyer, bench.settings, books.company)
    for trouble in (*_NOT_DONE, Trouble.GARBAGE_AFTER):
        await bench.break_(Spot.CREATE_CUSTOMER, trouble)
        await ends_as(OutcomeUnknown, books.connection.create_customer(payload, key="customer"))


@check(_NEVER, "Raise `OutcomeUnknown` from `advance` for whatever proves nothing; `read` shows what came of it.")
async def a_lost_opening_is_seen_by_reading(bench: Bench) -> None:
    """An opening whose answer was lost is unknown, and reading the document tells."""
    books = await bench.books()
    if Stage.DRAFT not in books.policy.create_stages:
        raise NotApplicable("The ERP has no drafts.")
    for trouble, stage in ((Trouble.DROPPED_AFTER, Stage.OPEN), (Trouble.SERVER_ERROR, Stage.DRAFT)):
        draft = await books.create(await books.draft())
        await bench.break_(Spot.ADVANCE, trouble)
        await ends_as(OutcomeUnknown, books.connection.advance(draft, Stage.OPEN, key="open"))
        await bench.mend()
        read = await books.connection.read(draft.id)
        expect(read is not None and read.stage is stage, f"after {trouble.value} it is not {stage.value}")


@check(_NEVER, "Keep secrets out of messages, details and logs; name fields instead of quoting requests.")
async def no_secret_is_told(bench: Bench) -> None:
    """Whatever goes wrong, no secret is in an error, a log line or the text of an object."""
    secrets = [bench.seeded.credentials[name] for name in bench.secret_fields]
    heard: list[str] = []
    handler = _Hearing(heard)
    logger, level = logging.getLogger(), logging.getLogger().level
    logger.addHandler(handler)
    logger.setLevel(logging.DEBUG)
    try:
        await _go_wrong(bench, heard)
    finally:
        logger.removeHandler(handler)
        logger.setLevel(level)
    leaks = [text for text in heard if any(secret in text for secret in secrets)]
    expect(not leaks, f"a secret was told {len(leaks)} times")


async def _go_wrong(bench: Bench, heard: list[str]) -> None:
    books = await bench.books()
    draft = await books.draft()
    heard.extend((repr(books.connection), str(vars(type(books.connection)))))
    calls: dict[Spot, Callable[[], Awaitable[Any]]] = {
        Spot.PROBE: books.connection.probe,
        Spot.CREATE: lambda: books.create(draft),
        Spot.FIND: lambda: books.connection.find(draft, books.since()),
    }
    for spot, call in calls.items():
        for trouble in Trouble:
            await bench.break_(spot, trouble)
            try:
                await call()
            except ErpError as error:
                heard.extend((str(error), repr(error), str(error.details), str(error.__cause__)))
    await bench.mend()


class _Hearing(logging.Handler):
    def __init__(self, heard: list[str]) -> None:
        super().__init__()
        self._heard = heard

    def emit(self, record: logging.LogRecord) -> None:
        self._heard.append(self.format(record))
