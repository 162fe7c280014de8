"""Live options of form fields, and sales channels."""

import datetime as dt
from collections.abc import Sequence
from typing import Final

from google.protobuf.duration_pb2 import Duration

from erpgate.plugin.forms import Source, Text
from erpgate.plugin.model import Option
from erpgate.rpc import names, paging
from erpgate.rpc.convert.form import language_of
from erpgate.rpc.convert.scalars import REASONS, WireEnum, timestamp_or_none
from erpgate.rpc.convert.settings import ENUMS
from erpgate.service.field_options import OptionPage, OptionQuery
from erpgate.store.sales_channels import SalesChannelRecord
from erpgate.v1 import error_reason_pb2, form_pb2, sales_channel_pb2
from erpgate.v1 import field_options_pb2 as pb

_STATUSES: Final = WireEnum(pb.FieldOptionsStatus, "FIELD_OPTIONS_STATUS_")
_DEFAULT_AGE: Final = dt.timedelta(minutes=5)


def page_of(request: pb.ListFieldOptionsRequest) -> paging.Page:
    """The page that is asked for; a token is good for the same question only."""
    given = (part for pair in sorted(request.given.items()) for part in pair)
    return paging.open_page(
        "ListFieldOptions", request.page_size, request.page_token, request.name, request.field, request.query, *given
    )


def option_query(request: pb.ListFieldOptionsRequest, page: paging.Page) -> OptionQuery:
    """What is asked for, in the words of the ERP's model."""
    merchant, channel = names.CHANNEL.parse(request.name)
    given = {path: _model_value(path, value) for key, value in request.given.items() for path in [_model_path(key)]}
    return OptionQuery(
        merchant=merchant,
        channel=channel,
        field=request.field if request.field in list(Source) else _model_path(request.field),
        query=request.query.strip(),
        given=given,
        max_age=request.max_age.ToTimedelta() if request.HasField("max_age") else _DEFAULT_AGE,
        limit=page.size,
        after=page.after,
    )


def options_to_wire(
    found: OptionPage, page: paging.Page, language_code: str, now: dt.datetime
) -> pb.ListFieldOptionsResponse:
    """One page of options with what came of asking."""
    failure = found.failure
    retry_after = None
    if failure is not None and failure.next_attempt_time is not None:
        retry_after = Duration()
        retry_after.FromTimedelta(max(failure.next_attempt_time - now, dt.timedelta(0)))
    return pb.ListFieldOptionsResponse(
        options=[_option(option, language_of(language_code)) for option in found.options],
        next_page_token=page.token(found.next) if found.next else "",
        status=_STATUSES.number(found.status),
        reason=error_reason_pb2.ERROR_REASON_UNSPECIFIED if failure is None else REASONS[failure.reason],
        message="" if failure is None else failure.message,
        read_time=timestamp_or_none(found.read_time),
        retry_after=retry_after,
    )


def sales_channel_to_wire(record: SalesChannelRecord) -> sales_channel_pb2.SalesChannel:
    """A sales channel."""
    return sales_channel_pb2.SalesChannel(
        name=names.sales_channel_name(record.merchant, record.sales_channel),
        display_name=record.display_name,
        declared=record.declared,
        seen_time=timestamp_or_none(record.seen_time),
    )


def declared_names(sales_channels: Sequence[sales_channel_pb2.SalesChannel]) -> dict[str, str]:
    """Id to display name."""
    return {names.SALES_CHANNEL.parse(each.name)[1]: each.display_name.strip() for each in sales_channels}


def _option(option: Option, language: str) -> form_pb2.FormOption:
    label = option.label.in_language(language) if isinstance(option.label, Text) else option.label
    return form_pb2.FormOption(value=option.value, label=label)


def _model_path(path: str) -> str:
    return path.removeprefix("settings.").removeprefix("erp_options.")


def _model_value(path: str, value: str) -> str:
    return ENUMS[path].word_of(value) if path in ENUMS else value
