"""What goes to the wire comes back the same."""

import datetime as dt
import enum
from decimal import Decimal
from typing import Any

import pytest
from erpgate.domain.eligibility import Outcome
from erpgate.domain.order import Order, OrderLine
from erpgate.plugin.model import Address, Buyer, PaymentMethod
from erpgate.plugin.settings import Automation, ChannelSettings, OrderState, RemainderPolicy
from erpgate.plugin.shipping import ShippingRule
from erpgate.rpc.convert import channel, invoice, operation, order, settings
from erpgate.rpc.convert.scalars import amount_text, instant, timestamp
from erpgate.store.later import OperationState, Verb
from erpgate.store.records import (
    AttemptOutcome,
    BytesLeft,
    ChannelState,
    FiscalState,
    Health,
    InvoiceState,
    OrderRecord,
    PaymentState,
)
from hypothesis import given
from hypothesis import strategies as st

NOW = dt.datetime(2026, 1, 2, tzinfo=dt.UTC)
TEXTS = st.text(max_size=8)
FLAGS = st.booleans()
AMOUNTS = st.decimals(0, 10**12, places=6)
INSTANTS = st.datetimes(
    dt.datetime(2000, 1, 1),  # noqa: DTZ001 - hypothesis adds the zone
    dt.datetime(2099, 12, 31),  # noqa: DTZ001
    timezones=st.just(dt.UTC),
)
ORDERS = st.builds(
    Order,
    merchant=st.just("acme"),
    sales_channel=TEXTS,
    external_id=TEXTS,
    state=st.sampled_from(OrderState),
    source_state=TEXTS,
    fulfillment=FLAGS,
    refunded=FLAGS,
    order_time=INSTANTS,
    source_update_time=st.none() | INSTANTS,
    currency_code=st.sampled_from(("COP", "CLP")),
    price_includes_tax=st.none() | FLAGS,
    lines=st.lists(
        st.builds(
            OrderLine,
            line_id=st.text(min_size=1, max_size=4),
            sku=TEXTS,
            title=TEXTS,
            quantity=AMOUNTS,
            unit_price=AMOUNTS,
            discount_amount=AMOUNTS,
            price_includes_tax=st.none() | FLAGS,
        ),
        max_size=3,
    ).map(tuple),
    discount_amount=AMOUNTS,
    shipping_amount=AMOUNTS,
    shipping_discount_amount=AMOUNTS,
    total_paid=AMOUNTS,
    buyer=st.builds(
        Buyer,
        name=TEXTS,
        document_type=TEXTS,
        document=TEXTS,
        email=TEXTS,
        phone=TEXTS,
        address=st.builds(Address, street=TEXTS, city=TEXTS, region=TEXTS, postal_code=TEXTS, country_code=TEXTS),
    ),
    notes=TEXTS,
)


class ToySettings(ChannelSettings, frozen=True):
    """Settings with an ERP's own fields."""

    ledger: str = ""
    copies: int = 1
    rate: float = 0.5
    flags: tuple[bool, ...] = ()
    nested: dict[str, list[int]] = {}  # noqa: RUF012 - pydantic copies it
    maybe: str | None = None


AUTOMATIONS = st.builds(
    Automation,
    enabled=FLAGS,
    sales_channels=st.lists(TEXTS, max_size=3).map(tuple),
    order_states=st.lists(st.sampled_from(OrderState), max_size=5).map(tuple),
    include_fulfillment=FLAGS,
    skip_refunded=FLAGS,
    start_time=st.none() | INSTANTS,
    initial_state=st.just("open"),
    warehouse=TEXTS,
    price_list=TEXTS,
    issue=FLAGS,
)
SETTINGS = st.builds(
    ToySettings,
    print_notes=FLAGS,
    sku_source=st.sampled_from(("reference", "barcode")),
    catalog_prices_with_taxes=FLAGS,
    price_list=TEXTS,
    warehouse=TEXTS,
    default_email=st.sampled_from(("", "ana@example.com")),
    default_phone=TEXTS,
    default_document=TEXTS,
    shipping_policy=st.sampled_from(("not_invoiced", "line")),
    shipping_item=st.text(min_size=1, max_size=4),
    shipping_by_sales_channel=st.dictionaries(
        TEXTS, st.builds(ShippingRule, policy=st.sampled_from(("not_invoiced", "line")), item=TEXTS), max_size=3
    ),
    remainder_policy=st.sampled_from(RemainderPolicy),
    remainder_item=st.text(min_size=1, max_size=4),
    remainder_tolerance=AMOUNTS,
    payment_term_days=st.integers(0, 365),
    automation=AUTOMATIONS,
    ledger=TEXTS,
    copies=st.integers(-(2**53) + 1, 2**53 - 1),
    rate=st.floats(allow_nan=False, allow_infinity=False),
    flags=st.lists(FLAGS, max_size=3).map(tuple),
    nested=st.dictionaries(TEXTS, st.lists(st.integers(-9, 9), max_size=3), max_size=3),
    maybe=st.none() | TEXTS,
)


@given(ORDERS)
def test_orders(given_order: Order) -> None:
    record = OrderRecord(order=given_order, order_id="a:b", revision=1, create_time=NOW, update_time=NOW)
    message = order.order_to_wire(record)
    assert order.order_from_wire("acme", type(message).FromString(message.SerializeToString())) == given_order


@given(SETTINGS)
def test_settings(given_settings: ToySettings) -> None:
    stored = given_settings.model_dump(mode="json")
    message = settings.settings_to_wire(stored)
    parsed = type(message).FromString(message.SerializeToString())
    assert ToySettings.model_validate(settings.settings_from_wire(parsed)) == given_settings


@given(INSTANTS)
def test_instants(moment: dt.datetime) -> None:
    message = timestamp(moment)
    assert instant(message) == moment
    assert message.ToDatetime(dt.UTC) == moment


def test_instants_of_other_zones_are_the_same_moment() -> None:
    bogota = dt.timezone(dt.timedelta(hours=-5))
    assert instant(timestamp(dt.datetime(2026, 1, 2, 3, tzinfo=bogota))) == dt.datetime(2026, 1, 2, 8, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("amount", "currency_code", "text"),
    [
        ("1180.5", "COP", "1180.50"),
        ("1180", "CLP", "1180"),
        ("0.125", "COP", "0.125"),
        ("5.5", "", "5.5"),
        ("5.5", "points", "5.5"),
    ],
)
def test_amounts_have_their_currencys_decimals(amount: str, currency_code: str, text: str) -> None:
    """Whatever currency an ERP names: an invoice can always be shown."""
    assert amount_text(Decimal(amount), currency_code) == text


def test_large_and_small_numbers_stay_plain() -> None:
    huge = Decimal("1E+3")
    record = OrderRecord(
        order=Order(
            merchant="acme",
            sales_channel="a",
            external_id="b",
            state=OrderState.OTHER,
            order_time=NOW,
            currency_code="COP",
            lines=(),
            total_paid=huge,
            discount_amount=Decimal("1E-6"),
        ),
        order_id="a:b",
        revision=1,
        create_time=NOW,
        update_time=NOW,
    )
    message = order.order_to_wire(record)
    assert (message.total_paid, message.discount_amount) == ("1000", "0.000001")


@pytest.mark.parametrize(
    ("words", "table"),
    [
        (OrderState, settings.ORDER_STATES),
        (RemainderPolicy, settings.ENUMS["remainder_policy"]),
        (("reference", "barcode"), settings.ENUMS["sku_source"]),
        (("not_invoiced", "line"), settings.ENUMS["shipping_policy"]),
        (("draft", "open"), settings.INITIAL_STATES),
        (ChannelState, channel._STATES),
        (Health, channel._HEALTH),
        (Outcome, order.OUTCOMES),
        (InvoiceState, invoice.STATES),
        (FiscalState, operation.FISCAL_STATES),
        (Verb, operation._VERBS),
        (OperationState, operation._STATES),
        (PaymentMethod, operation.METHODS),
        (PaymentState, invoice._PAYMENT_STATES),
        (BytesLeft, invoice._BYTES_LEFT),
        (AttemptOutcome, invoice._OUTCOMES),
    ],
    ids=lambda table: getattr(table, "__name__", None),
)
def test_enums_have_the_same_values_on_both_sides(words: Any, table: Any) -> None:
    texts = [word.value if isinstance(word, enum.Enum) else word for word in words]
    assert sorted(texts) == sorted(table._words.values())


def test_neutral_settings_are_the_models() -> None:
    assert frozenset(ChannelSettings.model_fields) == settings.NEUTRAL
