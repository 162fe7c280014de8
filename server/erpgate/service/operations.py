"""What people ask for an invoice after it was made: checked here, carried out in the background."""

from typing import Any

from erpgate.plugin.erp import Erp
from erpgate.plugin.errors import Rejected
from erpgate.plugin.model import Payment
from erpgate.plugin.policy import Ability
from erpgate.plugin.reasons import Reason
from erpgate.plugin.settings import ChannelSettings
from erpgate.service.channels import fingerprint, request_id_reused
from erpgate.service.commands import NewOperation
from erpgate.service.errors import Refused
from erpgate.service.operation_rules import GOALS, Case, operation_of
from erpgate.service.sources import Sources
from erpgate.store.errors import Conflict
from erpgate.store.later import Operation, Verb
from erpgate.store.orders import get_order
from erpgate.store.records import ChannelRecord, InvoiceRecord
from erpgate.store.request_operation import RememberRequest, RequestOperation, refresh_task
from erpgate.store.requests import RequestKey, recall
from erpgate.store.tasks import AddTasks

_ABILITIES = {
    Verb.ISSUE: Ability.ISSUE,
    Verb.VOID: Ability.VOID,
    Verb.CREDIT_NOTE: Ability.CREDIT_NOTE,
    Verb.PAYMENT: Ability.PAYMENT,
    Verb.EMAIL: Ability.EMAIL,
}
_TRIES = 10


class Operations:
    """Use cases around what happens to an invoice later.

    Args:
        sources: Database, plugins and clock.
    """

    def __init__(self, sources: Sources) -> None:
        self._sources = sources

    async def ask(self, new: NewOperation) -> InvoiceRecord:
        """Begins an operation; the invoice tells how far it is.

        Raises:
            Refused: It can't be done; nothing is queued.
            Blocked: A credit note of what can't be credited.
        """
        record = await self._sources.invoice(new.merchant, new.channel, new.invoice)
        request = _request_key(new)
        if request is not None and await self._was_made(request):
            return record
        channel = await self._sources.sendable(new.merchant, new.channel)
        check_ability(self._sources.erp(channel.erp), _ABILITIES.get(new.verb))
        for _ in range(_TRIES):
            case = await self._case(new, record, channel)
            try:
                stored = await self._begin(case, request)
            except Conflict as conflict:
                if conflict.what == "request_id":
                    raise request_id_reused(new.request_id) from conflict
                record = await self._sources.invoice(new.merchant, new.channel, new.invoice)
                continue
            self._sources.wake(stored.account, urgent=True)
            return stored
        raise Refused(
            Reason.STATE_CONFLICT,
            f"{record.name} changes all the time: try again.",
            details={"state": record.state.value},
        )

    async def refresh(self, merchant: str, channel: str, invoice: str) -> InvoiceRecord:
        """Has the document compared with the ERP's."""
        record = await self._sources.invoice(merchant, channel, invoice)
        await self._sources.sendable(merchant, channel)
        if record.document is None:
            raise Refused(
                Reason.STATE_CONFLICT,
                f"{record.name} has no document in the ERP yet.",
                details={"state": record.state.value},
            )
        await self._sources.database.write(AddTasks((refresh_task(record, self._sources.clock.now()),)))
        self._sources.wake(record.account, urgent=True)
        return record

    async def _was_made(self, request: RequestKey) -> bool:
        try:
            return await self._sources.database.read(lambda c: recall(c, request)) is not None
        except Conflict as conflict:
            raise request_id_reused(request.request_id) from conflict

    async def _case(self, new: NewOperation, record: InvoiceRecord, channel: ChannelRecord) -> Case:
        order = await self._sources.database.read(lambda c: get_order(c, record.merchant, record.order_id))
        return Case(
            new=new,
            invoice=record,
            channel=channel,
            settings=self._sources.settings(channel),
            buyer_email="" if order is None else order.order.buyer.email,
            now=self._sources.clock.now(),
        )

    async def _begin(self, case: Case, request: RequestKey | None) -> InvoiceRecord:
        operation: Operation | None = operation_of(case)
        if operation is not None and operation.payment is not None:
            check_payment(self._sources.erp(case.channel.erp), operation.payment, case.settings)
        if operation is None:
            if request is None:
                return case.invoice
            return await self._sources.database.write(RememberRequest(case.invoice, request, case.now))
        goal = GOALS.get(operation.verb)
        return await self._sources.database.write(RequestOperation(case.invoice, operation, goal, request, case.now))


def check_ability(erp: Erp[Any, Any], ability: Ability | None) -> None:
    """Refuses what an ERP cannot do.

    Raises:
        Refused: UNSUPPORTED.
    """
    if ability is not None and ability not in erp.abilities:
        raise Refused(
            Reason.UNSUPPORTED,
            f"{erp.title} cannot do that through erpgate: {ability.value}.",
            details={"ability": ability.value},
        )


def check_payment(erp: Erp[Any, Any], payment: Payment, settings: ChannelSettings) -> None:
    """Refuses a payment that the ERP would not take.

    Raises:
        Refused: FIELD_INVALID, or the plugin's own reason.
    """
    try:
        if erp.check_payment is not None:
            erp.check_payment(payment, settings)
    except Rejected as error:
        reason = Reason.FIELD_INVALID if error.fields else error.reason
        raise Refused(reason, error.message, fields=error.fields, details=error.details) from error


def _request_key(new: NewOperation) -> RequestKey | None:
    if not new.request_id:
        return None
    content = (new.channel, new.invoice, new.note, new.lines, new.payment, new.recipients)
    return RequestKey(
        merchant=new.merchant, request_id=new.request_id, fingerprint=fingerprint(new.verb.value, *map(str, content))
    )
