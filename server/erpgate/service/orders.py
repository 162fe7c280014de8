"""Orders: submitted, judged by the rules alone, and begun to be invoiced."""

from collections.abc import Callable, Mapping, Sequence

from erpgate.domain.basket import judge_basket
from erpgate.domain.eligibility import ChannelView, Verdict, combine, judge
from erpgate.domain.order import Order
from erpgate.engine.clock import Clock
from erpgate.plugin.model import Stage
from erpgate.plugin.reasons import Reason
from erpgate.plugin.settings import Automation
from erpgate.service.commands import OrderQuery
from erpgate.service.errors import Refused, not_found
from erpgate.service.sources import Sources
from erpgate.store.errors import Conflict
from erpgate.store.orders import get_order, list_orders
from erpgate.store.records import ChannelRecord, InvoiceRecord, OrderRecord, VerdictRecord
from erpgate.store.submit_order import SubmitOrder


class Orders:
    """Use cases around orders.

    Args:
        sources: Database, plugins and clock.
    """

    def __init__(self, sources: Sources) -> None:
        self._sources = sources
        self._judge = Rules(sources.clock, sources.registry.may_automate)

    async def submit(self, order: Order) -> OrderRecord:
        """Stores and judges an order; durable when it returns. The ERP is not asked."""
        write = SubmitOrder(order, self._judge, automatic_stage, self._sources.clock.now())
        try:
            submitted = await self._sources.database.write(write)
        except Conflict as conflict:
            if conflict.what != "basket":
                raise
            raise Refused(
                Reason.FIELD_INVALID,
                f"The order is part of the basket {conflict.holder} and stays in it.",
                fields={"order.basket.id": f"must be {conflict.holder}."},
            ) from conflict
        if submitted.account:
            self._sources.wake(submitted.account)
        return submitted.record

    async def get(self, merchant: str, order_id: str) -> OrderRecord:
        """One order with its verdicts."""
        record = await self._sources.database.read(lambda c: get_order(c, merchant, order_id))
        if record is None:
            raise not_found(f"merchants/{merchant}/orders/{order_id}")
        return record

    async def list(self, query: OrderQuery) -> Sequence[OrderRecord]:
        """A page of a merchant's orders."""
        return await self._sources.database.read_long(
            lambda c: list_orders(
                c,
                query.merchant,
                after=query.after,
                limit=query.limit,
                outcome=query.outcome,
                sales_channel=query.sales_channel,
            )
        )


class Rules:
    """Judges orders for all channels of their merchant.

    Args:
        clock: Where time comes from.
        may_automate: Whether an ERP may invoice without a person.
    """

    def __init__(self, clock: Clock, may_automate: Callable[[str], bool] = lambda _: True) -> None:
        self._clock = clock
        self._may_automate = may_automate

    def __call__(
        self, order: Order, channels: Sequence[ChannelRecord], live: InvoiceRecord | None
    ) -> Sequence[VerdictRecord]:
        """One verdict per channel on an order by itself."""
        return self._records(self._judged(order, channels, live), live)

    def basket(
        self, orders: Sequence[Order], channels: Sequence[ChannelRecord], live: Mapping[str, InvoiceRecord]
    ) -> Mapping[str, Sequence[VerdictRecord]]:
        """By order id, one verdict per channel on each order of a basket."""
        own = [self._judged(order, channels, live.get(order.order_id)) for order in orders]
        sent = next((invoice.name for invoice in live.values() if invoice.basket and invoice.frozen is not None), "")
        return {
            order.order_id: self._records(verdicts, live.get(order.order_id))
            for order, verdicts in zip(orders, judge_basket(orders, own, invoice=sent), strict=True)
        }

    def _judged(self, order: Order, channels: Sequence[ChannelRecord], live: InvoiceRecord | None) -> Sequence[Verdict]:
        invoice = live.name if live is not None and live.frozen is not None else ""
        requested = live.channel if live is not None and live.requested else ""
        verdicts = [
            judge(
                order,
                ChannelView(
                    name=channel.channel,
                    state=channel.state.value,
                    automation=_automation(channel),
                    erp_proven=self._may_automate(channel.erp),
                ),
                already_invoiced=invoice,
                reversed_=live is not None and live.reversed,
                requested=requested == channel.channel,
            )
            for channel in channels
        ]
        return verdicts if requested else combine(verdicts)

    def _records(self, verdicts: Sequence[Verdict], live: InvoiceRecord | None) -> Sequence[VerdictRecord]:
        now = self._clock.now()
        sent = live if live is not None and live.frozen is not None else None
        return [
            VerdictRecord(
                channel=verdict.channel,
                outcome=verdict.outcome,
                reason=verdict.reason,
                message=SENTENCES[verdict.reason],
                details=verdict.details,
                invoice=sent.invoice if sent is not None and sent.channel == verdict.channel else "",
                trace=verdict.trace,
                evaluate_time=now,
            )
            for verdict in verdicts
        ]


def automatic_stage(channel: ChannelRecord) -> Stage:
    """How far the channel's automatic invoices go."""
    automation = _automation(channel)
    if automation.issue:
        return Stage.ISSUED
    return Stage.OPEN if automation.initial_state == "open" else Stage.DRAFT


def _automation(channel: ChannelRecord) -> Automation:
    return Automation.model_validate(channel.settings.get("automation") or {})


SENTENCES = {
    Reason.ELIGIBLE: "Every rule of the automation holds; the invoice is made.",
    Reason.REQUESTED_BY_PERSON: "Somebody asked for the invoice.",
    Reason.AUTOMATION_OFF: "Automatic invoicing is off.",
    Reason.ERP_NOT_PROVEN: "The ERP's plugin has no recorded pass of the conformance suite: a person has to ask.",
    Reason.CHANNEL_NOT_CONNECTED: "The channel's wizard is not finished.",
    Reason.CHANNEL_PAUSED: "The channel is paused; the order is judged again when it is resumed.",
    Reason.ORDER_STATE_NOT_SELECTED: "The order's state is not among the selected ones.",
    Reason.SALES_CHANNEL_NOT_SELECTED: "The order's sales channel is not among the selected ones.",
    Reason.FULFILLMENT_EXCLUDED: "The marketplace fulfils the order, and such orders are left out.",
    Reason.REFUNDED_EXCLUDED: "The order was refunded, and such orders are left out.",
    Reason.BEFORE_START: "The order was placed before automatic invoicing started.",
    Reason.ALREADY_INVOICED: "The order has its invoice.",
    Reason.SEVERAL_CHANNELS_ELIGIBLE: "Several channels would invoice the order: choose one.",
    Reason.INVOICE_REVERSED: "The order's invoice does not stand any more; only a person makes another one.",
    Reason.CREDIT_NOTE_SUGGESTED: "The order was cancelled or refunded after it was invoiced.",
    Reason.BASKET_INCOMPLETE: "The basket is invoiced as one, and not all of its orders can be invoiced yet.",
    Reason.BASKET_INCONSISTENT: "The orders of the basket differ in currency or buyer: one invoice cannot be for all.",
    Reason.BASKET_CLOSED: "The order came after its basket was invoiced without it: invoice it by itself.",
    Reason.SHADOW_MODE: "Every rule holds, and the channel is in shadow mode: nothing is sent.",
}
"""One sentence per reason of a verdict."""
