"""Resource names."""

import pytest
from erpgate.domain.order import Order
from erpgate.plugin.settings import OrderState
from erpgate.rpc import names
from hypothesis import given
from hypothesis import strategies as st

KINDS = (names.ERP, names.MERCHANT, names.CHANNEL, names.ORDER, names.INVOICE)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.template)
def test_examples_are_of_their_kind_alone(kind: names.ResourceName) -> None:
    assert [other for other in KINDS if other.matches(kind.example)] == [kind]


def test_parts() -> None:
    assert names.ERP.parse("erps/acme-books") == ("acme-books",)
    assert names.MERCHANT.parse("merchants/acme") == ("acme",)
    assert names.CHANNEL.parse(names.channel_name("acme", "main")) == ("acme", "main")
    assert names.ORDER.parse(names.order_name("acme", "shop-co:10%2F1")) == ("acme", "shop-co:10%2F1")
    invoice = "01K2Z7A8B9C0D1E2F3G4H5J6K7"
    assert names.INVOICE.parse(names.invoice_name("acme", "main", invoice)) == ("acme", "main", invoice)


def test_other_kinds_are_not_parsed() -> None:
    with pytest.raises(ValueError, match="does not look like merchants/acme"):
        names.CHANNEL.parse("merchants/acme")


@given(external_id=st.text(min_size=1, max_size=40).filter(str.strip))
def test_every_order_that_can_be_submitted_can_be_named(external_id: str) -> None:
    order_id = f"shop-co:{_quoted(external_id)}"
    assert names.ORDER.parse(names.order_name("acme", order_id)) == ("acme", order_id)


def _quoted(external_id: str) -> str:
    order = object.__new__(Order)
    object.__setattr__(order, "sales_channel", "shop-co")
    object.__setattr__(order, "external_id", external_id)
    return order.order_id.partition(":")[2]


@pytest.mark.parametrize("length", [1, 2, 63])
def test_lengths_of_ids(length: int) -> None:
    assert names.MERCHANT.matches(f"merchants/{'a' * length}")
    assert not names.MERCHANT.matches(f"merchants/{'a' * 64}")


def test_states_are_words_of_the_wire() -> None:
    assert {state.value for state in OrderState} == {"pending", "shipped", "completed", "cancelled", "other"}
