"""`erpgate.v1.ChannelService`."""

import datetime as dt
from collections.abc import Mapping, Sequence
from operator import attrgetter
from typing import Any, Protocol

import grpc
from typing_extensions import override

from erpgate.plugin.erp import Erp
from erpgate.plugin.errors import Misconfigured
from erpgate.plugin.reasons import Reason
from erpgate.plugins import Registry
from erpgate.rpc import names, paging
from erpgate.rpc.convert.alias import alias_to_wire
from erpgate.rpc.convert.channel import channel_change, channel_to_wire, new_channel, new_credentials, version_of
from erpgate.rpc.convert.check import check_to_wire
from erpgate.rpc.convert.erp import erp_to_wire, plugin_to_wire
from erpgate.rpc.convert.field_options import (
    declared_names,
    option_query,
    options_to_wire,
    page_of,
    sales_channel_to_wire,
)
from erpgate.rpc.convert.form import form_of
from erpgate.rpc.convert.settings import NEUTRAL
from erpgate.service.commands import ChannelChange, NewChannel, NewCredentials
from erpgate.service.errors import Refused, not_found
from erpgate.service.field_options import OptionPage, OptionQuery
from erpgate.store.aliases import AliasRecord
from erpgate.store.checks import Check
from erpgate.store.records import ChannelRecord
from erpgate.store.sales_channels import SalesChannelRecord
from erpgate.v1 import channel_service_pb2 as pb
from erpgate.v1 import field_options_pb2, sales_channel_pb2
from erpgate.v1 import sku_alias_pb2 as aliases_pb
from erpgate.v1.channel_service_pb2_grpc import ChannelServiceServicer

_CREDENTIAL_REASONS = frozenset(
    {Reason.ERP_CREDENTIALS_INVALID, Reason.ERP_PERMISSION_MISSING, Reason.ERP_ACCOUNT_SUSPENDED}
)
_Context = grpc.aio.ServicerContext[Any, Any]


class Channels(Protocol):
    """What this servicer asks of the service."""

    async def create(self, new: NewChannel) -> ChannelRecord:
        """Probes the ERP and stores the channel."""
        ...

    async def get(self, merchant: str, channel: str) -> ChannelRecord:
        """One channel."""
        ...

    async def list(self, merchant: str, after: str, limit: int) -> Sequence[ChannelRecord]:
        """Channels by id, after one of them."""
        ...

    async def update(self, change: ChannelChange) -> ChannelRecord:
        """Changes display name and settings."""
        ...

    async def connect(self, merchant: str, channel: str) -> ChannelRecord:
        """Finishes the wizard."""
        ...

    async def pause(self, merchant: str, channel: str) -> ChannelRecord:
        """Stops sending."""
        ...

    async def resume(self, merchant: str, channel: str) -> ChannelRecord:
        """Sends again."""
        ...

    async def delete(self, merchant: str, channel: str, *, version: int | None, force: bool) -> None:
        """Forgets it."""
        ...


class Credentials(Protocol):
    """What this servicer asks of the service about credentials."""

    async def rotate(self, new: NewCredentials) -> ChannelRecord:
        """Replaces them by others of the same company."""
        ...


class Checks(Protocol):
    """What this servicer asks of the service about checks."""

    async def check(self, merchant: str, channel: str) -> tuple[ChannelRecord, Sequence[Check]]:
        """Looks what is wrong with a channel."""
        ...


class Aliases(Protocol):
    """What this servicer asks of the service about aliases."""

    async def set(self, merchant: str, channel: str, sku: str, item_sku: str) -> AliasRecord:
        """Remembers one."""
        ...

    async def list(self, merchant: str, channel: str, after: str, limit: int) -> Sequence[AliasRecord]:
        """A page of them."""
        ...

    async def delete(self, merchant: str, channel: str, sku: str) -> None:
        """Forgets one."""
        ...


class Options(Protocol):
    """What this servicer asks about live options."""

    async def list(self, query: OptionQuery) -> OptionPage:
        """One page of a field's choices."""
        ...


class SalesChannels(Protocol):
    """What this servicer asks about sales channels."""

    async def list(self, merchant: str, after: str, limit: int) -> Sequence[SalesChannelRecord]:
        """Sales channels by id, after one of them."""
        ...

    async def declare(self, merchant: str, names: Mapping[str, str]) -> Sequence[SalesChannelRecord]:
        """Adds or names some."""
        ...

    async def withdraw(self, merchant: str, sales_channel: str) -> None:
        """Takes one back."""
        ...


class ChannelRpcs(ChannelServiceServicer):
    """Connects ERPs over gRPC.

    Args:
        channels: The service.
        credentials: The service's credentials.
        checks: The service's checks.
        aliases: The service's aliases.
        options: Live options of fields.
        sales_channels: Where merchants sell.
        registry: Which ERPs there are.
    """

    def __init__(
        self,
        *,
        channels: Channels,
        credentials: Credentials,
        checks: Checks,
        aliases: Aliases,
        options: Options,
        sales_channels: SalesChannels,
        registry: Registry,
    ) -> None:
        self._channels = channels
        self._credentials = credentials
        self._checks = checks
        self._aliases = aliases
        self._options = options
        self._sales_channels = sales_channels
        self._registry = registry

    @override
    async def ListErps(self, request: pb.ListErpsRequest, context: _Context) -> pb.ListErpsResponse:
        erps = self._registry.erps
        return pb.ListErpsResponse(
            erps=[erp_to_wire(self._registry, erps[name]) for name in sorted(erps)],
            unavailable_plugins=[plugin_to_wire(info) for info in self._registry.plugins if info.status != "ok"],
        )

    @override
    async def GetErp(self, request: pb.GetErpRequest, context: _Context) -> pb.GetErpResponse:
        (name,) = names.ERP.parse(request.name)
        erp = self._registry.erps.get(name)
        if erp is None:
            raise not_found(request.name)
        form = form_of(erp, request.language_code)
        return pb.GetErpResponse(erp=erp_to_wire(self._registry, erp, form))

    @override
    async def CreateChannel(self, request: pb.CreateChannelRequest, context: _Context) -> pb.CreateChannelResponse:
        new = new_channel(request)
        try:
            record = await self._channels.create(new)
        except Misconfigured as error:
            raise _in_request(error, self._registry.erps.get(new.erp)) from error
        return pb.CreateChannelResponse(channel=channel_to_wire(record))

    @override
    async def GetChannel(self, request: pb.GetChannelRequest, context: _Context) -> pb.GetChannelResponse:
        record = await self._channels.get(*names.CHANNEL.parse(request.name))
        return pb.GetChannelResponse(channel=channel_to_wire(record))

    @override
    async def ListChannels(self, request: pb.ListChannelsRequest, context: _Context) -> pb.ListChannelsResponse:
        (merchant,) = names.MERCHANT.parse(request.parent)
        page = paging.open_page("ListChannels", request.page_size, request.page_token, merchant)
        found = await self._channels.list(merchant, page.after, page.limit)
        records, next_page_token = page.cut(found, attrgetter("channel"))
        return pb.ListChannelsResponse(channels=map(channel_to_wire, records), next_page_token=next_page_token)

    @override
    async def UpdateChannel(self, request: pb.UpdateChannelRequest, context: _Context) -> pb.UpdateChannelResponse:
        stored = await self._channels.get(*names.CHANNEL.parse(request.channel.name))
        record = await self._channels.update(channel_change(request, stored))
        return pb.UpdateChannelResponse(channel=channel_to_wire(record))

    @override
    async def ListFieldOptions(
        self, request: field_options_pb2.ListFieldOptionsRequest, context: _Context
    ) -> field_options_pb2.ListFieldOptionsResponse:
        page = page_of(request)
        found = await self._options.list(option_query(request, page))
        return options_to_wire(found, page, request.language_code, dt.datetime.now(dt.UTC))

    @override
    async def ListSalesChannels(
        self, request: sales_channel_pb2.ListSalesChannelsRequest, context: _Context
    ) -> sales_channel_pb2.ListSalesChannelsResponse:
        (merchant,) = names.MERCHANT.parse(request.parent)
        page = paging.open_page("ListSalesChannels", request.page_size, request.page_token, merchant)
        found = await self._sales_channels.list(merchant, page.after, page.limit)
        records, next_page_token = page.cut(found, attrgetter("sales_channel"))
        return sales_channel_pb2.ListSalesChannelsResponse(
            sales_channels=map(sales_channel_to_wire, records), next_page_token=next_page_token
        )

    @override
    async def DeclareSalesChannels(
        self, request: sales_channel_pb2.DeclareSalesChannelsRequest, context: _Context
    ) -> sales_channel_pb2.DeclareSalesChannelsResponse:
        (merchant,) = names.MERCHANT.parse(request.parent)
        stored = await self._sales_channels.declare(merchant, declared_names(request.sales_channels))
        return sales_channel_pb2.DeclareSalesChannelsResponse(sales_channels=map(sales_channel_to_wire, stored))

    @override
    async def WithdrawSalesChannel(
        self, request: sales_channel_pb2.WithdrawSalesChannelRequest, context: _Context
    ) -> sales_channel_pb2.WithdrawSalesChannelResponse:
        await self._sales_channels.withdraw(*names.SALES_CHANNEL.parse(request.name))
        return sales_channel_pb2.WithdrawSalesChannelResponse()

    @override
    async def ConnectChannel(self, request: pb.ConnectChannelRequest, context: _Context) -> pb.ConnectChannelResponse:
        record = await self._channels.connect(*names.CHANNEL.parse(request.name))
        return pb.ConnectChannelResponse(channel=channel_to_wire(record))

    @override
    async def PauseChannel(self, request: pb.PauseChannelRequest, context: _Context) -> pb.PauseChannelResponse:
        record = await self._channels.pause(*names.CHANNEL.parse(request.name))
        return pb.PauseChannelResponse(channel=channel_to_wire(record))

    @override
    async def ResumeChannel(self, request: pb.ResumeChannelRequest, context: _Context) -> pb.ResumeChannelResponse:
        record = await self._channels.resume(*names.CHANNEL.parse(request.name))
        return pb.ResumeChannelResponse(channel=channel_to_wire(record))

    @override
    async def RotateCredentials(
        self, request: pb.RotateCredentialsRequest, context: _Context
    ) -> pb.RotateCredentialsResponse:
        try:
            record = await self._credentials.rotate(new_credentials(request))
        except Misconfigured as error:
            raise _in_credentials(error) from error
        return pb.RotateCredentialsResponse(channel=channel_to_wire(record))

    @override
    async def CheckChannel(self, request: pb.CheckChannelRequest, context: _Context) -> pb.CheckChannelResponse:
        record, checks = await self._checks.check(*names.CHANNEL.parse(request.name))
        return pb.CheckChannelResponse(checks=map(check_to_wire, checks), channel=channel_to_wire(record))

    @override
    async def DeleteChannel(self, request: pb.DeleteChannelRequest, context: _Context) -> pb.DeleteChannelResponse:
        merchant, channel = names.CHANNEL.parse(request.name)
        version = version_of(request.etag, request.name)
        await self._channels.delete(merchant, channel, version=version, force=request.force)
        return pb.DeleteChannelResponse()

    @override
    async def SetSkuAlias(
        self, request: aliases_pb.SetSkuAliasRequest, context: _Context
    ) -> aliases_pb.SetSkuAliasResponse:
        merchant, channel = names.CHANNEL.parse(request.parent)
        record = await self._aliases.set(merchant, channel, request.alias.sku, request.alias.item_sku)
        return aliases_pb.SetSkuAliasResponse(alias=alias_to_wire(record))

    @override
    async def ListSkuAliases(
        self, request: aliases_pb.ListSkuAliasesRequest, context: _Context
    ) -> aliases_pb.ListSkuAliasesResponse:
        merchant, channel = names.CHANNEL.parse(request.parent)
        page = paging.open_page("ListSkuAliases", request.page_size, request.page_token, merchant, channel)
        found = await self._aliases.list(merchant, channel, page.after, page.limit)
        records, next_page_token = page.cut(found, attrgetter("sku"))
        return aliases_pb.ListSkuAliasesResponse(aliases=map(alias_to_wire, records), next_page_token=next_page_token)

    @override
    async def DeleteSkuAlias(
        self, request: aliases_pb.DeleteSkuAliasRequest, context: _Context
    ) -> aliases_pb.DeleteSkuAliasResponse:
        merchant, channel = names.CHANNEL.parse(request.parent)
        await self._aliases.delete(merchant, channel, request.sku)
        return aliases_pb.DeleteSkuAliasResponse()


def _in_credentials(error: Misconfigured) -> Refused:
    """The error of a request that has nothing but credentials: what they open does not fit, whatever it lacks."""
    path = f"credentials.{error.field}" if error.reason in _CREDENTIAL_REASONS else "credentials"
    return Refused(error.reason, error.message, fields={path: error.message}, details={"field": path, **error.details})


def _in_request(error: Misconfigured, erp: Erp[Any, Any] | None) -> Refused:
    """The error with its field named where the request has it."""
    name = error.field.split(".", 1)[0]
    if error.field == "country_code":
        path = "channel.country_code"
    elif name in NEUTRAL:
        path = f"channel.settings.{error.field}"
    elif erp is not None and name in erp.settings.model_fields:
        path = f"channel.settings.erp_options.{error.field}"
    else:
        path = f"credentials.{error.field}"
    return Refused(error.reason, error.message, fields={path: error.message}, details={"field": path, **error.details})
