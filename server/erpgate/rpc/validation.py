"""What every request must look like: one table per message, and all that is wrong is told at once."""

import math
import urllib.parse
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from google.protobuf.descriptor import Descriptor
from google.protobuf.field_mask_pb2 import FieldMask
from google.protobuf.message import Message
from google.protobuf.struct_pb2 import Struct, Value

from erpgate.domain.money import is_currency, minor_units
from erpgate.plugin.reasons import Reason
from erpgate.rpc import names
from erpgate.rpc.checks import (
    Check,
    Violations,
    between,
    decimal,
    decimals_of,
    each,
    entries,
    fields,
    instant,
    matching,
    named,
    nonblank,
    one_of,
    required,
    text,
    trimmed,
)
from erpgate.service.errors import Refused
from erpgate.v1 import (
    catalog_service_pb2,
    channel_pb2,
    channel_service_pb2,
    invoice_pb2,
    invoicing_service_pb2,
    order_pb2,
    party_pb2,
)

_ID = matching(names.ID.pattern, "must be lower-case letters, digits and dashes, at most 63.")
_SLUG = matching(
    r"[a-z0-9](?:[a-z0-9._-]{0,61}[a-z0-9])?",
    "must be lower-case letters, digits, dots, dashes and underscores, at most 63.",
)
_COUNTRY = matching(r"[A-Z]{2}", "must be an ISO 3166-1 alpha-2 code, such as CO.")
_EMAIL = matching(r"(?=.{3,254}\Z)[^\s@<>,;]+@[^\s@.<>,;]+(?:\.[^\s@.<>,;]+)+", "must be an e-mail address.")
_LANGUAGE = matching(r"[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8}){0,3}", "must be a language code, such as es or pt-BR.")
_UUID = matching(r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}", "must be a UUID.")
_KEY = matching(r"[a-z][a-z0-9_]{0,62}", "must be the name of a field.")
_PAGE_SIZE = between(0, 2**31)
_OPTION_ID = text(100)
_AMOUNT = decimal()
_MAX_OPTIONS: Final = 16_384


def _currency(value: str, path: str, wrong: Violations) -> None:
    if not is_currency(value):
        wrong.add(path, "must be an ISO 4217 code, such as COP.")


def _erp_options(value: Struct, path: str, wrong: Violations) -> None:
    if value.ByteSize() > _MAX_OPTIONS:
        wrong.add(path, f"must be at most {_MAX_OPTIONS} bytes.")
        return
    for key, option in value.fields.items():
        place = f"{path}.{key[:64]}"
        _KEY(key, place, wrong)
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


_AUTOMATION = fields(
    channel_pb2.Automation,
    sales_channels=each(_SLUG, limit=500),
    order_states=each(one_of(channel_pb2.OrderState), limit=5),
    start_time=instant,
    initial_state=one_of(channel_pb2.InitialState),
    warehouse=_OPTION_ID,
    price_list=_OPTION_ID,
)
_SETTINGS = fields(
    channel_pb2.ChannelSettings,
    sku_source=one_of(channel_pb2.SkuSource),
    price_list=_OPTION_ID,
    warehouse=_OPTION_ID,
    default_email=_EMAIL,
    default_phone=text(50),
    default_document=text(50),
    shipping_policy=one_of(channel_pb2.ShippingPolicy),
    shipping_item=_OPTION_ID,
    remainder_policy=one_of(channel_pb2.RemainderPolicy),
    remainder_item=_OPTION_ID,
    remainder_tolerance=_AMOUNT,
    payment_term_days=between(0, 365),
    automation=_AUTOMATION,
    erp_options=_erp_options,
)


def _paths(message: Descriptor, prefix: str, into: frozenset[str]) -> Iterator[str]:
    for field in message.fields:
        yield prefix + field.name
        if field.name in into:
            yield from _paths(field.message_type, f"{prefix}{field.name}.", into)


_MASKABLE: Final = frozenset(
    {
        "display_name",
        *(
            path
            for path in _paths(channel_pb2.Channel.DESCRIPTOR, "", frozenset({"settings", "automation"}))
            if path.split(".", 1)[0] == "settings"
        ),
    }
)


def _mask(mask: FieldMask, path: str, wrong: Violations) -> None:
    if not mask.paths:
        wrong.add(path, "is required.")
    for index, given in enumerate(mask.paths[:500]):
        if given not in _MASKABLE:
            wrong.add(f"{path}.paths[{index}]", "must be display_name, settings or a field within settings.")


def _masked_display_name(request: channel_service_pb2.UpdateChannelRequest, _path: str, wrong: Violations) -> None:
    if "display_name" in request.update_mask.paths and not request.channel.display_name.strip():
        wrong.add("channel.display_name", "is required.")


_PARTY = fields(
    party_pb2.Party,
    name=text(150),
    document_type=text(50),
    document=text(50),
    email=_EMAIL,
    phone=text(50),
    address=fields(
        party_pb2.Address,
        street=text(500),
        city=text(150),
        region=text(150),
        postal_code=text(50),
        country_code=_COUNTRY,
    ),
)
_LINE = fields(
    order_pb2.OrderLine,
    line_id=trimmed(text(64)),
    sku=text(100),
    title=text(500),
    quantity=required(decimal(digits=12, positive=True)),
    unit_price=required(_AMOUNT),
    discount_amount=_AMOUNT,
)


def _minor_units(order: order_pb2.Order, path: str, wrong: Violations) -> None:
    if not is_currency(order.currency_code):
        return
    places = minor_units(order.currency_code)
    for name in ("discount_amount", "shipping_amount", "shipping_discount_amount", "total_paid"):
        if decimals_of(getattr(order, name)) > places:
            wrong.add(f"{path}.{name}", f"must have at most {places} decimals in {order.currency_code}.")


def _distinct_lines(order: order_pb2.Order, path: str, wrong: Violations) -> None:
    seen: dict[str, int] = {}
    for index, line in enumerate(order.lines):
        first = seen.setdefault(line.line_id or str(index + 1), index)
        if first != index:
            wrong.add(f"{path}.lines[{index}].line_id", f"is the same as that of lines[{first}].")


def _order_id(order: order_pb2.Order, path: str, wrong: Violations) -> None:
    encoded = len(order.sales_channel) + 1 + len(urllib.parse.quote(order.external_id, safe=""))
    if encoded > names.MAX_ORDER_ID:
        wrong.add(f"{path}.external_id", "has too many characters that must be percent-encoded.")


_ORDER = fields(
    order_pb2.Order,
    _minor_units,
    _distinct_lines,
    _order_id,
    sales_channel=required(_SLUG),
    external_id=required(trimmed(text(128))),
    state=required(one_of(channel_pb2.OrderState)),
    source_state=text(100),
    order_time=required(instant),
    source_update_time=instant,
    currency_code=required(_currency),
    lines=required(each(_LINE, limit=2000)),
    discount_amount=_AMOUNT,
    shipping_amount=_AMOUNT,
    shipping_discount_amount=_AMOUNT,
    total_paid=required(_AMOUNT),
    buyer=_PARTY,
    notes=text(2000, lines=True),
)


def _issue_needs_open(overrides: invoice_pb2.InvoiceOverrides, path: str, wrong: Violations) -> None:
    if not overrides.HasField("issue"):
        return
    if not overrides.initial_state:
        wrong.add(f"{path}.initial_state", "is required where issue is given.")
    elif overrides.issue and overrides.initial_state != channel_pb2.INITIAL_STATE_OPEN:
        wrong.add(f"{path}.issue", "a draft cannot be issued; set initial_state to INITIAL_STATE_OPEN.")


_OVERRIDES = fields(
    invoice_pb2.InvoiceOverrides,
    _issue_needs_open,
    line_skus=entries(nonblank(text(64)), nonblank(text(100)), limit=2000),
    warehouse=_OPTION_ID,
    price_list=_OPTION_ID,
    initial_state=one_of(channel_pb2.InitialState),
)


def _by_name(request: type[Message], kind: names.ResourceName) -> tuple[type[Message], Check]:
    return request, fields(request, name=required(named(kind)))


_CHECKS: Final[Mapping[type[Message], Check]] = dict(
    (
        (channel_service_pb2.ListErpsRequest, fields(channel_service_pb2.ListErpsRequest)),
        (
            channel_service_pb2.GetErpRequest,
            fields(channel_service_pb2.GetErpRequest, name=required(named(names.ERP)), language_code=_LANGUAGE),
        ),
        (
            channel_service_pb2.CreateChannelRequest,
            fields(
                channel_service_pb2.CreateChannelRequest,
                parent=required(named(names.MERCHANT)),
                channel_id=_ID,
                channel=required(
                    fields(
                        channel_pb2.Channel,
                        erp=required(named(names.ERP)),
                        display_name=required(text(100)),
                        country_code=required(_COUNTRY),
                        settings=_SETTINGS,
                    )
                ),
                credentials=required(entries(_KEY, text(4096, lines=True), limit=50)),
                request_id=_UUID,
            ),
        ),
        _by_name(channel_service_pb2.GetChannelRequest, names.CHANNEL),
        (
            channel_service_pb2.ListChannelsRequest,
            fields(
                channel_service_pb2.ListChannelsRequest, parent=required(named(names.MERCHANT)), page_size=_PAGE_SIZE
            ),
        ),
        (
            channel_service_pb2.UpdateChannelRequest,
            fields(
                channel_service_pb2.UpdateChannelRequest,
                _masked_display_name,
                channel=required(
                    fields(
                        channel_pb2.Channel,
                        name=required(named(names.CHANNEL)),
                        display_name=text(100),
                        settings=_SETTINGS,
                    )
                ),
                update_mask=required(_mask),
            ),
        ),
        _by_name(channel_service_pb2.ConnectChannelRequest, names.CHANNEL),
        _by_name(channel_service_pb2.PauseChannelRequest, names.CHANNEL),
        _by_name(channel_service_pb2.ResumeChannelRequest, names.CHANNEL),
        _by_name(channel_service_pb2.DeleteChannelRequest, names.CHANNEL),
        (
            invoicing_service_pb2.SubmitOrderRequest,
            fields(
                invoicing_service_pb2.SubmitOrderRequest,
                parent=required(named(names.MERCHANT)),
                order=required(_ORDER),
            ),
        ),
        _by_name(invoicing_service_pb2.GetOrderRequest, names.ORDER),
        (
            invoicing_service_pb2.ListOrdersRequest,
            fields(
                invoicing_service_pb2.ListOrdersRequest,
                parent=required(named(names.MERCHANT)),
                page_size=_PAGE_SIZE,
                outcome=one_of(order_pb2.VerdictOutcome),
                sales_channel=_SLUG,
            ),
        ),
        (
            invoicing_service_pb2.CreateInvoiceRequest,
            fields(
                invoicing_service_pb2.CreateInvoiceRequest,
                parent=required(named(names.CHANNEL)),
                order=required(named(names.ORDER)),
                overrides=_OVERRIDES,
                request_id=_UUID,
            ),
        ),
        _by_name(invoicing_service_pb2.GetInvoiceRequest, names.INVOICE),
        (
            invoicing_service_pb2.ListInvoicesRequest,
            fields(
                invoicing_service_pb2.ListInvoicesRequest,
                parent=required(named(names.CHANNEL)),
                page_size=_PAGE_SIZE,
                state=one_of(invoice_pb2.InvoiceState),
            ),
        ),
        (
            invoicing_service_pb2.RetryInvoiceRequest,
            fields(
                invoicing_service_pb2.RetryInvoiceRequest,
                name=required(named(names.INVOICE)),
                overrides=_OVERRIDES,
            ),
        ),
        (
            catalog_service_pb2.LookupSkusRequest,
            fields(
                catalog_service_pb2.LookupSkusRequest,
                parent=required(named(names.CHANNEL)),
                skus=required(each(nonblank(text(100)), limit=500)),
            ),
        ),
    )
)
"""By request message."""


def validator_of(kind: type[Message]) -> Callable[[Message], None]:
    """What checks requests of one kind; looked up once, called for each.

    Raises:
        KeyError: There is no table for it.
    """
    check = _CHECKS[kind]

    def validate(request: Any) -> None:
        wrong = Violations()
        check(request, "", wrong)
        if wrong.count:
            raise _invalid(wrong)

    return validate


def _invalid(wrong: Violations) -> Refused:
    path, description = next(iter(wrong.fields.items()))
    first = f"{path}: {description}"
    message = first if wrong.count == 1 else f"{wrong.count} fields are missing or wrong; the first is {first}"
    return Refused(Reason.FIELD_INVALID, message, fields=wrong.fields)
