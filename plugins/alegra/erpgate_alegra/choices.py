"""The choices of a form field: live from Alegra, or the codes of the company's country."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from erpgate.plugin import Option, Source, Text

from erpgate_alegra.body import Json, text
from erpgate_alegra.client import AlegraClient, resource_path
from erpgate_alegra.countries import Choice, Country
from erpgate_alegra.items import reference_of

ISSUE = "automation.issue"
"""The field on which the choice of a numbering depends."""


def _named(row: Json) -> str:
    return text(row.get("name"))


def _coded(row: Json) -> str:
    reference = reference_of(row)
    return f"{_named(row)} ({reference})" if reference else _named(row)


def _prefixed(row: Json) -> str:
    prefix = text(row.get("prefix"))
    return f"{_named(row)} ({prefix})" if prefix else _named(row)


def _taxed(row: Json) -> str:
    rate = text(row.get("percentage"))
    return f"{_named(row)} {rate} %" if rate else _named(row)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Live:
    """A field whose choices are the rows of a resource.

    Attributes:
        resource: Path of the list.
        params: Of every call.
        label: What the merchant sees of a row.
        searched: Whether Alegra searches, as for long lists; short ones are searched here.
    """

    resource: str
    params: Mapping[str, str] = field(default_factory=dict)
    label: Callable[[Json], str] = _named
    searched: bool = False


_LIVE: Mapping[str, _Live] = {
    Source.PRICE_LIST: _Live(resource="price-lists"),
    Source.WAREHOUSE: _Live(resource="warehouses"),
    "seller": _Live(resource="sellers"),
    "number_template": _Live(resource="number-templates", params={"documentType": "invoice"}, label=_prefixed),
    Source.ITEM: _Live(resource="items", params={"status": "active"}, label=_coded, searched=True),
    Source.TAX: _Live(resource="taxes", label=_taxed),
    Source.BANK_ACCOUNT: _Live(resource="bank-accounts"),
}


async def choices(
    client: AlegraClient, country: Country, name: str, query: str, given: Mapping[str, str], page: str
) -> tuple[Sequence[Option], str]:
    """The choices of a field, and the token of the next page; a field that Alegra does not know has none.

    Inactive rows are left out, and so are items that cannot stand on a line. A page may therefore have few or no
    choices although another one follows.
    """
    live = _LIVE.get(name)
    if live is None:
        return _matching(_codes(country, name), query), ""
    params = {**live.params, "query": query} if live.searched and query else live.params
    found = await client.page(live.resource, params, start=int(page or 0))
    rows = dict(found.rows)
    if live.searched and query:
        rows.pop(query, None)
        if not page and (row := await _by_id(client, live.resource, query)) is not None:
            rows = {query: row, **rows}
    electronic = given.get(ISSUE) == "true"
    options = [
        Option(value=id_, label=live.label(row) or id_)
        for id_, row in rows.items()
        if _can_be_chosen(row) and (not electronic or row.get("isElectronic") is not False)
    ]
    return _matching(options, query), "" if found.next is None else str(found.next)


async def _by_id(client: AlegraClient, resource: str, query: str) -> Json | None:
    """The row with this id, which Alegra's own search does not look at; None where the text is no id."""
    return await client.get_if_exists(resource_path(resource, query)) if query.isascii() and query.isdecimal() else None


def _codes(country: Country, name: str) -> list[Option]:
    by_field: Mapping[str, Choice] = {
        "identification_type": country.identification_type,
        "person_type": country.person_type,
        "regime": country.regime,
        "payment_form": country.payment_form,
        "payment_method": country.payment_method,
        "invoice_use": country.invoice_use,
    }
    choice = by_field.get(name, Choice())
    return [Option(value=code, label=label) for code, label in choice.labels.items()]


def _can_be_chosen(row: Json) -> bool:
    return text(row.get("status")).lower() != "inactive" and text(row.get("type")) != "variantParent"


def _matching(options: Sequence[Option], query: str) -> Sequence[Option]:
    """Those with the query in their value or their label, in whichever language the merchant searches."""
    wanted = query.strip().casefold()
    return tuple(option for option in options if wanted in f"{_read(option.label)} {option.value}".casefold())


def _read(label: str | Text) -> str:
    return f"{label.es} {label.en} {label.pt}" if isinstance(label, Text) else label
