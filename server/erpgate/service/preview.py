"""Previews: what an order's invoice would be; nothing is sent and nothing is stored."""

import contextlib
import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from erpgate.domain.basket import disagreement
from erpgate.domain.matching import Matching
from erpgate.domain.problem import Blocked
from erpgate.domain.sale import Sale, sale_of
from erpgate.domain.totals import Plan
from erpgate.jobs.compose import (
    Terms,
    aliases_for,
    check_currency,
    codes_of,
    dates,
    matched,
    planned,
)
from erpgate.plugin.errors import Rejected
from erpgate.plugin.model import Buyer, Stage
from erpgate.plugin.reasons import Reason
from erpgate.plugin.settings import ChannelSettings
from erpgate.service.channels import own_fields
from erpgate.service.commands import NewInvoice
from erpgate.service.errors import not_found
from erpgate.service.invoices import refusal_of
from erpgate.service.lookups import asked_about
from erpgate.service.overrides import checked_settings, checked_stage, company_of
from erpgate.service.sources import Sources
from erpgate.store.catalog import items_with_codes
from erpgate.store.catalog_sync import get_sync
from erpgate.store.customers import known_customer
from erpgate.store.errors import Conflict
from erpgate.store.orders import get_order
from erpgate.store.records import ChannelRecord, OrderRecord, Overrides
from erpgate.store.request_invoice import Together, check_basket, check_lines, invoiced_together

_PATIENCE = dt.timedelta(seconds=5)
"""How long the ERP is waited for where the caller does not say how long it waits."""


@dataclass(kw_only=True)
class Preview:
    """What an invoice would be.

    Attributes:
        sale: What it would be for.
        form: The overrides, filled in with what would count.
        matching: What the lines are.
        buyer: Completed.
        defaults_used: Settings that completed the buyer.
        customer: The ERP's id, where it is known.
        days: The document's date and due date.
        plan: What the ERP would make of it; None while something stands against that.
        problems: Everything that stands against the invoice.
        catalog_time: When the catalogue was last read as a whole.
    """

    sale: Sale
    form: Overrides
    matching: Matching
    buyer: Buyer
    defaults_used: Sequence[str] = ()
    customer: str = ""
    days: tuple[dt.date, dt.date] | None = None
    plan: Plan | None = None
    problems: list[Blocked] = field(default_factory=list)
    catalog_time: dt.datetime | None = None

    @contextlib.contextmanager
    def noting(self) -> Iterator[None]:
        """Notes what stands against the invoice, and goes on."""
        try:
            yield
        except Blocked as stop:
            self.problems.append(stop)
        except Rejected as error:
            self.problems.append(Blocked(error.reason, error.message, details={**error.details, **error.fields}))


class Previews:
    """The use case.

    Args:
        sources: Database, plugins and clock.
    """

    def __init__(self, sources: Sources) -> None:
        self._sources = sources

    async def preview(self, wanted: NewInvoice, patience: dt.timedelta | None = None) -> Preview:
        """Computes what an invoice would be, as far as that goes while the ERP is waited for."""
        channel = await self._sources.invoicing_channel(wanted.merchant, wanted.channel)
        stage = checked_stage(self._sources, channel, wanted.overrides)
        settings = checked_settings(self._sources, channel, wanted.order_id, wanted.overrides, stage)
        together, standing = await self._together(wanted)
        sale = sale_of(together.orders)
        terms = self._terms(channel, settings, wanted.overrides, stage)
        preview = await self._matched(channel, terms, sale, _PATIENCE if patience is None else patience)
        preview.problems[:0] = standing
        preview.form = _form(terms, preview.matching)
        with preview.noting():
            check_currency(terms, sale)
        with preview.noting():
            preview.days = dates(terms, self._sources.clock.now())
        with preview.noting():
            items = preview.matching.all_items()
            preview.plan = await planned(self._sources.database, terms, sale, items)
        with preview.noting():
            await self._complete(preview, terms)
        return preview

    async def _together(self, wanted: NewInvoice) -> tuple[Together, list[Blocked]]:
        """What would be invoiced together, and what a basket lacks for that."""
        merchant, order_id = wanted.merchant, wanted.order_id
        record = await self._sources.database.read(lambda c: get_order(c, merchant, order_id))
        if record is None:
            raise not_found(f"merchants/{merchant}/orders/{order_id}")
        try:
            together = await self._sources.database.read(lambda c: invoiced_together(c, record, complete=False))
            check_lines(together.orders, wanted.overrides)
        except Conflict as conflict:
            raise refusal_of(conflict) from conflict
        if not together.basket:
            return together, []
        try:
            check_basket(together.orders)
        except Conflict as conflict:
            refused = refusal_of(conflict)
            standing = [Blocked(refused.reason, refused.message, details=refused.details)]
            return (_only(together, record) if disagreement(together.orders) else together), standing
        return together, []

    def _terms(self, channel: ChannelRecord, settings: ChannelSettings, overrides: Overrides, stage: Stage) -> Terms:
        erp = self._sources.erp(channel.erp)
        company = company_of(channel)
        return Terms(
            merchant=channel.merchant,
            account=channel.account,
            erp=erp,
            company=company,
            policy=erp.policy(company, settings),
            settings=settings,
            overrides=overrides,
            stage=stage,
        )

    async def _matched(self, channel: ChannelRecord, terms: Terms, sale: Sale, patience: dt.timedelta) -> Preview:
        database = self._sources.database
        aliases = await aliases_for(database, terms, sale)
        codes = codes_of(terms, sale.lines, aliases)
        was_asked = await asked_about(self._sources, channel, codes, patience)
        items = await database.read_long(lambda c: items_with_codes(c, channel.account, codes))
        matching = await matched(database, terms, sale, items, aliases, suggest=True)
        sync = await database.read(lambda c: get_sync(c, channel.account))
        preview = Preview(
            sale=sale,
            form=terms.overrides,
            matching=matching,
            buyer=terms.overrides.buyer or sale.buyer,
            catalog_time=sync.complete_time,
        )
        if not was_asked:
            text = "The ERP did not say in time what it has: what is not found here may be there."
            preview.problems.append(Blocked(Reason.ERP_UNREACHABLE, text))
        return preview

    async def _complete(self, preview: Preview, terms: Terms) -> None:
        preview.customer = terms.overrides.customer
        if preview.customer:
            return
        completed, used = terms.erp.defaults.complete(preview.buyer, terms.settings, terms.company)
        preview.buyer, preview.defaults_used = completed, tuple(sorted(used))
        identity = terms.erp.mapper.identity(completed, terms.settings, terms.company)
        known = await self._sources.database.read(lambda c: known_customer(c, terms.account, identity))
        preview.customer = known or ""


def _only(together: Together, record: OrderRecord) -> Together:
    return replace(together, records=[record])


def _form(terms: Terms, matching: Matching) -> Overrides:
    settings, overrides = terms.settings, terms.overrides
    dumped: Mapping[str, Any] = settings.model_dump(mode="json")
    skus = {line_id: terms.erp.sku.sku_of(item, settings) or "" for line_id, item in matching.items.items()}
    return replace(
        overrides,
        line_skus={line_id: terms.normalise(sku) for line_id, sku in skus.items()} | dict(overrides.line_skus),
        warehouse=settings.warehouse,
        price_list=settings.price_list,
        stage=terms.stage,
        erp_options={name: dumped[name] for name in own_fields(terms.erp) if dumped.get(name) is not None},
        payment_term_days=None if overrides.due_date else settings.payment_term_days,
        shipping_policy=settings.shipping_policy,
        shipping_item=settings.shipping_item,
    )
