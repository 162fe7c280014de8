"""Opens the ERP connection of a lane, and keeps it open while nothing about it changes."""

from dataclasses import dataclass
from typing import Any

import pydantic

from erpgate.engine.lane import Lane
from erpgate.engine.session import Outside, Session, dump_credentials, load_credentials, open_connection
from erpgate.jobs.probe_channel import missing_plugin
from erpgate.plugin.http import Guard
from erpgate.plugins import Registry
from erpgate.store.channels import SetHealth, channel_of_account
from erpgate.store.credentials import SaveCredentials, get_sealed
from erpgate.store.database import Database
from erpgate.store.records import ChannelRecord, Health
from erpgate.vault import Vault


@dataclass(frozen=True, kw_only=True)
class Sessions:
    """Opens sessions.

    Attributes:
        database: Where channels and sealed credentials are.
        registry: Loaded ERPs.
        vault: Opens credentials.
        outside: Operator settings and transports.
    """

    database: Database
    registry: Registry
    vault: Vault
    outside: Outside

    async def open(self, lane: Lane) -> Session | None:
        """The lane's session under its channel's newest settings; None while it has no channel or no plugin."""
        channel = await self.database.read(lambda c: channel_of_account(c, lane.lease.account))
        if channel is not None and channel.erp not in self.registry.erps:
            await self.database.write(
                SetHealth(channel.account, Health.PLUGIN_UNAVAILABLE, missing_plugin(channel.erp))
            )
            return None
        if channel is None or channel.company is None:
            return None
        current = lane.open
        if current is not None and not _same_channel(current.channel, channel):
            lane.retire(current.connection)
            current = None
        if current is not None and current.channel.version == channel.version:
            return current
        sealed = await self.database.read(lambda c: get_sealed(c, channel.merchant, channel.channel))
        if sealed is None:
            return None
        if current is not None and (current.credentials_version, current.channel.settings) == (
            sealed[1],
            channel.settings,
        ):
            return current.with_channel(channel)
        if current is not None:  # it was made with other credentials or settings
            lane.retire(current.connection)
        return self._connect(lane, channel, *sealed)

    async def visit(self, channel: ChannelRecord, guard: Guard) -> Session | None:
        """A session of one's own, for a read beside the lane; None where the channel is not complete."""
        sealed = await self.database.read(lambda c: get_sealed(c, channel.merchant, channel.channel))
        if sealed is None or channel.company is None or channel.erp not in self.registry.erps:
            return None
        return self._connect(guard, channel, *sealed)

    def _connect(self, guard: Guard, channel: ChannelRecord, sealed: bytes, version: int) -> Session:
        erp = self.registry.erps[channel.erp]
        assert channel.company is not None  # noqa: S101 - `open` has asked
        settings = erp.settings.model_validate(dict(channel.settings))
        credentials = load_credentials(erp, self.vault.open(sealed, channel.name))
        connection = open_connection(
            erp,
            credentials=credentials,
            settings=settings,
            country_code=channel.country_code,
            company=channel.company,
            guard=guard,
            outside=self.outside,
            save_credentials=self._saver(channel, version),
        )
        return Session(
            channel=channel,
            erp=erp,
            settings=settings,
            company=channel.company,
            policy=erp.policy(channel.company, settings),
            connection=connection,
            limits=self.outside.limits(erp),
            credentials_version=version,
        )

    def _saver(self, channel: ChannelRecord, version: int) -> Any:
        current = version

        async def save(credentials: pydantic.BaseModel) -> None:
            nonlocal current
            sealed = self.vault.seal(dump_credentials(credentials), channel.name)
            current = await self.database.write(SaveCredentials(channel.merchant, channel.channel, sealed, current))

        return save


def _same_channel(one: ChannelRecord, other: ChannelRecord) -> bool:
    """Whether it is not another one that took over the account after the first was deleted."""
    return (one.name, one.create_time) == (other.name, other.create_time)
