"""Channels and their settings."""

import math
from typing import Final

from google.protobuf.field_mask_pb2 import FieldMask
from google.protobuf.struct_pb2 import Struct, Value

from erpgate.rpc import names
from erpgate.rpc.validation import words
from erpgate.rpc.validation.checks import (
    Violations,
    between,
    each,
    entries,
    fields,
    instant,
    named,
    one_of,
    required,
    text,
)
from erpgate.v1 import channel_pb2, channel_service_pb2

_MAX_OPTIONS: Final = 16_384


def erp_options(value: Struct, path: str, wrong: Violations) -> None:
    """Fields that only one ERP has, which its model checks."""
    if value.ByteSize() > _MAX_OPTIONS:
        wrong.add(path, f"must be at most {_MAX_OPTIONS} bytes.")
        return
    for key, option in value.fields.items():
        place = f"{path}.{key[:64]}"
        words.FIELD(key, place, wrong)
        if key in channel_pb2.ChannelSettings.DESCRIPTOR.fields_by_name:
            wrong.add(place, f"is a field of every ERP; set settings.{key} instead.")
        elif not _is_finite(option):
            wrong.add(place, "must be a finite number.")


def _is_finite(value: Value) -> bool:
    match value.WhichOneof("kind"):
        case "number_value":
            return math.isfinite(value.number_value)
        case "list_value":
            return all(map(_is_finite, value.list_value.values))
        case "struct_value":
            return all(map(_is_finite, value.struct_value.fields.values()))
    return True


_AUTOMATION: Final = fields(
    channel_pb2.Automation,
    sales_channels=each(words.SALES_CHANNEL, limit=500),
    order_states=each(one_of(channel_pb2.OrderState), limit=5),
    start_time=instant,
    initial_state=one_of(channel_pb2.InitialState),
    warehouse=words.OPTION,
    price_list=words.OPTION,
    hourly_cap=between(0, 100_000),
)
_SHIPPING_RULE: Final = fields(channel_pb2.ShippingRule, policy=one_of(channel_pb2.ShippingPolicy), item=words.OPTION)
_SETTINGS: Final = fields(
    channel_pb2.ChannelSettings,
    sku_source=one_of(channel_pb2.SkuSource),
    price_list=words.OPTION,
    warehouse=words.OPTION,
    default_email=words.EMAIL,
    default_phone=text(50),
    default_document=text(50),
    shipping_policy=one_of(channel_pb2.ShippingPolicy),
    shipping_item=words.OPTION,
    remainder_policy=one_of(channel_pb2.RemainderPolicy),
    remainder_item=words.OPTION,
    remainder_tolerance=words.AMOUNT,
    payment_term_days=between(0, 365),
    shipping_by_sales_channel=entries(words.SALES_CHANNEL, _SHIPPING_RULE, limit=500),
    automation=_AUTOMATION,
    erp_options=erp_options,
)

NEW_CHANNEL: Final = fields(
    channel_pb2.Channel,
    erp=required(named(names.ERP)),
    display_name=required(text(100)),
    country_code=required(words.COUNTRY),
    settings=_SETTINGS,
)
CHANGED_CHANNEL: Final = fields(
    channel_pb2.Channel,
    name=required(named(names.CHANNEL)),
    display_name=text(100),
    settings=_SETTINGS,
)

_MASKABLE: Final = frozenset(
    (
        "display_name",
        "settings",
        *(f"settings.{name}" for name in channel_pb2.ChannelSettings.DESCRIPTOR.fields_by_name),
        *(f"settings.automation.{name}" for name in channel_pb2.Automation.DESCRIPTOR.fields_by_name),
    )
)


def _maskable(value: str, path: str, wrong: Violations) -> None:
    if value not in _MASKABLE:
        wrong.add(path, "must be display_name, settings or a field within settings.")


_PATHS: Final = each(_maskable, limit=len(_MASKABLE))


def mask(value: FieldMask, path: str, wrong: Violations) -> None:
    """At least one path, each of something that can be changed."""
    if not value.paths:
        wrong.add(path, "is required.")
    _PATHS(value.paths, f"{path}.paths", wrong)


def masked_display_name(request: channel_service_pb2.UpdateChannelRequest, _path: str, wrong: Violations) -> None:
    """A display name that is to be changed must be there."""
    if "display_name" in request.update_mask.paths and not request.channel.display_name.strip():
        wrong.add("channel.display_name", "is required.")
