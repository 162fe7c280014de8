"""What all use cases share."""

from dataclasses import dataclass
from typing import Any, Protocol

import pydantic

from erpgate.engine.clock import Clock
from erpgate.plugin.erp import Erp
from erpgate.plugin.forms import missing_in
from erpgate.plugin.reasons import Reason
from erpgate.plugin.settings import ChannelSettings
from erpgate.plugins import Registry
from erpgate.service.errors import Refused, not_found
from erpgate.store.channels import get_channel
from erpgate.store.database import Database
from erpgate.store.invoices import get_invoice
from erpgate.store.records import ChannelRecord, ChannelState, InvoiceRecord


class Wake(Protocol):
    """Tells a worker of this process that an account got work."""

    def __call__(self, account: str, *, urgent: bool = False) -> None:
        """Wakes its lane; an urgent wish ends a pause of the whole account."""
        ...


@dataclass(frozen=True, kw_only=True)
class Sources:
    """Where use cases get things from.

    Attributes:
        database: Everything that is stored.
        registry: Loaded ERPs.
        clock: Where time comes from.
        wake: Told the account that got work; urgently where a person asks.
    """

    database: Database
    registry: Registry
    clock: Clock
    wake: Wake

    async def channel(self, merchant: str, channel: str) -> ChannelRecord:
        """One channel.

        Raises:
            Refused: There is none.
        """
        record = await self.database.read(lambda c: get_channel(c, merchant, channel))
        if record is None:
            raise not_found(f"merchants/{merchant}/channels/{channel}")
        return record

    async def sendable(self, merchant: str, channel: str) -> ChannelRecord:
        """One channel through which something may be sent.

        Raises:
            Refused: There is none, or it is not connected.
        """
        record = await self.invoicing_channel(merchant, channel)
        if record.state is ChannelState.PAUSED:
            raise Refused(
                Reason.CHANNEL_PAUSED,
                f"{record.name} is paused: resume it first.",
                details={"channel": record.name},
            )
        return record

    async def invoicing_channel(self, merchant: str, channel: str) -> ChannelRecord:
        """One channel whose wizard is finished; it may be paused.

        Raises:
            Refused: There is none, or its wizard is not finished.
        """
        record = await self.channel(merchant, channel)
        if record.state not in (ChannelState.CONNECTED, ChannelState.PAUSED):
            raise Refused(
                Reason.CHANNEL_NOT_CONNECTED,
                f"{record.name} is not connected: finish its wizard first.",
                details={"channel": record.name, "state": record.state.value},
            )
        return record

    async def invoice(self, merchant: str, channel: str, invoice: str) -> InvoiceRecord:
        """One invoice.

        Raises:
            Refused: There is none.
        """
        record = await self.database.read(lambda c: get_invoice(c, merchant, channel, invoice))
        if record is None:
            raise not_found(f"merchants/{merchant}/channels/{channel}/invoices/{invoice}")
        return record

    def erp(self, name: str) -> Erp[Any, Any]:
        """One loaded ERP.

        Raises:
            Refused: Its plugin is not loaded.
        """
        erp = self.registry.erps.get(name)
        if erp is None:
            raise Refused(
                Reason.PLUGIN_UNAVAILABLE,
                f"No loaded plugin offers the ERP {name}: see ListErps, then ask the operator.",
                details={"erp": name},
            )
        return erp

    def settings(self, channel: ChannelRecord) -> ChannelSettings:
        """A channel's settings, parsed by its ERP's model."""
        settings: ChannelSettings = self.erp(channel.erp).settings.model_validate(dict(channel.settings))
        return settings


def violations(error: pydantic.ValidationError, prefix: str, own: frozenset[str] = frozenset()) -> dict[str, str]:
    """Field path to sentence, of everything that a model found wrong.

    Args:
        error: The model's.
        prefix: Path of the model in the request.
        own: Fields that only this ERP has; the wire carries them in `erp_options`.
    """
    found: dict[str, str] = {}
    for problem in error.errors(include_url=False, include_input=False, include_context=False):
        path = [str(part) for part in problem["loc"]]
        message = problem["msg"].removeprefix("Value error, ")
        if ": " in message and message.split(": ", 1)[0].isidentifier():
            name, message = message.split(": ", 1)
            path.append(name)
        found[request_path(".".join(path), prefix, own)] = message
    return found


def missing(model: pydantic.BaseModel, prefix: str, own: frozenset[str] = frozenset()) -> dict[str, str]:
    """Field path to sentence, of every field that is empty although the form requires it now."""
    found: dict[str, str] = {}
    for path, conditions in missing_in(model):
        reasons = (
            f"{name} is {wanted if isinstance(wanted, str) else ' or '.join(wanted) or 'set'}"
            for name, wanted in conditions.items()
        )
        found[request_path(path, prefix, own)] = f"is required while {' and '.join(reasons)}"
    return found


def request_path(path: str, prefix: str, own: frozenset[str]) -> str:
    """Where a request has the field of a model; the arguments are those of `violations`."""
    within = f"erp_options.{path}" if path.split(".", 1)[0] in own else path
    return f"{prefix}.{within}" if within else prefix
