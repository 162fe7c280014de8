"""For each check of the suite, a plugin that lacks just what the check is about."""

import asyncio
import datetime as dt
import os
import secrets
from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from erpgate.plugin import (
    Draft,
    Erp,
    FormField,
    Found,
    Item,
    Limits,
    Misconfigured,
    Option,
    OutcomeUnknown,
    RateLimited,
    Reason,
    Rejected,
    Repeats,
    Text,
    Unavailable,
)
from erpgate.testing.toy import ToySettings

from testing.bending import (
    LABEL,
    Defect,
    after,
    answering,
    anybody,
    bent_connection,
    changed,
    connection,
    defect,
    field,
    mapped,
    part,
    policy,
    rounding,
    secret,
    turning,
)

NOTHING: Found[Any] = Found(matches=(), complete=True)
LEAKS: list[int] = []


class Loose(ToySettings, frozen=True, extra="ignore"):
    """Settings that take anything."""


def away() -> Exception:
    return Unavailable("Away.")


def refused() -> Exception:
    return Rejected("No.")


def unknown() -> Exception:
    return OutcomeUnknown("Who knows.")


def wrong_credentials() -> Exception:
    return Misconfigured("Wrong.", field="passphrase", reason=Reason.ERP_CREDENTIALS_INVALID)


async def nothing(_: Any, *__: Any, **___: Any) -> Any:
    return NOTHING


async def same(_: Any, document: Any, *__: Any, **___: Any) -> Any:
    return document


async def ends_early(books: Any, cursor: str) -> AsyncIterator[Any]:
    """The catalogue up to whatever fails."""
    try:
        async for page in books.items(cursor):
            yield page
    except Unavailable:
        return


async def only_active(books: Any, cursor: str) -> AsyncIterator[Any]:
    async for page, after_it in books.items(cursor):
        yield [item for item in page if item.active], after_it


async def without_barcodes(books: Any, cursor: str) -> AsyncIterator[Any]:
    async for page, after_it in books.items(cursor):
        yield [replace(item, barcode=None) for item in page], after_it


async def unlimited(books: Any, cursor: str) -> AsyncIterator[Any]:
    try:
        async for page in books.items(cursor):
            yield page
    except RateLimited as error:
        raise away() from error


async def with_a_task(books: Any, cursor: str) -> AsyncIterator[Any]:
    TASKS.append(asyncio.create_task(asyncio.sleep(600)))
    async for page in books.items(cursor):
        yield page


TASKS: list["asyncio.Task[None]"] = []


async def with_a_file(books: Any) -> Any:
    LEAKS.append(os.open(os.devnull, os.O_RDONLY))
    return await books.probe()


async def active_by_sku(books: Any, skus: Any) -> Any:
    return [item for item in await books.items_by_sku(skus) if item.active]


async def empty_options(_: Any, *__: Any) -> Any:
    return [Option(value="", label="x")], ""


async def by_part(books: Any, buyer: Any) -> Found[Any]:
    found = await books.find_customer(replace(buyer, document="1020304099"))
    return found if buyer.document in "1020304099" else await books.find_customer(buyer)  # type: ignore[no-any-return]


async def any_case(books: Any, draft: Draft, since: dt.datetime) -> Any:
    return await books.find(replace(draft, reference=draft.reference.upper()), since)


async def missing_is_refused(books: Any, *args: Any) -> Any:
    return await books.read(*args) or await _raise(refused())


async def _raise(error: Exception) -> Any:
    raise error


async def again(books: Any, *args: Any, **kwargs: Any) -> Any:
    """A client that retries by itself."""
    try:
        return await books.create(*args, **kwargs)
    except (OutcomeUnknown, RateLimited):
        return await books.create(*args, **kwargs)


async def twice(books: Any, *args: Any, **kwargs: Any) -> Any:
    await books.create(*args, **kwargs)
    return await books.create(*args, **kwargs)


async def twice_when_unknown(books: Any, *args: Any, **kwargs: Any) -> Any:
    try:
        return await books.create(*args, **kwargs)
    except OutcomeUnknown:
        await twice(books, *args, **kwargs)
        raise


async def done_nothing(_: Any, *__: Any) -> None:
    return None


async def closed_once(books: Any) -> None:
    if books in CLOSED:
        raise RuntimeError("closed already")
    CLOSED.append(books)


CLOSED: list[Any] = []


def connect_of(erp: Erp[Any, Any], wiring: Any) -> Any:
    books = erp.connect(wiring)
    books._ledger.calls["probe"] += 1  # type: ignore[attr-defined]
    return books


def telling_secrets(erp: Erp[Any, Any]) -> Erp[Any, Any]:
    def connect(wiring: Any) -> Any:
        told = wiring.credentials.passphrase.get_secret_value()

        async def probe(books: Any) -> Any:
            try:
                return await books.probe()
            except Unavailable as error:
                raise Unavailable(f"No answer for {told}.") from error

        return bent_connection(probe=probe)(erp).connect(wiring)

    return replace(erp, connect=connect)


def first_or_barcode(_: Any, item: Item, __: Any) -> str | None:
    return item.reference or item.barcode


def float_prices(body: dict[str, Any]) -> None:
    for row in body["rows"]:
        row["each"] = float(row["each"]) + 1e-9


def short_prices(body: dict[str, Any]) -> None:
    for row in body["rows"]:
        row["each"] = str(round(Decimal(row["each"]), 1))


def no_duties(body: dict[str, Any]) -> None:
    for row in body["rows"]:
        row["duties"] = []


def other_email(defaults: Any, *args: Any) -> Any:
    buyer, used = defaults.complete(*args)
    return replace(buyer, email="shop@example.com"), used


def unnamed(defaults: Any, *args: Any) -> Any:
    return defaults.complete(*args)[0], frozenset()


DEFECTS: Mapping[str, Defect] = {
    "the_offer_has_a_name": changed(name="Toy!"),
    "the_contract_version_is_supported": changed(api_version=99),
    "labels_are_complete": field(FormField(kind="text", label=Text(es="x", en="x", pt=" "))),
    "choices_have_options": field(FormField(kind="select", label=LABEL)),
    "conditions_name_fields": field(FormField(kind="text", label=LABEL, visible_if={"nowhere": "1"})),
    "secrets_are_secret_fields": secret(hidden=True, drawn=False),
    "credentials_hide_their_secrets": secret(hidden=False, drawn=True),
    "settings_survive_storage": changed(settings=Loose),
    "abilities_are_there": connection(discard=None),
    "limits_are_above_zero": changed(limits=Limits(in_flight=0)),
    "connecting_sends_nothing": defect(lambda erp: replace(erp, connect=lambda wiring: connect_of(erp, wiring))),
    "probe_tells_the_company": after("probe", lambda company: replace(company, time_zone="Nowhere/City")),
    "a_company_keeps_its_id": after("probe", lambda company: replace(company, id=secrets.token_hex(4))),
    "wrong_credentials_are_named": defect(anybody),
    "an_erp_that_is_away_is_unavailable": turning(Unavailable, wrong_credentials, "probe"),
    "a_probe_without_an_answer_is_unavailable": turning(Unavailable, refused, "probe"),
    "facts_are_complete": policy(currencies=frozenset()),
    "closing_is_final": connection(aclose=closed_once),
    "the_wizard_connects": after("probe", lambda company: replace(company, country_code="BR")),
    "the_wizard_refuses_wrong_credentials": defect(anybody),
    "the_catalogue_is_complete": connection(items=only_active),
    "items_are_described": connection(items=without_barcodes),
    "a_reading_goes_on_where_it_stopped": connection(items=lambda books, _: books.items("")),
    "a_page_that_fails_is_no_empty_page": connection(items=ends_early),
    "a_cut_page_is_noticed": connection(items=ends_early),
    "items_are_found_by_sku": connection(items_by_sku=active_by_sku),
    "taxes_have_the_items_rates": after("taxes", lambda taxes: {tax: rate * 100 for tax, rate in taxes.items()}),
    "a_sku_is_one_code": part("sku", sku_of=first_or_barcode),
    "live_fields_have_choices": connection(options=empty_options),
    "a_limited_read_says_when": connection(items=unlimited),
    "a_cancelled_call_leaves_nothing_open": connection(items=with_a_task),
    "closed_connections_hold_no_sockets": connection(probe=with_a_file),
    "skus_are_looked_up": part("sku", sku_of=lambda *_: None),
    "what_the_buyer_has_stays": part("defaults", complete=other_email),
    "defaults_are_used_and_named": part("defaults", complete=unnamed),
    "an_identity_is_the_document": part("mapper", identity=lambda _, buyer, *__: buyer.name),
    "mapping_is_deterministic": mapped(lambda body: body.update(nonce=secrets.token_hex(8))),
    "amounts_are_exact": mapped(float_prices),
    "the_reference_is_sent": mapped(lambda body: body.update(mark=body["mark"][:8])),
    "a_customer_is_found_once_made": connection(find_customer=nothing),
    "a_customer_is_not_another": connection(find_customer=by_part),
    "a_cut_list_of_customers_proves_nothing": after("find_customer", lambda found: replace(found, complete=True)),
    "a_document_is_as_it_was_asked_for": after("create", lambda document: replace(document, customer="P0")),
    "a_simple_total_is_predicted": rounding(gross_prices=True),
    "an_odd_total_is_predicted": mapped(short_prices),
    "a_total_of_many_lines_is_predicted": rounding(scope="document"),
    "a_document_that_is_not_there_is_none": connection(read=missing_is_refused),
    "a_read_that_fails_is_not_none": answering(Unavailable, None, "read"),
    "a_draft_can_be_opened": connection(advance=same),
    "a_draft_can_be_discarded": connection(discard=done_nothing),
    "a_refusal_is_rejected": turning(Rejected, unknown, "create"),
    "a_write_tells_credentials_and_limits": turning(Misconfigured, refused, "create"),
    "a_sale_becomes_an_open_invoice": mapped(no_duties),
    "a_write_without_an_answer_is_unknown": turning(OutcomeUnknown, away, "create"),
    "a_lost_answer_is_unknown": turning(OutcomeUnknown, refused, "create"),
    "a_write_is_sent_once": connection(create=again),
    "nothing_sent_is_unavailable": turning(Unavailable, unknown, "create"),
    "a_lost_document_is_found": connection(find=nothing),
    "what_was_never_made_is_absent": after("find", lambda found: replace(found, complete=False)),
    "a_cut_list_is_never_absence": after("find", lambda found: replace(found, complete=True)),
    "a_search_that_fails_proves_nothing": answering(Unavailable, NOTHING, "find"),
    "another_reference_is_another_document": connection(find=any_case),
    "a_repetition_is_as_declared": policy(repeats=Repeats(by="key")),
    "a_lost_customer_is_found": connection(find_customer=nothing),
    "a_customer_without_an_answer_is_unknown": turning(OutcomeUnknown, away, "create_customer"),
    "a_lost_opening_is_seen_by_reading": turning(OutcomeUnknown, refused, "advance"),
    "no_secret_is_told": defect(telling_secrets),
    "a_repeated_order_is_one_document": connection(create=twice),
    "a_lost_answer_makes_one_document": connection(find=nothing),
    "what_did_not_arrive_is_not_made_twice": defect(bent_connection(create=twice_when_unknown), drafts=False),
}
"""By name of the check that must find it."""
