"""A toy ERP: in memory, no HTTP, no drafts, prices with tax apart, and words of its own.

It is as unlike a cloud ERP as the contract allows, so that nothing of any real one can leak into the core.
"""

import datetime as dt
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Annotated, Any

import pydantic

from erpgate.plugin import (
    API_VERSION,
    Ability,
    Buyer,
    ChannelSettings,
    Company,
    CompanyId,
    CustomerId,
    Document,
    DocumentId,
    Draft,
    Erp,
    FormField,
    Found,
    Item,
    Limits,
    Misconfigured,
    Option,
    Payload,
    Policy,
    Reason,
    Rejected,
    Repeats,
    Stage,
    Text,
    Unavailable,
    Wiring,
    hookimpl,
)
from erpgate.testing.toy_later import ToyLater
from erpgate.testing.toy_ledger import ToyLedger


class ToyCredentials(pydantic.BaseModel, frozen=True, extra="forbid"):
    """Step 2 of the toy's wizard."""

    workspace: Annotated[
        str, FormField(kind="text", label=Text(es="Espacio", en="Workspace", pt="Espaço"), affects="credentials")
    ] = pydantic.Field(min_length=1)
    passphrase: Annotated[
        pydantic.SecretStr,
        FormField(kind="secret", label=Text(es="Frase", en="Passphrase", pt="Frase"), affects="credentials"),
    ] = pydantic.Field(min_length=1)


class ToySettings(ChannelSettings, frozen=True):
    """Steps 3 and 4 of the toy's wizard."""

    series: Annotated[
        str, FormField(kind="text", label=Text(es="Serie", en="Series", pt="Série"), affects="issuing")
    ] = "A"


def toy_plugin(ledger: ToyLedger) -> object:
    """A plugin object that offers the toy ERP on a ledger."""

    class Plugin:
        @hookimpl
        def erpgate_erps(self) -> list[Erp[Any, Any]]:
            return [toy_erp(ledger)]

    return Plugin()


def toy_erp(ledger: ToyLedger) -> Erp[ToyCredentials, ToySettings]:
    """The toy ERP on a ledger."""
    return Erp(
        name="toy",
        title="Toy ledger",
        api_version=API_VERSION,
        countries=frozenset({"GB", "CO"}),
        credentials=ToyCredentials,
        settings=ToySettings,
        operator_settings={"url": ""},
        abilities=ledger.abilities | (frozenset({Ability.DISCARD}) if ledger.drafts else frozenset()),
        limits=Limits(in_flight=4, timeout=dt.timedelta(seconds=2)),
        sku=_Sku(),
        defaults=_Defaults(),
        mapper=_Mapper(),
        policy=lambda company, _: Policy(
            rounding=ledger.rounding,
            repeats=Repeats(by="key" if ledger.keys_remembered else "nothing"),
            create_stages=frozenset({Stage.DRAFT, Stage.OPEN} if ledger.drafts else {Stage.OPEN}),
            settle_time=ledger.settle_time,
            stock_moves_at=None,
            currencies=frozenset({company.currency_code}),
        ),
        connect=lambda wiring: _Connection(ledger, wiring),
    )


class _Sku:
    def normalise(self, sku: str) -> str:
        return sku.strip()

    def sku_of(self, item: Item, settings: ToySettings) -> str | None:
        return item.barcode if settings.sku_source == "barcode" else item.reference

    def refusal(self, item: Item, settings: ToySettings) -> str | None:
        if item.kind == "variant" and settings.sku_source == "reference":
            return "A variant cannot be invoiced by its reference."
        return None


class _Defaults:
    def complete(self, buyer: Buyer, settings: ToySettings, company: Company) -> tuple[Buyer, frozenset[str]]:
        used = set()
        values: dict[str, Any] = {}
        for name in ("document", "email", "phone"):
            default = getattr(settings, f"default_{name}")
            if not getattr(buyer, name) and default:
                values[name] = default
                used.add(f"default_{name}")
        completed = replace(buyer, **values)
        if not completed.document:
            raise Rejected(
                f"{company.name} needs the buyer's document.",
                fields={"buyer.document": "required"},
                reason=Reason.CUSTOMER_DOCUMENT_INVALID,
            )
        return completed, frozenset(used)


class _Mapper:
    def identity(self, buyer: Buyer, settings: ToySettings, company: Company) -> str:
        return buyer.document

    def customer(self, buyer: Buyer, settings: ToySettings, company: Company) -> Payload:
        return {"calling": buyer.name, "paper": buyer.document}

    def invoice(self, draft: Draft, settings: ToySettings, company: Company) -> Payload:
        return {
            "series": settings.series,
            "mark": draft.reference,
            "day": draft.date.isoformat(),
            "party": draft.customer,
            "money": draft.currency_code,
            "rows": [
                {
                    "thing": line.item,
                    "count": str(line.quantity),
                    "each": str(line.unit_price),
                    "duties": list(line.tax_ids),
                }
                for line in draft.lines
            ],
        }

    def credit_note(self, draft: Draft, original: Document, settings: ToySettings, company: Company) -> Payload:
        return {**self.invoice(draft, settings, company), "against": original.id}


class _Connection(ToyLater):
    def __init__(self, ledger: ToyLedger, wiring: Wiring[ToyCredentials, ToySettings]) -> None:
        super().__init__(ledger, nowhere=wiring.operator["url"].endswith(":1"))
        self._credentials = wiring.credentials
        self._country = wiring.country_code

    async def probe(self) -> Company:
        self._read("probe")
        if self._credentials.passphrase.get_secret_value() != self._ledger.passphrase:
            raise Misconfigured("The passphrase is wrong.", field="passphrase", reason=Reason.ERP_CREDENTIALS_INVALID)
        return Company(
            id=CompanyId(self._credentials.workspace),
            name="Toy company",
            country_code=self._country,
            currency_code="GBP" if self._country == "GB" else "COP",
            time_zone="Europe/London",
        )

    async def options(
        self, field: str, query: str, given: Mapping[str, str], page: str
    ) -> tuple[Sequence[Option], str]:
        self._read("options")
        if self._ledger.options_fail is not None:
            raise self._ledger.options_fail
        names = self._ledger.choices(field)
        found = [
            Option(value=value, label=label)
            for value, label in names.items()
            if query.casefold() in f"{label} {value}".casefold()
        ]
        start = int(page or 0)
        end = start + self._ledger.options_page
        return found[start:end], str(end) if end < len(found) else ""

    async def items(self, cursor: str) -> AsyncIterator[tuple[Sequence[Item], str]]:
        start = int(cursor or 0)
        while True:
            complete = self._read("items")
            page = self._ledger.items[start : start + 100]
            if not complete:
                raise Unavailable("The toy ledger shows fewer items than it has.")
            start += len(page)
            more = start < len(self._ledger.items)
            yield page, str(start) if more else ""
            if not more:
                return

    async def items_by_sku(self, skus: Sequence[str]) -> Sequence[Item]:
        self._read("items_by_sku")
        return [item for item in self._ledger.items if {item.reference, item.barcode} & set(skus)]

    async def changed_items(self, since: dt.datetime) -> AsyncIterator[Sequence[Item]]:
        self._read("changed_items")
        yield [item for item in self._ledger.items if (at := self._ledger.changed.get(item.id)) and at >= since]

    async def taxes(self) -> Mapping[str, Decimal]:
        return self._ledger.rates()

    async def find_customer(self, buyer: Buyer) -> Found[CustomerId]:
        complete = self._read("find_customer")
        known = self._ledger.parties.get(buyer.document)
        return Found(matches=(known,) if known and complete else (), complete=complete)

    async def create_customer(self, payload: Payload, *, key: str) -> CustomerId:
        async with self._write("create_customer") as carried_out:
            return self._ledger.party(str(payload["paper"])) if carried_out else CustomerId("")

    async def create(self, payload: Payload, stage: Stage, *, key: str) -> Document:
        async with self._write("create") as carried_out:
            voucher = self._voucher(payload, stage)
            if carried_out:
                known = next((v for v in self._ledger.vouchers if v.reference == voucher.reference), None)
                if known is not None and self._ledger.keys_remembered:
                    return known
                self._ledger.vouchers.append(voucher)
            return voucher

    async def advance(self, document: Document, to: Stage, *, key: str) -> Document:
        if not self._ledger.drafts or to is not Stage.OPEN:
            raise Rejected(f"A voucher cannot become {to.value}.")
        opened = replace(document, stage=to)
        async with self._write("advance") as carried_out:
            if carried_out:
                self._ledger.vouchers = [opened if v.id == document.id else v for v in self._ledger.vouchers]
            return opened

    async def discard(self, draft: Document) -> None:
        async with self._write("discard") as carried_out:
            if carried_out:
                self._ledger.vouchers = [voucher for voucher in self._ledger.vouchers if voucher.id != draft.id]

    async def read(self, id: DocumentId) -> Document | None:  # noqa: A002
        self._read("read")
        return next((voucher for voucher in self._ledger.vouchers if voucher.id == id), None)

    async def find(self, draft: Draft, since: dt.datetime) -> Found[Document]:
        complete = self._read("find")
        found = [voucher for voucher in self._ledger.vouchers if voucher.reference == draft.reference]
        return Found(matches=tuple(found) if complete else (), complete=complete)

    async def aclose(self) -> None:
        self._ledger.calls["aclose"] += 1

    def _voucher(self, payload: Payload, stage: Stage) -> Document:
        number = f"{payload['series']}-{len(self._ledger.vouchers) + 1}"
        return self._computed(payload, "V", number, stage)
