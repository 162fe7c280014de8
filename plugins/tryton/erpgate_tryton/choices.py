"""The choices of a form field, live from Tryton."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from erpgate.plugin import Option, Source

from erpgate_tryton.catalogue import PRODUCT
from erpgate_tryton.client import TrytonClient
from erpgate_tryton.errors import read_must_be_readable
from erpgate_tryton.payments import PAYMENT_METHODS
from erpgate_tryton.settings import IDENTIFIER_TYPE, PAYMENT_METHOD
from erpgate_tryton.values import Record, id_of, text

_PAGE = 100


def _named(row: Record) -> str:
    return text(row.get("name"))


def _coded(row: Record) -> str:
    code = text(row.get("code"))
    return f"{_named(row)} ({code})" if code else _named(row)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Live:
    """A field whose choices are active records."""

    model: str
    domain: tuple[object, ...] = ()
    fields: tuple[str, ...] = ("name",)
    label: Callable[[Record], str] = _named


_LIVE = {
    Source.PRICE_LIST: _Live(model="product.price_list"),
    Source.WAREHOUSE: _Live(model="stock.location", domain=(["type", "=", "warehouse"],)),
    Source.ITEM: _Live(model=PRODUCT, domain=(["template.active", "=", True],), fields=("name", "code"), label=_coded),
    Source.TAX: _Live(model="account.tax", domain=(["type", "=", "percentage"],)),
    Source.BANK_ACCOUNT: _Live(model=PAYMENT_METHODS),
    PAYMENT_METHOD: _Live(model=PAYMENT_METHODS),
}


async def choices(client: TrytonClient, name: str, query: str, page: str) -> tuple[Sequence[Option], str]:
    """One page of the choices of a field; a field that Tryton does not know has none."""
    if name == IDENTIFIER_TYPE:
        return await _identifier_types(client, query), ""
    live = _LIVE.get(name)
    if live is None:
        return (), ""
    offset = int(page or 0)
    found: list[object] = [["rec_name", "ilike", f"%{_escaped(query)}%"]]
    if query.isascii() and query.isdecimal():
        found = [["OR", *found, ["id", "=", int(query)]]]
    domain = [*live.domain, *(found if query else [])]
    rows = await client.search(live.model, domain, list(live.fields), limit=_PAGE, offset=offset)
    with read_must_be_readable():
        options = [
            Option(value=str(id_of(row.get("id"), name)), label=live.label(row) or str(row["id"])) for row in rows
        ]
    return options, str(offset + _PAGE) if len(rows) == _PAGE else ""


async def _identifier_types(client: TrytonClient, query: str) -> Sequence[Option]:
    answer = await client.read("model.party.identifier.get_types")
    pairs = [pair for pair in answer if isinstance(pair, list) and len(pair) == 2] if isinstance(answer, list) else []
    options = [Option(value=text(value), label=text(label)) for value, label in pairs if text(value)]
    wanted = query.strip().casefold()
    return tuple(option for option in options if wanted in f"{option.label} {option.value}".casefold())


def _escaped(query: str) -> str:
    return query.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
