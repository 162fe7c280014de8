"""The choices of a form field: live from Alegra, or the codes of the company's country."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from erpgate.plugin import Option

from erpgate_alegra.body import Json, text
from erpgate_alegra.client import AlegraClient
from erpgate_alegra.countries import Choice, Country
from erpgate_alegra.items import reference_of

_AUTOMATION = "automation."
_LONGEST_ABBREVIATION = 5


def _named(row: Json) -> str:
    return text(row.get("name"))


def _coded(row: Json) -> str:
    reference = reference_of(row)
    return f"{_named(row)} ({reference})" if reference else _named(row)


def _prefixed(row: Json) -> str:
    prefix = text(row.get("prefix"))
    return f"{_named(row)} ({prefix})" if prefix else _named(row)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Live:
    """A field whose choices are the rows of a resource."""

    resource: str
    params: Mapping[str, str]
    label: Callable[[Json], str] = _named
    searched: bool = False


_ITEMS = _Live(resource="items", params={"status": "active"}, label=_coded, searched=True)
_LIVE = {
    "price_list": _Live(resource="price-lists", params={}),
    "warehouse": _Live(resource="warehouses", params={}),
    "seller": _Live(resource="sellers", params={}),
    "number_template": _Live(resource="number-templates", params={"documentType": "invoice"}, label=_prefixed),
    "shipping_item": _ITEMS,
    "remainder_item": _ITEMS,
}


async def choices(
    client: AlegraClient, country: Country, field: str, query: str, page: str
) -> tuple[Sequence[Option], str]:
    """The choices of a field, and the token of the next page; a field that Alegra does not know has none.

    Inactive rows are left out, and so are items that cannot stand on a line. A page may therefore have few or no
    choices although another one follows.
    """
    name = field.removeprefix(_AUTOMATION)
    live = _LIVE.get(name)
    if live is None:
        return _matching(_codes(country, name), query), ""
    params = {**live.params, "query": query} if live.searched and query else live.params
    found = await client.page(live.resource, params, start=int(page or 0))
    options = [
        Option(value=id_, label=live.label(row) or id_) for id_, row in found.rows.items() if _can_be_chosen(row)
    ]
    return _matching(options, query), "" if found.next is None else str(found.next)


def _codes(country: Country, name: str) -> list[Option]:
    by_field: Mapping[str, Choice] = {
        "identification_type": country.identification_type,
        "person_type": country.person_type,
        "regime": country.regime,
        "payment_form": country.payment_form,
        "payment_method": country.payment_method,
    }
    choice = by_field.get(name, Choice())
    return [Option(value=code, label=choice.labels.get(code) or _spelled(code)) for code in choice.codes]


def _spelled(code: str) -> str:
    """A code for people: words become words, abbreviations such as RFC stay."""
    return code.replace("_", " ").capitalize() if len(code) > _LONGEST_ABBREVIATION else code


def _can_be_chosen(row: Json) -> bool:
    return text(row.get("status")).lower() != "inactive" and text(row.get("type")) != "variantParent"


def _matching(options: Sequence[Option], query: str) -> Sequence[Option]:
    wanted = query.strip().casefold()
    return tuple(option for option in options if wanted in f"{option.label} {option.value}".casefold())
