"""What a merchant configures: wizard steps 3 and 4 as every ERP has them.

A plugin subclasses `ChannelSettings` with its own fields. Labels, help and options of a field are metadata on the
field (`erpgate.plugin.forms.FormField`), declared once; the wizard is drawn from them and the server validates by them.
"""

import datetime as dt
import enum
from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Literal, Self

import pydantic

from erpgate.plugin.forms import FormField, Source, Text
from erpgate.plugin.shipping import SHIPPING_POLICIES, ShippingPolicy, ShippingRule

_EMAIL_OR_EMPTY = r"^(?:[^@\s<>,;]+@[^@\s.<>,;]+(?:\.[^@\s.<>,;]+)+)?$"


class OrderState(enum.StrEnum):
    """Where an order is; a marketplace's own state is kept beside it."""

    PENDING = "pending"
    SHIPPED = "shipped"
    COMPLETED = "completed"
    CANCELLED = "cancelled"
    OTHER = "other"


class RemainderPolicy(enum.StrEnum):
    """What to do when an ERP's rounding cannot reach what was paid."""

    EXACT_OR_BLOCK = "exact_or_block"
    ROUNDING_LINE = "rounding_line"
    TOLERANCE = "tolerance"


class Automation(pydantic.BaseModel, frozen=True, extra="forbid"):
    """Step 4: which orders become invoices by themselves, and how far the invoice goes."""

    enabled: Annotated[
        bool,
        FormField(
            kind="bool",
            label=Text(es="Facturación automática", en="Automatic invoicing", pt="Faturamento automático"),
            affects="issuing",
        ),
    ] = False
    sales_channels: Annotated[
        tuple[str, ...],
        FormField(
            kind="multiselect",
            live=True,
            source=Source.SALES_CHANNEL,
            label=Text(es="Canales de origen", en="Source channels", pt="Canais de origem"),
            help=Text(
                es="Vacío significa todos.",
                en="Empty means all of them.",
                pt="Vazio significa todos.",
            ),
            affects="issuing",
        ),
    ] = ()
    order_states: Annotated[
        tuple[OrderState, ...],
        FormField(
            kind="multiselect",
            label=Text(es="Estados del pedido", en="Order states", pt="Estados do pedido"),
            help=Text(
                es="Vacío significa todos, incluso cancelado.",
                en="Empty means all of them, cancelled included.",
                pt="Vazio significa todos, inclusive cancelado.",
            ),
            options={
                "pending": Text(es="Pendiente", en="Pending", pt="Pendente"),
                "shipped": Text(es="Enviado", en="Shipped", pt="Enviado"),
                "completed": Text(es="Completado", en="Completed", pt="Concluído"),
                "cancelled": Text(es="Cancelado", en="Cancelled", pt="Cancelado"),
                "other": Text(es="Otro", en="Other", pt="Outro"),
            },
            affects="issuing",
        ),
    ] = ()
    include_fulfillment: Annotated[
        bool,
        FormField(
            kind="bool",
            label=Text(
                es="Facturar pedidos fulfillment", en="Invoice fulfillment orders", pt="Faturar pedidos fulfillment"
            ),
            affects="issuing",
        ),
    ] = False
    skip_refunded: Annotated[
        bool,
        FormField(
            kind="bool",
            label=Text(es="Omitir pedidos reembolsados", en="Skip refunded orders", pt="Ignorar pedidos reembolsados"),
            affects="issuing",
        ),
    ] = False
    start_time: Annotated[
        dt.datetime | None,
        FormField(
            kind="date_time",
            label=Text(es="Facturar pedidos desde", en="Invoice orders placed since", pt="Faturar pedidos desde"),
            help=Text(
                es="Los pedidos anteriores no se facturan solos. Vacío significa el momento en que se activa.",
                en="Earlier orders are not invoiced by themselves. Empty means the moment it is switched on.",
                pt="Pedidos anteriores não são faturados sozinhos. Vazio significa o momento em que é ativado.",
            ),
            example="2026-01-31T00:00:00-05:00",
            affects="issuing",
        ),
    ] = None
    initial_state: Annotated[
        Literal["draft", "open"],
        FormField(
            kind="select",
            label=Text(es="Enviar la factura", en="Send the invoice", pt="Enviar a fatura"),
            options={
                "draft": Text(es="En borrador", en="As a draft", pt="Como rascunho"),
                "open": Text(es="Abierta", en="Open", pt="Aberta"),
            },
            affects="issuing",
        ),
    ] = "draft"
    warehouse: Annotated[
        str,
        FormField(
            kind="select",
            live=True,
            label=Text(
                es="Bodega para facturación automática",
                en="Warehouse for automatic invoicing",
                pt="Depósito para faturamento automático",
            ),
            help=Text(
                es="Vacío significa la del canal.", en="Empty means the channel's.", pt="Vazio significa o do canal."
            ),
            affects="issuing",
        ),
    ] = ""
    price_list: Annotated[
        str,
        FormField(
            kind="select",
            live=True,
            label=Text(
                es="Lista de precios para facturación automática",
                en="Price list for automatic invoicing",
                pt="Lista de preços para faturamento automático",
            ),
            help=Text(
                es="Vacío significa la del canal.", en="Empty means the channel's.", pt="Vazio significa a do canal."
            ),
            affects="issuing",
        ),
    ] = ""
    issue: Annotated[
        bool,
        FormField(
            kind="bool",
            label=Text(es="Emitir la factura", en="Issue the invoice", pt="Emitir a fatura"),
            help=Text(
                es="La envía a la autoridad tributaria; requiere enviarla abierta.",
                en="Sends it to the tax authority; needs the invoice to be sent open.",
                pt="Envia à autoridade fiscal; requer enviá-la aberta.",
            ),
            affects="issuing",
        ),
    ] = False
    shadow: Annotated[
        bool,
        FormField(
            kind="bool",
            label=Text(es="Modo de prueba", en="Shadow mode", pt="Modo de teste"),
            help=Text(
                es="Evalúa y calcula cada pedido; no envía nada.",
                en="Judges and computes every order; sends nothing.",
                pt="Avalia e calcula cada pedido; não envia nada.",
            ),
            affects="issuing",
        ),
    ] = False
    hourly_cap: Annotated[
        int,
        FormField(
            kind="integer",
            label=Text(es="Máximo de facturas por hora", en="Most invoices per hour", pt="Máximo de faturas por hora"),
            help=Text(es="0 significa sin límite.", en="0 means no limit.", pt="0 significa sem limite."),
            affects="issuing",
        ),
    ] = pydantic.Field(default=0, ge=0, le=100_000)

    @pydantic.model_validator(mode="after")
    def _issue_needs_open(self) -> "Automation":
        if self.issue and self.initial_state == "draft":
            raise ValueError("issue: a draft cannot be issued; set automation.initial_state to open.")
        return self


class ChannelSettings(pydantic.BaseModel, frozen=True, extra="forbid"):
    """Steps 3 and 4 as every ERP has them; a plugin subclasses it and adds its own fields.

    The core reads these fields only. What a mapper is given are the *effective* settings: the channel's with one
    invoice's overrides, frozen at the first attempt.
    """

    print_notes: Annotated[
        bool,
        FormField(
            kind="bool",
            label=Text(
                es="Mostrar notas en el PDF", en="Show notes on the invoice PDF", pt="Mostrar notas no PDF da fatura"
            ),
        ),
    ] = False
    sku_source: Annotated[
        Literal["reference", "barcode"],
        FormField(
            kind="select",
            label=Text(es="Código usado como SKU", en="Code used as SKU", pt="Código usado como SKU"),
            options={
                "reference": Text(es="Referencia", en="Reference", pt="Referência"),
                "barcode": Text(es="Código de barras", en="Barcode", pt="Código de barras"),
            },
            affects="reading",
        ),
    ] = "reference"
    catalog_prices_with_taxes: Annotated[
        bool,
        FormField(
            kind="bool",
            label=Text(es="Usar impuestos", en="Use taxes", pt="Usar impostos"),
            help=Text(
                es="Los precios leídos incluyen impuestos; nunca cambia facturas.",
                en="Prices read include taxes; never changes invoices.",
                pt="Os preços lidos incluem impostos; nunca altera faturas.",
            ),
            affects="reading",
        ),
    ] = False
    price_list: Annotated[
        str,
        FormField(
            kind="select",
            live=True,
            label=Text(es="Lista de precios", en="Price list", pt="Lista de preços"),
            help=Text(
                es="De ella se leen los precios. Vacío significa la única que hay.",
                en="Prices are read from it. Empty means the only one there is.",
                pt="Dela se leem os preços. Vazio significa a única que existe.",
            ),
            affects="reading",
        ),
    ] = ""
    warehouse: Annotated[
        str,
        FormField(
            kind="select",
            live=True,
            label=Text(es="Bodega", en="Warehouse", pt="Depósito"),
            help=Text(
                es="De ella se lee el inventario. Vacío significa la suma de todas.",
                en="Stock is read from it. Empty means the sum of all.",
                pt="Dele se lê o estoque. Vazio significa a soma de todos.",
            ),
            affects="reading",
        ),
    ] = ""
    default_email: Annotated[
        str,
        pydantic.StringConstraints(strip_whitespace=True, max_length=254, pattern=_EMAIL_OR_EMPTY),
        FormField(
            kind="email",
            example="facturas@example.com",
            label=Text(es="Correo por defecto", en="Default email", pt="E-mail padrão"),
            help=Text(
                es="Se usa si el comprador no tiene.",
                en="Used when the buyer has none.",
                pt="Usado se o comprador não tiver.",
            ),
        ),
    ] = ""
    default_phone: Annotated[
        str,
        pydantic.StringConstraints(strip_whitespace=True, max_length=50),
        FormField(
            kind="phone",
            example="+57 300 1234567",
            label=Text(es="Teléfono por defecto", en="Default phone", pt="Telefone padrão"),
            help=Text(
                es="Se usa si el comprador no tiene.",
                en="Used when the buyer has none.",
                pt="Usado se o comprador não tiver.",
            ),
        ),
    ] = ""
    default_document: Annotated[
        str,
        pydantic.StringConstraints(strip_whitespace=True, max_length=50),
        FormField(
            kind="text",
            example="222222222222",
            label=Text(es="Documento por defecto", en="Default document", pt="Documento padrão"),
            help=Text(
                es="Se usa si el comprador no tiene documento de identidad.",
                en="Used when the buyer has no identity document.",
                pt="Usado se o comprador não tiver documento de identidade.",
            ),
        ),
    ] = ""
    shipping_policy: Annotated[
        ShippingPolicy,
        FormField(
            kind="select",
            label=Text(es="Facturar el envío", en="Invoice the shipping", pt="Faturar o frete"),
            options=SHIPPING_POLICIES,
            affects="issuing",
        ),
    ] = "not_invoiced"
    shipping_item: Annotated[
        str,
        FormField(
            kind="select",
            live=True,
            source=Source.ITEM,
            label=Text(es="Ítem de envío", en="Shipping item", pt="Item de frete"),
            help=Text(
                es="El ítem del ERP para el envío; sus impuestos son los del envío.",
                en="The ERP's item for shipping; its taxes are those of the shipping.",
                pt="O item do ERP para o frete; seus impostos são os do frete.",
            ),
            visible_if={"shipping_policy": "line"},
            required_if={"shipping_policy": "line"},
            affects="issuing",
        ),
    ] = ""
    shipping_by_sales_channel: Annotated[
        Mapping[str, ShippingRule],
        FormField(
            kind="mapping",
            live=True,
            source=Source.SALES_CHANNEL,
            label=Text(es="Envío por canal de venta", en="Shipping by sales channel", pt="Frete por canal de venda"),
            help=Text(
                es="Para canales de venta con otra regla que la de arriba.",
                en="For sales channels with another rule than the one above.",
                pt="Para canais de venda com outra regra que a acima.",
            ),
            affects="issuing",
        ),
    ] = pydantic.Field(default_factory=dict, max_length=500)
    remainder_policy: Annotated[
        RemainderPolicy,
        FormField(
            kind="select",
            label=Text(
                es="Si el total no se puede alcanzar",
                en="When a total cannot be reached",
                pt="Se o total não puder ser atingido",
            ),
            options={
                "exact_or_block": Text(es="Detener la factura", en="Stop the invoice", pt="Parar a fatura"),
                "rounding_line": Text(es="Línea de redondeo", en="Rounding line", pt="Linha de arredondamento"),
                "tolerance": Text(es="Tolerar una diferencia", en="Tolerate a difference", pt="Tolerar uma diferença"),
            },
            affects="issuing",
        ),
    ] = RemainderPolicy.EXACT_OR_BLOCK
    remainder_item: Annotated[
        str,
        FormField(
            kind="select",
            live=True,
            source=Source.ITEM,
            label=Text(es="Ítem de redondeo", en="Rounding item", pt="Item de arredondamento"),
            visible_if={"remainder_policy": "rounding_line"},
            required_if={"remainder_policy": "rounding_line"},
            affects="issuing",
        ),
    ] = ""
    remainder_tolerance: Annotated[
        Decimal,
        FormField(
            kind="money",
            label=Text(es="Diferencia tolerada", en="Tolerated difference", pt="Diferença tolerada"),
            example="0.05",
            visible_if={"remainder_policy": "tolerance"},
            affects="issuing",
        ),
    ] = Decimal(0)
    payment_term_days: Annotated[
        int,
        FormField(
            kind="integer",
            label=Text(es="Días de plazo", en="Payment term in days", pt="Prazo em dias"),
            affects="issuing",
        ),
    ] = pydantic.Field(default=0, ge=0, le=365)
    automation: Automation = Automation()

    @pydantic.field_validator("remainder_tolerance")
    @classmethod
    def _not_negative(cls, value: Decimal) -> Decimal:
        if not value.is_finite() or value < 0:
            raise ValueError("must be a decimal that is not negative")
        return value

    def selling_on(self, sales_channel: str) -> Self:
        """The settings as they are for orders of one sales channel: with that channel's rule for shipping."""
        rule = self.shipping_by_sales_channel.get(sales_channel)
        if rule is None:
            return self
        return self.model_copy(update={"shipping_policy": rule.policy, "shipping_item": rule.item})
