"""Sealed credentials of channels."""

import datetime as dt
from dataclasses import dataclass, replace

import sqlalchemy as sa

from erpgate.plugin.model import Company
from erpgate.store.channels import channel_of_account, get_channel, put_channel
from erpgate.store.errors import Conflict
from erpgate.store.records import ChannelRecord, ChannelState, Health
from erpgate.store.requests import RequestKey, recall, remember
from erpgate.store.schema import credential
from erpgate.store.tasks import wake_account
from erpgate.store.upsert import insert
from erpgate.store.writes import Write


def get_sealed(connection: sa.Connection, merchant: str, channel: str) -> tuple[bytes, int] | None:
    """A channel's sealed credentials and their version."""
    row = connection.execute(
        sa.select(credential.c.sealed, credential.c.version).where(
            credential.c.merchant == merchant, credential.c.channel == channel
        )
    ).one_or_none()
    return None if row is None else (row.sealed, row.version)


@dataclass(frozen=True)
class SaveCredentials(Write[int]):
    """Replaces sealed credentials that are still at their version; gives the new version."""

    merchant: str
    channel: str
    sealed: bytes
    version: int

    def apply(self, connection: sa.Connection) -> int:
        """Raises the version."""
        result = connection.execute(
            sa.update(credential)
            .where(
                credential.c.merchant == self.merchant,
                credential.c.channel == self.channel,
                credential.c.version == self.version,
            )
            .values(sealed=self.sealed, version=self.version + 1)
        )
        if result.rowcount != 1:
            raise Conflict("version")
        return self.version + 1


@dataclass(frozen=True)
class RotateCredentials(Write[ChannelRecord]):
    """Replaces a channel's credentials by others that open its company, and makes its waiting tasks due.

    Args:
        merchant: Tenant.
        channel: Id of the channel.
        account: Key of the company's lane; a channel without a company gets it.
        company: As the ERP just gave it.
        sealed: The new credentials; None keeps those that are stored.
        request: That shall take effect once.
        now: Current time.
    """

    merchant: str
    channel: str
    account: str
    company: Company
    sealed: bytes | None
    request: RequestKey | None
    now: dt.datetime

    def apply(self, connection: sa.Connection) -> ChannelRecord:
        """Refuses another company, and one that another channel has."""
        repeated = self.request is not None and recall(connection, self.request) is not None
        record = get_channel(connection, self.merchant, self.channel)
        if record is None:
            raise Conflict("channel")
        if repeated:
            return record
        if record.account != self.account:
            if record.company is not None:
                raise Conflict("account")
            if (holder := channel_of_account(connection, self.account)) is not None:
                raise Conflict("company", holder.name)
        stored = put_channel(connection, self._changed(record), record.version)
        self._put_sealed(connection)
        if self.request is not None:
            remember(connection, self.request, self.channel, self.now)
        for account in sorted({record.account, stored.account}):
            wake_account(connection, account, self.now)
        return stored

    def _changed(self, record: ChannelRecord) -> ChannelRecord:
        pending = record.state is ChannelState.CREDENTIALS_PENDING
        return replace(
            record,
            account=self.account,
            company=self.company,
            state=ChannelState.CONFIGURATION_PENDING if pending else record.state,
            health=Health.OK,
            health_message="",
            update_time=self.now,
        )

    def _put_sealed(self, connection: sa.Connection) -> None:
        if self.sealed is None:
            return
        adding = insert(connection, credential)
        connection.execute(
            adding.on_conflict_do_update(
                index_elements=[credential.c.merchant, credential.c.channel],
                set_={"sealed": adding.excluded.sealed, "version": credential.c.version + 1},
            ),
            {"merchant": self.merchant, "channel": self.channel, "sealed": self.sealed, "version": 1},
        )
