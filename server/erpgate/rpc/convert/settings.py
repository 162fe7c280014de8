"""Steps 3 and 4 of the wizard: typed fields and `erp_options` on the wire, JSON of the ERP's model inside."""

import datetime as dt
from collections.abc import Mapping
from typing import Any, Final

from google.protobuf.struct_pb2 import Struct, Value

from erpgate.plugin.model import Payload
from erpgate.rpc.convert.scalars import WireEnum, instant, timestamp
from erpgate.v1 import channel_pb2

ORDER_STATES: Final = WireEnum(channel_pb2.OrderState, "ORDER_STATE_")
SHIPPING_POLICIES: Final = WireEnum(channel_pb2.ShippingPolicy, "SHIPPING_POLICY_")
INITIAL_STATES: Final = WireEnum(channel_pb2.InitialState, "INITIAL_STATE_")

ENUMS: Final[Mapping[str, WireEnum[Any]]] = {
    "sku_source": WireEnum(channel_pb2.SkuSource, "SKU_SOURCE_"),
    "shipping_policy": SHIPPING_POLICIES,
    "remainder_policy": WireEnum(channel_pb2.RemainderPolicy, "REMAINDER_POLICY_"),
    "shipping_by_sales_channel.*.policy": SHIPPING_POLICIES,
    "automation.initial_state": INITIAL_STATES,
    "automation.order_states": ORDER_STATES,
}
"""Settings that are enums on the wire, by path."""

NEUTRAL: Final = frozenset(channel_pb2.ChannelSettings.DESCRIPTOR.fields_by_name) - {"erp_options"}
"""Settings that every ERP has; all others are `erp_options`."""

_ALWAYS: Final = ("print_notes", "catalog_prices_with_taxes", "payment_term_days")
_TEXTS: Final = (
    "price_list",
    "warehouse",
    "default_email",
    "default_phone",
    "default_document",
    "shipping_item",
    "remainder_item",
    "remainder_tolerance",
)
_WORDS: Final = ("sku_source", "shipping_policy", "remainder_policy")
_AS_THEY_ARE: Final = ("enabled", "include_fulfillment", "skip_refunded", "issue", "shadow", "hourly_cap")
_SHIPPING: Final = "shipping_by_sales_channel"
_MAX_EXACT: Final = 2**53


def settings_from_wire(message: channel_pb2.ChannelSettings) -> dict[str, object]:
    """JSON of the ERP's model; what is empty or unspecified is left out, so that the model's default applies."""
    found: dict[str, object] = {name: getattr(message, name) for name in _ALWAYS}
    found |= {name: value for name in _TEXTS if (value := getattr(message, name))}
    found |= {name: word for name in _WORDS if (word := ENUMS[name].word(getattr(message, name)))}
    if message.shipping_by_sales_channel:
        found[_SHIPPING] = {name: _rule_from_wire(rule) for name, rule in message.shipping_by_sales_channel.items()}
    if message.HasField("automation"):
        found["automation"] = _automation_from_wire(message.automation)
    return found | json_object(message.erp_options)


def settings_to_wire(settings: Payload) -> channel_pb2.ChannelSettings:
    """The message of stored settings."""
    message = channel_pb2.ChannelSettings(
        **{name: settings[name] for name in _ALWAYS if name in settings},  # type: ignore[arg-type]
        **{name: str(settings[name]) for name in _TEXTS if name in settings},  # type: ignore[arg-type]
        **{name: ENUMS[name].number(str(settings[name])) for name in _WORDS if name in settings},
    )
    rules = settings.get(_SHIPPING)
    if isinstance(rules, Mapping):
        for name, rule in rules.items():
            message.shipping_by_sales_channel[name].CopyFrom(_rule_to_wire(rule))
    automation = settings.get("automation")
    if isinstance(automation, Mapping):
        message.automation.CopyFrom(_automation_to_wire(automation))
    options: dict[str, Any] = {
        name: value for name, value in settings.items() if name not in NEUTRAL and value is not None
    }
    if options:
        message.erp_options.update(options)
    return message


def _rule_from_wire(message: channel_pb2.ShippingRule) -> dict[str, object]:
    found: dict[str, object] = {}
    if word := SHIPPING_POLICIES.word(message.policy):
        found["policy"] = word
    if message.item:
        found["item"] = message.item
    return found


def _rule_to_wire(stored: Mapping[str, Any]) -> channel_pb2.ShippingRule:
    return channel_pb2.ShippingRule(
        policy=SHIPPING_POLICIES.number(stored.get("policy", "")), item=stored.get("item", "")
    )


def _automation_from_wire(message: channel_pb2.Automation) -> dict[str, object]:
    found: dict[str, object] = {name: getattr(message, name) for name in _AS_THEY_ARE}
    found |= {name: value for name in ("warehouse", "price_list") if (value := getattr(message, name))}
    if message.sales_channels:
        found["sales_channels"] = list(message.sales_channels)
    if message.order_states:
        found["order_states"] = [ORDER_STATES.word(state) for state in message.order_states]
    if message.HasField("start_time"):
        found["start_time"] = instant(message.start_time).isoformat().replace("+00:00", "Z")
    if word := INITIAL_STATES.word(message.initial_state):
        found["initial_state"] = word
    return found


def _automation_to_wire(stored: Mapping[str, Any]) -> channel_pb2.Automation:
    start_time = stored.get("start_time")
    return channel_pb2.Automation(
        **{name: stored[name] for name in (*_AS_THEY_ARE, "warehouse", "price_list") if name in stored},
        sales_channels=stored.get("sales_channels", ()),
        order_states=[ORDER_STATES.number(state) for state in stored.get("order_states", ())],
        initial_state=INITIAL_STATES.number(stored.get("initial_state", "")),
        start_time=timestamp(dt.datetime.fromisoformat(start_time)) if start_time else None,
    )


def json_object(struct: Struct) -> dict[str, object]:
    """The fields of a struct as JSON; whole numbers are integers, and null is left out."""
    return {
        name: _json(value)
        for name, value in struct.fields.items()
        if value.WhichOneof("kind") not in (None, "null_value")
    }


def _json(value: Value) -> object:
    match value.WhichOneof("kind"):
        case "number_value":
            number = value.number_value
            return int(number) if number.is_integer() and abs(number) < _MAX_EXACT else number
        case "string_value":
            return value.string_value
        case "bool_value":
            return value.bool_value
        case "struct_value":
            return json_object(value.struct_value)
        case "list_value":
            return [_json(element) for element in value.list_value.values]
    return None
