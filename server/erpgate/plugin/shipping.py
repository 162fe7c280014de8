"""What a merchant decides about shipping, for the whole channel or for one sales channel."""

from typing import Annotated, Literal

import pydantic

from erpgate.plugin.forms import FormField, Source, Text

ShippingPolicy = Literal["not_invoiced", "line"]

SHIPPING_POLICIES = {
    "not_invoiced": Text(es="No facturar", en="Do not invoice", pt="Não faturar"),
    "line": Text(es="Como una línea", en="As a line", pt="Como uma linha"),
}
"""What can happen to shipping."""


class ShippingRule(pydantic.BaseModel, frozen=True, extra="forbid"):
    """What happens to the shipping of orders of one sales channel, instead of the channel's own rule."""

    policy: Annotated[
        ShippingPolicy,
        FormField(
            kind="select",
            label=Text(es="Facturar el envío", en="Invoice the shipping", pt="Faturar o frete"),
            options=SHIPPING_POLICIES,
            affects="issuing",
        ),
    ] = "not_invoiced"
    item: Annotated[
        str,
        FormField(
            kind="select",
            live=True,
            source=Source.ITEM,
            label=Text(es="Ítem de envío", en="Shipping item", pt="Item de frete"),
            visible_if={"policy": "line"},
            required_if={"policy": "line"},
            affects="issuing",
        ),
    ] = ""
