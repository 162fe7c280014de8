"""Channels."""

from collections.abc import Sequence
from typing import Final

from erpgate.plugin.reasons import Reason
from erpgate.rpc import names
from erpgate.rpc.convert.scalars import WireEnum, timestamp, timestamp_or_none
from erpgate.rpc.convert.settings import settings_from_wire, settings_to_wire
from erpgate.service.commands import ChannelChange, NewChannel, NewCredentials
from erpgate.service.errors import Refused
from erpgate.store.records import ChannelRecord
from erpgate.v1 import channel_pb2, channel_service_pb2

_STATES: Final = WireEnum(channel_pb2.ChannelState, "CHANNEL_STATE_")
_HEALTH: Final = WireEnum(channel_pb2.ChannelHealth, "CHANNEL_HEALTH_")


def channel_to_wire(record: ChannelRecord) -> channel_pb2.Channel:
    """A channel as callers see it; its credentials are no part of the record."""
    company = record.company
    return channel_pb2.Channel(
        name=record.name,
        erp=names.erp_name(record.erp),
        display_name=record.display_name,
        country_code=record.country_code,
        settings=settings_to_wire(record.settings),
        company=None
        if company is None
        else channel_pb2.Company(
            id=company.id, name=company.name, currency_code=company.currency_code, time_zone=company.time_zone
        ),
        state=_STATES.number(record.state),
        health=_HEALTH.number(record.health),
        health_message=record.health_message,
        check_time=timestamp_or_none(record.check_time),
        create_time=timestamp(record.create_time),
        update_time=timestamp(record.update_time),
        etag=etag(record.version),
    )


def new_channel(request: channel_service_pb2.CreateChannelRequest) -> NewChannel:
    """What a merchant asks for."""
    (merchant,) = names.MERCHANT.parse(request.parent)
    (erp,) = names.ERP.parse(request.channel.erp)
    return NewChannel(
        merchant=merchant,
        channel=request.channel_id,
        erp=erp,
        display_name=request.channel.display_name.strip(),
        country_code=request.channel.country_code,
        credentials=dict(request.credentials),
        settings=settings_from_wire(request.channel.settings) if request.channel.HasField("settings") else {},
        request_id=request.request_id.lower(),
    )


def new_credentials(request: channel_service_pb2.RotateCredentialsRequest) -> NewCredentials:
    """What replaces a channel's credentials."""
    merchant, channel = names.CHANNEL.parse(request.name)
    return NewCredentials(
        merchant=merchant,
        channel=channel,
        credentials=dict(request.credentials),
        request_id=request.request_id.lower(),
    )


def channel_change(request: channel_service_pb2.UpdateChannelRequest, stored: ChannelRecord) -> ChannelChange:
    """What the masked fields of a request make of a stored channel.

    Without an etag the change is bound to the version that it was computed from, so that nobody's edit is lost.
    """
    given = channel_pb2.Channel()
    given.CopyFrom(request.channel)
    given.settings.automation.SetInParent()  # a masked field that was not given is cleared, whatever surrounds it
    merged = channel_to_wire(stored)
    request.update_mask.MergeMessage(given, merged, replace_message_field=True, replace_repeated_field=True)
    version = version_of(request.channel.etag, request.channel.name)
    return ChannelChange(
        merchant=stored.merchant,
        channel=stored.channel,
        version=stored.version if version is None else version,
        display_name=merged.display_name.strip() if _touches(request.update_mask.paths, "display_name") else None,
        settings=settings_from_wire(merged.settings) if _touches(request.update_mask.paths, "settings") else None,
    )


def _touches(paths: Sequence[str], field: str) -> bool:
    return any(path.split(".", 1)[0] == field for path in paths)


def etag(version: int) -> str:
    """A version as callers send it back: quoted, as HTTP has it."""
    return f'"{version}"'


def version_of(given: str, name: str) -> int | None:
    """The version in an etag; None where none is given.

    Raises:
        Refused: `ETAG_MISMATCH`: it is none of ours, so the resource was never read with it.
    """
    if not given:
        return None
    digits = given.strip('"')
    if not (digits.isascii() and digits.isdecimal() and len(digits) < 10):
        raise Refused(
            Reason.ETAG_MISMATCH,
            f"The etag is not one of {name}; read it again and repeat the change.",
            details={"etag": given},
        )
    return int(digits)
