"""One table per request message, and what makes a refusal of it."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from google.protobuf.message import Message

from erpgate.plugin.reasons import Reason
from erpgate.rpc import names
from erpgate.rpc.cursors import MAX_CURSOR
from erpgate.rpc.validation import words
from erpgate.rpc.validation.channel import CHANGED_CHANNEL, NEW_CHANNEL, mask, masked_display_name
from erpgate.rpc.validation.checks import (
    Check,
    Required,
    Violations,
    age,
    decimal,
    each,
    entries,
    fields,
    instant,
    named,
    nonblank,
    one_of,
    required,
    text,
)
from erpgate.rpc.validation.invoice import OVERRIDES, credited_lines
from erpgate.rpc.validation.order import ORDER
from erpgate.rpc.validation.sales_channel import SALES_CHANNEL, declared_here
from erpgate.service.errors import Refused
from erpgate.v1 import catalog_service_pb2 as catalog
from erpgate.v1 import channel_service_pb2 as channels
from erpgate.v1 import error_reason_pb2, invoice_pb2, operation_pb2, order_pb2
from erpgate.v1 import field_options_pb2 as field_options
from erpgate.v1 import invoicing_operations_pb2 as operations
from erpgate.v1 import invoicing_service_pb2 as invoicing
from erpgate.v1 import sales_channel_pb2 as sales_channel
from erpgate.v1 import sku_alias_pb2 as aliases

_ERP: Final = required(named(names.ERP))
_MERCHANT: Final = required(named(names.MERCHANT))
_CHANNEL: Final = required(named(names.CHANNEL))
_ORDER: Final = required(named(names.ORDER))
# Which credentials are required, only the ERP's own model knows: it names each.
_CREDENTIALS: Final = entries(words.FIELD, text(4096, lines=True), limit=50)
_INVOICE: Final = required(named(names.INVOICE))


def _request(kind: type[Message], *rules: Check, **checks: Check | Required) -> tuple[type[Message], Check]:
    return kind, fields(kind, *rules, **checks)


_TABLES: Final[Mapping[type[Message], Check]] = dict(
    (
        _request(channels.ListErpsRequest),
        _request(channels.GetErpRequest, name=_ERP, language_code=words.LANGUAGE),
        _request(
            channels.CreateChannelRequest,
            parent=_MERCHANT,
            channel_id=words.ID,
            channel=required(NEW_CHANNEL),
            credentials=_CREDENTIALS,
            request_id=words.UUID,
        ),
        _request(channels.GetChannelRequest, name=_CHANNEL),
        _request(channels.ListChannelsRequest, parent=_MERCHANT, page_size=words.PAGE_SIZE),
        _request(
            channels.UpdateChannelRequest,
            masked_display_name,
            channel=required(CHANGED_CHANNEL),
            update_mask=required(mask),
        ),
        _request(
            field_options.ListFieldOptionsRequest,
            name=_CHANNEL,
            field=required(words.FIELD_PATH),
            query=text(200),
            given=entries(words.FIELD_PATH, text(500), limit=50),
            language_code=words.LANGUAGE,
            max_age=age,
            page_size=words.PAGE_SIZE,
        ),
        _request(sales_channel.ListSalesChannelsRequest, parent=_MERCHANT, page_size=words.PAGE_SIZE),
        _request(
            sales_channel.DeclareSalesChannelsRequest,
            declared_here,
            parent=_MERCHANT,
            sales_channels=required(each(SALES_CHANNEL, limit=500)),
        ),
        _request(sales_channel.WithdrawSalesChannelRequest, name=required(named(names.SALES_CHANNEL))),
        _request(channels.ConnectChannelRequest, name=_CHANNEL),
        _request(channels.PauseChannelRequest, name=_CHANNEL),
        _request(channels.ResumeChannelRequest, name=_CHANNEL),
        _request(channels.RotateCredentialsRequest, name=_CHANNEL, credentials=_CREDENTIALS, request_id=words.UUID),
        _request(channels.CheckChannelRequest, name=_CHANNEL),
        _request(channels.DeleteChannelRequest, name=_CHANNEL),
        _request(
            aliases.SetSkuAliasRequest,
            parent=_CHANNEL,
            alias=required(fields(aliases.SkuAlias, sku=required(text(100)), item_sku=required(text(100)))),
        ),
        _request(aliases.ListSkuAliasesRequest, parent=_CHANNEL, page_size=words.PAGE_SIZE),
        _request(aliases.DeleteSkuAliasRequest, parent=_CHANNEL, sku=required(text(100))),
        _request(
            catalog.ListProductsRequest,
            parent=_CHANNEL,
            page_size=words.PAGE_SIZE,
            sku=text(100),
            text=text(100),
            stock_below=words.AMOUNT,
            changed_since=instant,
        ),
        _request(catalog.GetProductRequest, name=required(named(names.PRODUCT))),
        _request(catalog.SyncCatalogRequest, parent=_CHANNEL),
        _request(catalog.GetCatalogSyncRequest, parent=_CHANNEL),
        _request(catalog.WatchCatalogRequest, parent=_CHANNEL, cursor=text(MAX_CURSOR)),
        _request(catalog.LookupSkusRequest, parent=_CHANNEL, skus=required(each(nonblank(text(100)), limit=500))),
        _request(invoicing.SubmitOrderRequest, parent=_MERCHANT, order=required(ORDER)),
        _request(invoicing.SubmitOrdersRequest, parent=_MERCHANT, order=required(ORDER)),
        _request(invoicing.GetOrderRequest, name=_ORDER),
        _request(
            invoicing.ListOrdersRequest,
            parent=_MERCHANT,
            page_size=words.PAGE_SIZE,
            outcome=one_of(order_pb2.VerdictOutcome),
            sales_channel=words.SALES_CHANNEL,
        ),
        _request(invoicing.ExplainOrderRequest, name=_ORDER),
        _request(invoicing.PreviewInvoiceRequest, parent=_CHANNEL, order=_ORDER, overrides=OVERRIDES),
        _request(
            invoicing.CreateInvoiceRequest,
            parent=_CHANNEL,
            order=_ORDER,
            overrides=OVERRIDES,
            request_id=words.UUID,
        ),
        _request(invoicing.GetInvoiceRequest, name=_INVOICE),
        _request(
            invoicing.ListInvoicesRequest,
            parent=_CHANNEL,
            page_size=words.PAGE_SIZE,
            state=one_of(invoice_pb2.InvoiceState),
            reason=one_of(error_reason_pb2.ErrorReason),
            sales_channel=words.SALES_CHANNEL,
            order=named(names.ORDER),
            start_time=instant,
            end_time=instant,
        ),
        _request(invoicing.RetryInvoiceRequest, name=_INVOICE, overrides=OVERRIDES),
        _request(operations.OpenInvoiceRequest, name=_INVOICE, request_id=words.UUID),
        _request(operations.IssueInvoiceRequest, name=_INVOICE, request_id=words.UUID),
        _request(operations.VoidInvoiceRequest, name=_INVOICE, reason=text(200), request_id=words.UUID),
        _request(
            operations.CreateCreditNoteRequest,
            parent=_INVOICE,
            lines=credited_lines,
            reason=text(200),
            request_id=words.UUID,
        ),
        _request(
            operations.RecordPaymentRequest,
            name=_INVOICE,
            amount=required(decimal(positive=True)),
            date=words.day,
            method=required(one_of(operation_pb2.PaymentMethod)),
            account=words.OPTION,
            request_id=words.UUID,
        ),
        _request(
            operations.EmailInvoiceRequest, name=_INVOICE, recipients=each(words.EMAIL, limit=10), request_id=words.UUID
        ),
        _request(operations.RefreshInvoiceRequest, name=_INVOICE),
        _request(operations.GetInvoicePdfRequest, name=_INVOICE),
        _request(operations.WatchInvoicesRequest, parent=_CHANNEL, cursor=text(MAX_CURSOR)),
    )
)


def validator_of(kind: type[Message]) -> Callable[[Message], None]:
    """What checks requests of one kind; looked up once, called for each request.

    Raises:
        KeyError: There is no table for it.
    """
    check = _TABLES[kind]

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
