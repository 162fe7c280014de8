"""Checks of a channel."""

from typing import Final

from erpgate.rpc.convert.scalars import REASONS, WireEnum
from erpgate.store.checks import Check
from erpgate.v1 import channel_check_pb2, error_reason_pb2

_RESULTS: Final = WireEnum(channel_check_pb2.CheckResult, "CHECK_RESULT_")


def check_to_wire(check: Check) -> channel_check_pb2.ChannelCheck:
    """One of them as callers see it."""
    return channel_check_pb2.ChannelCheck(
        check=check.name,
        result=_RESULTS.number(check.result),
        reason=error_reason_pb2.ERROR_REASON_UNSPECIFIED if check.reason is None else REASONS[check.reason],
        message=check.message,
        remedy=check.remedy,
        field=check.field,
    )
