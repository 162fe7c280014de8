"""Level 2: the catalogue and the choices of the wizard."""

import asyncio
import os
from collections import Counter
from contextlib import aclosing

from erpgate.plugin.errors import RateLimited, Unavailable
from erpgate.plugin.forms import Source, fields_of
from erpgate.plugin.model import Item
from erpgate.plugin.policy import Ability
from erpgate.plugin.simulator import Spot, Trouble
from erpgate.proofs import Level
from erpgate.testing.conformance import sample
from erpgate.testing.conformance.bench import Bench, Books
from erpgate.testing.conformance.check import NotApplicable, check, ends_as, expect

_READS = Level.READS
_OWN_CHOICES = {Source.PRICE_LIST: Ability.PRICE_LISTS, Source.WAREHOUSE: Ability.WAREHOUSES}
_DESCRIPTORS = "/proc/self/fd"


async def _by_reference(books: Books) -> dict[str, Item]:
    return {item.reference or "": item for item in await books.all_items()}


@check(_READS, "Go through all pages in `items`; give each item once, inactive ones too.")
async def the_catalogue_is_complete(bench: Bench) -> None:
    """Every item of the ERP is listed, and once."""
    books = await bench.books()
    listed = Counter(item.reference for item in await books.all_items())
    wanted = {item.reference for item in bench.company.items}
    expect(wanted <= set(listed), f"{len(wanted - set(listed))} items are missing")
    expect(set(listed.values()) == {1}, f"some come more often: {[sku for sku, n in listed.items() if n > 1][:3]}")


@check(_READS, "Fill every field of `Item`: ids are opaque text, rates are fractions such as 0.19.")
async def items_are_described(bench: Bench) -> None:
    """An item has its codes, its taxes by rate, its currency, and says whether it can be sold."""
    items = await _by_reference(await bench.books())
    for wanted in bench.company.items[:4]:
        item = items[wanted.reference or ""]
        expect(item.barcode == wanted.barcode, f"the barcode of {item.reference} is {item.barcode!r}")
        expect(item.active == wanted.active, f"{item.reference} is {'' if item.active else 'not '}active")
        rates = sorted(rate for rate in item.tax_rates.values() if rate)
        expect(rates == sorted(rate for rate in wanted.tax_rates.values() if rate), f"its rates are {rates}")


@check(_READS, "Yield with each page the cursor after it, empty after the last, and start where a cursor says.")
async def a_reading_goes_on_where_it_stopped(bench: Bench) -> None:
    """Cursors end with the last page, and one in the middle gives what follows."""
    books = await bench.books()
    pages = [(list(page), cursor) async for page, cursor in books.connection.items("")]
    expect(pages[-1][1] == "", "the last page has a cursor")
    expect(all(cursor for _, cursor in pages[:-1]), "a page in the middle has no cursor")
    if len(pages) > 1:
        rest = [item async for page, _ in books.connection.items(pages[0][1]) for item in page]
        expect(rest == [item for page, _ in pages[1:] for item in page], "the rest is not what follows")


@check(_READS, "Raise `Unavailable` for a page that fails; never yield an empty one or end early.")
async def a_page_that_fails_is_no_empty_page(bench: Bench) -> None:
    """A catalogue of which a page fails is not a shorter catalogue."""
    books = await bench.books()
    for trouble in (Trouble.SERVER_ERROR, Trouble.GARBAGE_AFTER, Trouble.DROPPED):
        await bench.break_(Spot.ITEMS, trouble)
        await ends_as(Unavailable, books.all_items())
        await bench.mend()


@check(_READS, "Hold the rows against the ERP's total, or read until a page is empty; raise `Unavailable` otherwise.")
async def a_cut_page_is_noticed(bench: Bench) -> None:
    """A page that lacks rows ends as an error or in the whole catalogue, never in fewer items."""
    books = await bench.books()
    await bench.break_(Spot.ITEMS, Trouble.TRUNCATED)
    try:
        items = await books.all_items()
    except Unavailable:
        return
    expect(len(items) >= len(bench.company.items), f"only {len(items)} of {len(bench.company.items)} items came")


@check(_READS, "Filter by the exact code, re-check each hit, and give inactive items too; or return None.")
async def items_are_found_by_sku(bench: Bench) -> None:
    """A SKU finds its item, and a SKU that nobody has finds nothing."""
    books = await bench.books()
    found = await books.connection.items_by_sku(["SHIRT", sample.INACTIVE, sample.UNKNOWN])
    if found is None:
        raise NotApplicable("The ERP has no such filter.")
    codes = sorted(item.reference or "" for item in found)
    expect(codes == sorted(["SHIRT", sample.INACTIVE]), f"it found {codes}")


@check(_READS, "Give every tax that stands on items in `taxes`, with its rate as a fraction.")
async def taxes_have_the_items_rates(bench: Bench) -> None:
    """The list of taxes and the taxes of items agree."""
    books = await bench.books()
    taxes = await books.connection.taxes()
    for item in await books.all_items():
        for tax, rate in item.tax_rates.items():
            expect(
                taxes.get(tax) == rate, f"the tax {tax} of {item.reference} is {rate}, and {taxes.get(tax)} in the list"
            )


@check(_READS, "Strip in `normalise`, keep the case, and let `sku_of` give the one code that `sku_source` names.")
async def a_sku_is_one_code(bench: Bench) -> None:
    """The SKU is the reference or the barcode, never a mixture, and its case counts."""
    sku, item = bench.erp.sku, bench.company.items[0]
    expect(sku.normalise(" aB-1 ") == "aB-1", f"' aB-1 ' became {sku.normalise(' aB-1 ')!r}")
    for source, code in (("reference", item.reference), ("barcode", item.barcode)):
        settings = bench.settings.model_copy(update={"sku_source": source})
        expect(sku.sku_of(item, settings) == code, f"by {source} it is {sku.sku_of(item, settings)!r}")
        expect(sku.refusal(item, settings) is None, "an item that can be sold is refused")


@check(_READS, "Answer `options` for each live field of the form, by its `source` or its name.")
async def live_fields_have_choices(bench: Bench) -> None:
    """Every live field of the wizard that the ERP answers for gives choices with labels."""
    books = await bench.books()
    for bound in fields_of(bench.erp.settings):
        source = bound.form.source or bound.path
        needed = _OWN_CHOICES.get(source)  # type: ignore[call-overload]
        if not bound.form.live or source == Source.SALES_CHANNEL or (needed and needed not in bench.erp.abilities):
            continue
        options, _ = await books.connection.options(source, "", {}, "")
        expect(all(option.value and option.label for option in options), f"a choice of {bound.path} is empty")
        if needed:
            expect(options, f"{bound.path} has no choices")


@check(_READS, "Raise `RateLimited` with the time that the answer says, for every resource.")
async def a_limited_read_says_when(bench: Bench) -> None:
    """An ERP that asks to slow down is waited for."""
    books = await bench.books()
    await bench.break_(Spot.ITEMS, Trouble.RATE_LIMITED)
    error = await ends_as(RateLimited, books.all_items())
    expect(error.retry_after.total_seconds() > 0, "the time to wait is not above 0")


@check(_READS, "Leave clean-up to `async with` and `aclose`; start no tasks of your own.")
async def a_cancelled_call_leaves_nothing_open(bench: Bench) -> None:
    """Cancelling a call in the middle leaves a usable connection, no task and no socket."""
    books = await bench.books()
    tasks = asyncio.all_tasks()
    for pause in range(6):
        reading = asyncio.create_task(books.all_items())
        for _ in range(pause):
            await asyncio.sleep(0)
        reading.cancel()
        await asyncio.gather(reading, return_exceptions=True)
    await books.connection.probe()
    await books.connection.aclose()
    left = {task for task in asyncio.all_tasks() - tasks if "uvicorn" not in repr(task)}
    expect(not left or await _ended(left), f"{len(left)} tasks run on")


@check(_READS, "Close generators and clients; a connection that was probed and closed holds no socket.")
async def closed_connections_hold_no_sockets(bench: Bench) -> None:
    """Connections that come and go do not pile up."""
    if not os.path.exists(_DESCRIPTORS):  # noqa: ASYNC240 - nothing is read from a disk
        raise NotApplicable("Open files can't be counted here.")
    for _ in range(2):
        await _come_and_go(bench)
    before = len(os.listdir(_DESCRIPTORS))
    for _ in range(5):
        await _come_and_go(bench)
    for _ in range(50):
        if len(os.listdir(_DESCRIPTORS)) <= before + 2:
            return
        await asyncio.sleep(0.02)
    expect(False, f"{len(os.listdir(_DESCRIPTORS)) - before} more are open")


async def _come_and_go(bench: Bench) -> None:
    connection = bench.connect()
    await connection.probe()
    async with aclosing(connection.items("")) as pages:  # type: ignore[type-var]
        async for _ in pages:
            break
    await connection.aclose()


async def _ended(tasks: set["asyncio.Task[object]"]) -> bool:
    _, late = await asyncio.wait(tasks, timeout=2)
    return not late
