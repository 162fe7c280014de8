"""Tries the credentials of a channel again whose ERP could not be reached when it was created."""

from dataclasses import dataclass, replace
from typing import Any

import pydantic

from erpgate.defects import PluginDefect
from erpgate.engine.lane import Lane
from erpgate.engine.session import Outside, load_credentials, open_connection
from erpgate.engine.settings import nth
from erpgate.engine.work import PARKED, Postponed
from erpgate.plugin.erp import Erp
from erpgate.plugin.errors import ErpError, Misconfigured, Unavailable
from erpgate.plugin.http import Guard
from erpgate.plugin.model import Company
from erpgate.plugins import Registry
from erpgate.store.channels import SetHealth, UpdateChannel, channel_of_account
from erpgate.store.credentials import get_sealed
from erpgate.store.errors import Conflict
from erpgate.store.records import ChannelRecord, ChannelState, Health
from erpgate.store.tasks import CompleteTask, Task
from erpgate.vault import Vault

PROBE_CHANNEL = "probe_channel"
"""Kind of the task."""


@dataclass(frozen=True, kw_only=True)
class Prober:
    """Asks an ERP who credentials belong to.

    Attributes:
        registry: Loaded ERPs.
        vault: Opens credentials.
        outside: Operator settings and transports.
    """

    registry: Registry
    vault: Vault
    outside: Outside

    async def probe(
        self, erp: Erp[Any, Any], credentials: pydantic.BaseModel, country_code: str, guard: Guard
    ) -> Company:
        """The company, if everything that the ERP needs is there.

        Raises:
            Misconfigured: Credentials, country, plan or permissions do not fit.
            Unavailable: The ERP can't be reached.
        """
        connection = open_connection(
            erp,
            credentials=credentials,
            settings=None,
            country_code=country_code,
            company=None,
            guard=guard,
            outside=self.outside,
            save_credentials=_keep_nothing,
        )
        try:
            return await connection.probe()
        finally:
            await connection.aclose()

    async def probe_channel(self, lane: Lane, task: Task) -> Postponed | None:
        """The durable process: the channel moves to its company's account as soon as the ERP answers."""
        channel = await lane.database.read(lambda c: channel_of_account(c, lane.lease.account))
        if channel is None or channel.state is not ChannelState.CREDENTIALS_PENDING:
            await lane.database.write(CompleteTask(task, lane.lease))
            return None
        sealed = await lane.database.read(lambda c: get_sealed(c, channel.merchant, channel.channel))
        erp = self.registry.erps.get(channel.erp)
        if erp is None:
            await lane.database.write(
                SetHealth(channel.account, Health.PLUGIN_UNAVAILABLE, missing_plugin(channel.erp))
            )
        if sealed is None or erp is None:
            return PARKED
        credentials = load_credentials(erp, self.vault.open(sealed[0], channel.name))
        try:
            company = await self.probe(erp, credentials, channel.country_code, lane)
        except Unavailable:
            return Postponed(delay=nth(lane.settings.retry_delays, task.attempts))
        except Misconfigured as error:
            await self._save(lane, replace(channel, health=Health.AUTH_FAILED, health_message=error.message))
            return PARKED
        except (ErpError, PluginDefect) as error:
            await self._save(lane, replace(channel, health=Health.DEGRADED, health_message=error.message))
            return Postponed(delay=nth(lane.settings.retry_delays, task.attempts))
        try:
            await self._save(lane, with_company(channel, company))
        except Conflict as conflict:
            if conflict.what != "company":
                return Postponed(delay=nth(lane.settings.retry_delays, 0))
            message = f"The company is connected already by {conflict.holder}: delete one of the two channels."
            await self._save(lane, replace(channel, health=Health.AUTH_FAILED, health_message=message))
            return PARKED
        await lane.database.write(CompleteTask(task, lane.lease))
        return None

    async def _save(self, lane: Lane, channel: ChannelRecord) -> None:
        await lane.database.write(UpdateChannel(channel, lane.clock.now(), lease=lane.lease))


def with_company(channel: ChannelRecord, company: Company) -> ChannelRecord:
    """The channel once its company is known: configuration is next."""
    return replace(
        channel,
        company=company,
        account=account_of(channel.erp, company),
        state=ChannelState.CONFIGURATION_PENDING,
        health=Health.OK,
        health_message="",
    )


def missing_plugin(erp: str) -> str:
    """The health message of a channel whose plugin is not loaded."""
    return f"No loaded plugin offers the ERP {erp}: the operator installs it. What waits goes on with the next start."


def account_of(erp: str, company: Company) -> str:
    """The key of a company's lane, of its business keys and of everything that is kept about it."""
    return f"{erp}:{company.id}"


def pending_account(merchant: str, channel: str) -> str:
    """The key of a lane whose company is not known yet."""
    return f"pending:{merchant}/{channel}"


async def _keep_nothing(_: pydantic.BaseModel) -> None:
    """A probe's rotated token is not kept: the channel is not stored yet."""
