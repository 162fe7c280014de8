"""From an order to a document that the ERP will compute to just what was paid; nothing is sent."""

import datetime as dt
from collections.abc import Mapping
from zoneinfo import ZoneInfo

from erpgate.domain.matching import match
from erpgate.domain.problem import Blocked
from erpgate.domain.sale import Sale
from erpgate.domain.totals import Plan, Remainder, plan
from erpgate.engine.lane import Lane
from erpgate.engine.session import Session
from erpgate.jobs.find_customer import customer_of
from erpgate.jobs.read_catalog import find_items, refreshed
from erpgate.plugin.model import Draft, DraftLine, Item, Stage
from erpgate.plugin.reasons import Reason
from erpgate.plugin.settings import ChannelSettings, RemainderPolicy
from erpgate.store.catalog import codes_like, items_with_ids
from erpgate.store.records import Frozen, InvoiceRecord


async def map_invoice(lane: Lane, session: Session, sale: Sale, invoice: InvoiceRecord) -> Frozen:
    """Matches, completes, computes and maps one sale; the customer is created if the ERP has none.

    Raises:
        Blocked: A person must act.
        ErpError: The ERP could not be asked.
    """
    settings = effective_settings(session.settings.selling_on(sale.sales_channel), invoice)
    _check_currency(session, sale)
    _check_stage(session, invoice)
    items = await _matched(lane, session, sale, invoice, settings)
    extra = await _configured_items(lane, settings)
    planned = plan(
        sale,
        items,
        policy=session.policy.rounding,
        shipping=extra.get(settings.shipping_item) if settings.shipping_policy == "line" else None,
        remainder=Remainder(
            policy=settings.remainder_policy,
            item=extra.get(settings.remainder_item),
            tolerance=settings.remainder_tolerance,
        ),
    )
    buyer, defaults_used = session.erp.defaults.complete(sale.buyer, settings, session.company)
    customer = await customer_of(lane, session, buyer, settings)
    date = lane.clock.now().astimezone(ZoneInfo(session.company.time_zone)).date()
    draft = Draft(
        reference=invoice.reference,
        date=date,
        due_date=date + dt.timedelta(days=settings.payment_term_days),
        customer=customer,
        currency_code=sale.currency_code,
        lines=_draft_lines(planned),
        total=planned.prediction.total,
        tax_base=planned.prediction.tax_base,
        tax=planned.prediction.tax,
        order_number=sale.order_number,
        note=sale.notes,
        stage=invoice.stage,
        document_type=buyer.document_type,
    )
    return Frozen(
        draft=draft,
        payload=session.erp.mapper.invoice(draft, settings, session.company),
        shipping_left_out=planned.left_out,
        defaults_used=tuple(sorted(defaults_used)),
        arithmetic=tuple(f"{label}: {value}" for label, value in planned.steps),
        remainder=planned.remainder,
    )


def effective_settings(settings: ChannelSettings, invoice: InvoiceRecord) -> ChannelSettings:
    """The channel's settings with what this invoice overrides; automation's own choices are for automatic ones.

    How far this invoice goes stands in `automation` too, so that a plugin can ask for what a stamp needs.
    """
    automatic = not invoice.requested
    warehouse = invoice.overrides.warehouse or (settings.automation.warehouse if automatic else "")
    price_list = invoice.overrides.price_list or (settings.automation.price_list if automatic else "")
    goes = {
        "initial_state": "draft" if invoice.stage is Stage.DRAFT else "open",
        "issue": invoice.stage is Stage.ISSUED,
    }
    return settings.model_copy(
        update={
            "warehouse": warehouse or settings.warehouse,
            "price_list": price_list or settings.price_list,
            "automation": settings.automation.model_copy(update=goes),
        }
    )


def _check_currency(session: Session, sale: Sale) -> None:
    if sale.currency_code not in session.policy.currencies:
        supported = ", ".join(sorted(session.policy.currencies))
        raise Blocked(
            Reason.CURRENCY_NOT_SUPPORTED,
            f"The company cannot invoice in {sale.currency_code}: switch it on in the ERP, or invoice elsewhere.",
            details={"currency_code": sale.currency_code, "supported": supported},
        )


def _check_stage(session: Session, invoice: InvoiceRecord) -> None:
    if invoice.stage is Stage.ISSUED and not session.policy.issues:
        raise Blocked(
            Reason.ERP_PLAN_LACKS_FEATURE,
            f"{session.erp.title} does not issue this company's invoices: switch electronic invoicing on there, or "
            "leave automation.issue off.",
            details={"field": "automation.issue"},
        )


async def _matched(
    lane: Lane, session: Session, sale: Sale, invoice: InvoiceRecord, settings: ChannelSettings
) -> Mapping[str, Item]:
    strategy = session.erp.sku
    corrections = invoice.overrides.line_skus
    codes = [strategy.normalise(corrections.get(line.line_id, line.sku)) for line in sale.lines]
    items = await find_items(lane, session, codes)
    try:
        return match(sale.lines, items, strategy, settings, corrections=corrections)
    except Blocked as stop:
        doubtful = [strategy.normalise(corrections.get(line.line_id, line.sku)) for line in stop.lines]
    items = await refreshed(lane, session, codes, [code for code in dict.fromkeys(doubtful) if code])
    known = await _similar_codes(lane, doubtful)
    return match(sale.lines, items, strategy, settings, corrections=corrections, known_skus=known)


async def _similar_codes(lane: Lane, codes: list[str]) -> list[str]:
    """Codes of the catalogue that begin like those that were asked for, to suggest from."""
    beginnings = {code[:3] for code in codes if code}
    wanted = sorted(beginnings)[:20]
    return await lane.database.read_long(
        lambda c: [code for start in wanted for code in codes_like(c, lane.lease.account, start, 50)]
    )


async def _configured_items(lane: Lane, settings: ChannelSettings) -> Mapping[str, Item]:
    """The shipping and rounding items that the settings name.

    Raises:
        Blocked: One of them is gone from the ERP.
    """
    wanted = {
        "shipping_item": settings.shipping_item if settings.shipping_policy == "line" else "",
        "remainder_item": (
            settings.remainder_item if settings.remainder_policy is RemainderPolicy.ROUNDING_LINE else ""
        ),
    }
    ids = [item for item in wanted.values() if item]
    found = await lane.database.read(lambda c: items_with_ids(c, lane.lease.account, ids)) if ids else {}
    for field, item in wanted.items():
        if item and (item not in found or not found[item].active):
            raise Blocked(
                Reason.OPTION_NO_LONGER_EXISTS,
                f"The item {item} of the setting {field} is not in the ERP any more: choose another one.",
                details={"field": field, "value": item},
            )
    return found


def _draft_lines(planned: Plan) -> tuple[DraftLine, ...]:
    return tuple(
        DraftLine(
            item=line.item,
            description=line.description,
            quantity=line.quantity,
            unit_price=line.unit_price,
            tax_ids=line.tax_ids,
        )
        for line in planned.lines
    )
