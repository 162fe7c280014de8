"""From an order to a document that the ERP will compute to just what was paid; nothing but a customer is sent."""

from collections.abc import Mapping

from erpgate.domain.matching import Matching
from erpgate.domain.sale import Sale
from erpgate.engine.lane import Lane
from erpgate.engine.session import Session
from erpgate.jobs.compose import (
    Terms,
    aliases_for,
    arithmetic_of,
    check_currency,
    check_stage,
    codes_of,
    configured_items,
    dates,
    draft_of,
    matched,
    planned,
    settings_for,
)
from erpgate.jobs.find_customer import customer_of
from erpgate.jobs.read_catalog import find_items, index_items, refreshed
from erpgate.plugin.model import Buyer, CustomerId, Item
from erpgate.store.aliases import AliasRecord, SetAliases
from erpgate.store.records import Frozen, InvoiceRecord


async def map_invoice(lane: Lane, session: Session, sale: Sale, invoice: InvoiceRecord) -> Frozen:
    """Matches, completes, computes and maps one sale; the customer is created if the ERP has none.

    Raises:
        Blocked: A person must act.
        ErpError: The ERP could not be asked.
    """
    terms = terms_of(session, invoice)
    check_currency(terms, sale)
    check_stage(terms)
    matching = await matched_in_lane(lane, session, terms, sale)
    items = matching.all_items()
    await _learn(lane, terms, sale, invoice, items)
    await index_items(lane, session, list(configured_items(terms.settings).values()))
    plan = await planned(lane.database, terms, sale, items)
    days = dates(terms, lane.clock.now())
    buyer, defaults_used = completed(terms, sale)
    customer = CustomerId(terms.overrides.customer) or await customer_of(lane, session, buyer, terms.settings)
    draft = draft_of(
        sale,
        plan,
        reference=invoice.reference,
        days=days,
        customer=customer,
        stage=invoice.stage,
        document_type=buyer.document_type,
    )
    return Frozen(
        draft=draft,
        payload=session.erp.mapper.invoice(draft, terms.settings, session.company),
        shipping_left_out=plan.left_out,
        defaults_used=tuple(sorted(defaults_used)),
        arithmetic=arithmetic_of(plan),
        remainder=plan.remainder,
        aliases={line_id: alias.item_sku for line_id, alias in matching.aliases.items()},
    )


def terms_of(session: Session, invoice: InvoiceRecord) -> Terms:
    """What the invoice is made under.

    Raises:
        Blocked: Its overrides do not fit the channel's settings.
    """
    return Terms(
        merchant=invoice.merchant,
        account=invoice.account,
        erp=session.erp,
        company=session.company,
        policy=session.policy,
        settings=settings_for(session.settings, invoice),
        overrides=invoice.overrides,
        stage=invoice.stage,
    )


async def matched_in_lane(lane: Lane, session: Session, terms: Terms, sale: Sale) -> Matching:
    """What the lines are; items that seem to be missing are asked for once more."""
    aliases = await aliases_for(lane.database, terms, sale)
    codes = codes_of(terms, sale.lines, aliases)
    items = await find_items(lane, session, codes)
    first = await matched(lane.database, terms, sale, items, aliases)
    if not first.problems:
        return first
    stopped = {problem.line_id for problem in first.problems}
    doubtful = codes_of(terms, [line for line in sale.lines if line.line_id in stopped], aliases)
    items = await refreshed(lane, session, codes, doubtful)
    return await matched(lane.database, terms, sale, items, aliases, suggest=True)


def completed(terms: Terms, sale: Sale) -> tuple[Buyer, frozenset[str]]:
    """The buyer, and the settings that completed it; as given, where a person named the ERP's customer."""
    buyer = terms.overrides.buyer or sale.buyer
    if terms.overrides.customer:
        return buyer, frozenset()
    found: tuple[Buyer, frozenset[str]] = terms.erp.defaults.complete(buyer, terms.settings, terms.company)
    return found


async def _learn(lane: Lane, terms: Terms, sale: Sale, invoice: InvoiceRecord, items: Mapping[str, Item]) -> None:
    """Remembers a person's corrections as aliases, where that was asked for."""
    corrections = invoice.overrides.line_skus if invoice.overrides.remember else {}
    learned = tuple(
        AliasRecord(
            merchant=invoice.merchant,
            account=invoice.account,
            sku=terms.normalise(line.sku),
            item=items[line.line_id].id,
            item_sku=terms.normalise(corrections[line.line_id]),
            learned_from=invoice.name,
            set_time=lane.clock.now(),
        )
        for line in sale.lines
        if line.line_id in corrections and terms.normalise(line.sku) not in ("", corrections[line.line_id].strip())
    )
    if learned:
        await lane.database.write(SetAliases(learned, lane.lease))
