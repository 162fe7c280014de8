"""From a sale to the document that it shall become; nothing is sent, and the ERP is not asked.

What an invoice's process and its preview have in common: the same rules in the same order.
"""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

import pydantic

from erpgate.domain.matching import Alias, Matching, match
from erpgate.domain.order import OrderLine
from erpgate.domain.problem import Blocked
from erpgate.domain.sale import Sale
from erpgate.domain.totals import Plan, Remainder, plan
from erpgate.plugin.erp import Erp
from erpgate.plugin.model import Company, CustomerId, Draft, DraftLine, Item, Stage
from erpgate.plugin.policy import Policy
from erpgate.plugin.reasons import Reason
from erpgate.plugin.settings import ChannelSettings, RemainderPolicy
from erpgate.store.aliases import aliases_of
from erpgate.store.catalog import codes_like, items_with_ids
from erpgate.store.database import Database
from erpgate.store.records import InvoiceRecord, Overrides

_SEARCHED = 20
"""Beginnings of codes at most of which similar ones are looked for."""


@dataclass(frozen=True, kw_only=True)
class Terms:
    """What an invoice is made under.

    Attributes:
        merchant: Tenant.
        account: The ERP's company, as a key.
        erp: Its plugin's offer.
        company: Who issues.
        policy: Facts about how it computes.
        settings: The channel's, with what this invoice overrides.
        overrides: Values of a person.
        stage: How far the invoice goes.
    """

    merchant: str
    account: str
    erp: Erp[Any, Any]
    company: Company
    policy: Policy
    settings: ChannelSettings
    overrides: Overrides
    stage: Stage

    def normalise(self, sku: str) -> str:
        """The form in which SKUs are compared."""
        return self.erp.sku.normalise(sku)


def effective_settings(
    settings: ChannelSettings, sales_channel: str, overrides: Overrides, stage: Stage, *, automatic: bool
) -> ChannelSettings:
    """The channel's settings with what one invoice overrides; automation's own choices are for automatic ones.

    How far this invoice goes stands in `automation` too, so that a plugin can ask for what a stamp needs.

    Raises:
        pydantic.ValidationError: The overrides do not fit the channel's settings.
    """
    base = settings.selling_on(sales_channel)
    warehouse = overrides.warehouse or (settings.automation.warehouse if automatic else "")
    price_list = overrides.price_list or (settings.automation.price_list if automatic else "")
    goes = {"initial_state": "draft" if stage is Stage.DRAFT else "open", "issue": stage is Stage.ISSUED}
    frame = {
        "warehouse": warehouse or base.warehouse,
        "price_list": price_list or base.price_list,
        "automation": settings.automation.model_copy(update=goes),
    }
    chosen: dict[str, object] = dict(overrides.erp_options)
    if overrides.payment_term_days is not None:
        chosen["payment_term_days"] = overrides.payment_term_days
    if overrides.shipping_policy:
        chosen["shipping_policy"] = overrides.shipping_policy
    if overrides.shipping_item:
        chosen["shipping_item"] = overrides.shipping_item
    if chosen:
        base = type(settings).model_validate(base.model_dump(mode="json") | chosen)
    return base.model_copy(update=frame)


def settings_for(settings: ChannelSettings, invoice: InvoiceRecord) -> ChannelSettings:
    """The effective settings of an invoice.

    Raises:
        Blocked: FIELD_INVALID: the channel's settings were changed since, and the overrides do not fit them any more.
    """
    try:
        return effective_settings(
            settings, invoice.sales_channel, invoice.overrides, invoice.stage, automatic=not invoice.requested
        )
    except pydantic.ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        path = ".".join(["overrides", *map(str, first["loc"])])
        raise Blocked(
            Reason.FIELD_INVALID,
            f"{path} does not fit the channel's settings any more: {first['msg']}. Retry with other overrides.",
            details={path: first["msg"]},
        ) from None


def check_currency(terms: Terms, sale: Sale) -> None:
    """Refuses what the company cannot invoice in.

    Raises:
        Blocked: CURRENCY_NOT_SUPPORTED.
    """
    if sale.currency_code not in terms.policy.currencies:
        supported = ", ".join(sorted(terms.policy.currencies))
        raise Blocked(
            Reason.CURRENCY_NOT_SUPPORTED,
            f"The company cannot invoice in {sale.currency_code}: switch it on in the ERP, or invoice elsewhere.",
            details={"currency_code": sale.currency_code, "supported": supported},
        )


def check_stage(terms: Terms) -> None:
    """Refuses to issue where the ERP does not issue this company's invoices.

    Raises:
        Blocked: ERP_PLAN_LACKS_FEATURE.
    """
    if terms.stage is Stage.ISSUED and not terms.policy.issues:
        raise Blocked(
            Reason.ERP_PLAN_LACKS_FEATURE,
            f"{terms.erp.title} does not issue this company's invoices: switch electronic invoicing on there, or "
            "leave automation.issue off.",
            details={"field": "automation.issue"},
        )


async def aliases_for(database: Database, terms: Terms, sale: Sale) -> Mapping[str, Alias]:
    """Aliases of the sale's SKUs."""
    skus = {terms.normalise(line.sku) for line in sale.lines}
    return await database.read(lambda c: aliases_of(c, terms.merchant, terms.account, skus))


def code_of(terms: Terms, line: OrderLine, aliases: Mapping[str, Alias]) -> str:
    """Code of the item that a line should be; empty if nothing says."""
    corrected = terms.overrides.line_skus.get(line.line_id)
    code = terms.normalise(line.sku if corrected is None else corrected)
    alias = aliases.get(code) if corrected is None else None
    return code if alias is None else alias.item_sku


def codes_of(terms: Terms, lines: Iterable[OrderLine], aliases: Mapping[str, Alias]) -> list[str]:
    """Codes of the items that the lines should be, each once."""
    return [code for code in dict.fromkeys(code_of(terms, line, aliases) for line in lines) if code]


async def matched(
    database: Database,
    terms: Terms,
    sale: Sale,
    items: Sequence[Item],
    aliases: Mapping[str, Alias],
    *,
    suggest: bool = False,
) -> Matching:
    """What the lines are, of these items and those that aliases mean; `suggest` looks for similar SKUs too."""
    ids = [alias.item for alias in aliases.values()]
    meant = await database.read(lambda c: items_with_ids(c, terms.account, ids)) if ids else {}
    codes = codes_of(terms, sale.lines, aliases)
    known = await _similar_codes(database, terms.account, codes) if suggest else []
    return match(
        sale.lines,
        [*items, *meant.values()],
        terms.erp.sku,
        terms.settings,
        corrections=terms.overrides.line_skus,
        aliases=aliases,
        known_skus=known,
    )


async def _similar_codes(database: Database, account: str, codes: Sequence[str]) -> list[str]:
    """Codes of the catalogue that begin like those that were asked for, to suggest from."""
    beginnings = sorted({code[:3] for code in codes})[:_SEARCHED]
    return await database.read_long(
        lambda c: [code for start in beginnings for code in codes_like(c, account, start, 50)]
    )


async def planned(database: Database, terms: Terms, sale: Sale, items: Mapping[str, Item]) -> Plan:
    """Lines that come to what was paid.

    Raises:
        Blocked: There are none, or an item that the settings name is gone.
    """
    settings = terms.settings
    extra = await _configured_items(database, terms)
    return plan(
        sale,
        items,
        policy=terms.policy.rounding,
        shipping=extra.get(settings.shipping_item) if settings.shipping_policy == "line" else None,
        remainder=Remainder(
            policy=settings.remainder_policy,
            item=extra.get(settings.remainder_item),
            tolerance=settings.remainder_tolerance,
        ),
    )


def configured_items(settings: ChannelSettings) -> Mapping[str, str]:
    """Ids of the shipping and rounding items that are needed, by setting."""
    wanted = {
        "shipping_item": settings.shipping_item if settings.shipping_policy == "line" else "",
        "remainder_item": (
            settings.remainder_item if settings.remainder_policy is RemainderPolicy.ROUNDING_LINE else ""
        ),
    }
    return {name: item for name, item in wanted.items() if item}


async def _configured_items(database: Database, terms: Terms) -> Mapping[str, Item]:
    """The shipping and rounding items that the settings name.

    Raises:
        Blocked: One of them is gone from the ERP.
    """
    wanted = configured_items(terms.settings)
    ids = list(wanted.values())
    found = await database.read(lambda c: items_with_ids(c, terms.account, ids)) if ids else {}
    for field, item in wanted.items():
        if item not in found or not found[item].active:
            raise Blocked(
                Reason.OPTION_NO_LONGER_EXISTS,
                f"The item {item} of the setting {field} is not in the ERP any more: choose another one.",
                details={"field": field, "value": item},
            )
    return found


def dates(terms: Terms, now: dt.datetime) -> tuple[dt.date, dt.date]:
    """The document's date, which is the company's local one, and its due date.

    Raises:
        Blocked: FIELD_INVALID: the due date that a person gave is past.
    """
    date = now.astimezone(ZoneInfo(terms.company.time_zone)).date()
    due = terms.overrides.due_date or date + dt.timedelta(days=terms.settings.payment_term_days)
    if due < date:
        raise Blocked(
            Reason.FIELD_INVALID,
            f"The due date {due} is before the document's date {date}: retry with another one.",
            details={"overrides.due_date": f"is before {date}"},
        )
    return date, due


def draft_of(
    sale: Sale,
    planned: Plan,
    *,
    reference: str,
    days: tuple[dt.date, dt.date],
    customer: CustomerId,
    stage: Stage,
    document_type: str,
) -> Draft:
    """The neutral document."""
    return Draft(
        reference=reference,
        date=days[0],
        due_date=days[1],
        customer=customer,
        currency_code=sale.currency_code,
        lines=tuple(
            DraftLine(
                item=line.item,
                description=line.description,
                quantity=line.quantity,
                unit_price=line.unit_price,
                tax_ids=line.tax_ids,
            )
            for line in planned.lines
        ),
        total=planned.prediction.total,
        tax_base=planned.prediction.tax_base,
        tax=planned.prediction.tax,
        order_number=sale.order_number,
        note=sale.notes,
        stage=stage,
        document_type=document_type,
    )


def arithmetic_of(planned: Plan) -> tuple[str, ...]:
    """From what was paid to the predicted total, a sentence a step."""
    return tuple(f"{label}: {value}" for label, value in planned.steps)
