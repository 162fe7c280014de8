"""A person's values for one invoice."""

import datetime as dt
from typing import Any, Final

from erpgate.plugin.model import Stage
from erpgate.rpc.convert.party import buyer_from_wire, buyer_to_wire
from erpgate.rpc.convert.settings import INITIAL_STATES, SHIPPING_POLICIES, json_object
from erpgate.store.records import Overrides
from erpgate.v1 import invoice_pb2

_SAME: Final = ("warehouse", "price_list", "shipping_item")


def overrides_from_wire(message: invoice_pb2.InvoiceOverrides) -> Overrides:
    """A person's values; what is empty means the channel's or the order's."""
    return Overrides(
        line_skus=dict(message.line_skus),
        remember=message.remember_line_skus,
        warehouse=message.warehouse,
        price_list=message.price_list,
        stage=_stage(message),
        erp_options=json_object(message.erp_options),
        buyer=buyer_from_wire(message.buyer) if message.HasField("buyer") else None,
        customer=message.customer_id,
        due_date=dt.date.fromisoformat(message.due_date) if message.due_date else None,
        payment_term_days=message.payment_term_days if message.HasField("payment_term_days") else None,
        shipping_policy=SHIPPING_POLICIES.word(message.shipping_policy),
        shipping_item=message.shipping_item,
    )


def overrides_to_wire(overrides: Overrides) -> invoice_pb2.InvoiceOverrides:
    """The same, as they were given."""
    message = invoice_pb2.InvoiceOverrides(
        line_skus=overrides.line_skus,
        remember_line_skus=overrides.remember,
        **{name: getattr(overrides, name) for name in _SAME},
        buyer=None if overrides.buyer is None else buyer_to_wire(overrides.buyer),
        customer_id=overrides.customer,
        due_date="" if overrides.due_date is None else overrides.due_date.isoformat(),
        payment_term_days=overrides.payment_term_days,
        shipping_policy=SHIPPING_POLICIES.number(overrides.shipping_policy),
    )
    if overrides.erp_options:
        options: dict[str, Any] = dict(overrides.erp_options)
        message.erp_options.update(options)
    if overrides.stage is not None:
        message.initial_state = INITIAL_STATES.number("draft" if overrides.stage is Stage.DRAFT else "open")
        message.issue = overrides.stage is Stage.ISSUED
    return message


def _stage(message: invoice_pb2.InvoiceOverrides) -> Stage | None:
    if message.issue:
        return Stage.ISSUED
    word = INITIAL_STATES.word(message.initial_state)
    return Stage(word) if word else None
