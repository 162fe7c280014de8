"""Invoices: asked for by a person, read, and tried again."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import asdict

from erpgate.plugin.reasons import Reason
from erpgate.service.changes import follow_changes
from erpgate.service.channels import fingerprint, request_id_reused
from erpgate.service.commands import InvoiceQuery, NewInvoice, WatchedInvoices
from erpgate.service.errors import Refused, not_found
from erpgate.service.overrides import checked_settings, checked_stage
from erpgate.service.sources import Sources
from erpgate.store.changes import ChangeKind
from erpgate.store.errors import Conflict
from erpgate.store.invoice_lists import invoices_with_ids, list_invoices
from erpgate.store.invoices import InvoiceWithAttempts
from erpgate.store.records import AttemptRecord, InvoiceRecord, InvoiceState, Overrides
from erpgate.store.request_invoice import RequestInvoice, RetryInvoice
from erpgate.store.requests import RequestKey

_ENDED = (InvoiceState.VOIDED, InvoiceState.WITHDRAWN, InvoiceState.MISSING)


class Invoices:
    """Use cases around invoices.

    Args:
        sources: Database, plugins and clock.
    """

    def __init__(self, sources: Sources) -> None:
        self._sources = sources

    async def create(self, new: NewInvoice) -> InvoiceRecord:
        """Begins an order's invoice, whatever the automation says; it is sent in the background."""
        channel = await self._sources.sendable(new.merchant, new.channel)
        stage = checked_stage(self._sources, channel, new.overrides)
        checked_settings(self._sources, channel, new.order_id, new.overrides, stage)
        try:
            invoice = await self._sources.database.write(
                RequestInvoice(
                    channel=channel,
                    order_id=new.order_id,
                    overrides=new.overrides,
                    stage=stage,
                    request=_request_key(new),
                    now=self._sources.clock.now(),
                )
            )
        except Conflict as conflict:
            raise _refused(conflict, new) from conflict
        self._sources.wake(invoice.account, urgent=True)
        return invoice

    async def get(self, merchant: str, channel: str, invoice: str) -> tuple[InvoiceRecord, Sequence[AttemptRecord]]:
        """One invoice with its attempts."""
        found = await self._sources.database.read(InvoiceWithAttempts(merchant, channel, invoice))
        if found is None:
            raise not_found(f"merchants/{merchant}/channels/{channel}/invoices/{invoice}")
        return found

    async def list(self, query: InvoiceQuery) -> Sequence[InvoiceRecord]:
        """A page of a channel's invoices, oldest first."""
        await self._sources.channel(query.merchant, query.channel)
        return await self._sources.database.read_long(
            lambda c: list_invoices(
                c,
                query.merchant,
                query.channel,
                after=query.after,
                limit=query.limit,
                state=query.state,
                reason=query.reason,
                sales_channel=query.sales_channel,
                order_id=query.order_id,
                start=query.start,
                end=query.end,
            )
        )

    async def watch(self, merchant: str, channel: str, after: int | None) -> AsyncIterator[WatchedInvoices]:
        """Changes of invoices as they come."""
        await self._sources.channel(merchant, channel)
        database = self._sources.database
        async for page in follow_changes(database, merchant, channel, ChangeKind.INVOICE, after):
            ids = list(dict.fromkeys(change.subject for change in page.changes))
            found = await database.read_long(lambda c, ids=ids: invoices_with_ids(c, merchant, channel, ids))  # type: ignore[misc]
            changes = tuple((each, found[each.subject]) for each in page.changes if each.subject in found)
            yield WatchedInvoices(changes=changes, position=page.position)

    async def retry(self, merchant: str, channel: str, invoice: str, overrides: Overrides) -> InvoiceRecord:
        """Tries again after a repair; what may have been sent is looked up first."""
        record = await self._sources.invoice(merchant, channel, invoice)
        if record.state in _ENDED:
            raise Refused(
                Reason.STATE_CONFLICT,
                f"{record.name} is {record.state.value} and stays so.",
                details={"state": record.state.value},
            )
        parent = await self._sources.sendable(merchant, channel)
        stage = checked_stage(self._sources, parent, overrides) if overrides.stage is not None else record.stage
        checked_settings(self._sources, parent, record.order_id, overrides, stage)
        try:
            retried = await self._sources.database.write(
                RetryInvoice(record, overrides, stage, self._sources.clock.now())
            )
        except Conflict as conflict:
            if conflict.what == "line":
                raise refusal_of(conflict) from conflict
            if conflict.what == "version":
                raise Refused(
                    Reason.ETAG_MISMATCH,
                    f"{record.name} was changed at the same moment: repeat the call.",
                    details={"etag": str(record.version)},
                ) from conflict
            raise Refused(
                Reason.STATE_CONFLICT,
                f"{record.name} was sent already: overrides can't change it any more.",
                fields={"overrides": "the document was sent already"},
                details={"state": record.state.value},
            ) from conflict
        self._sources.wake(retried.account, urgent=True)
        return retried


def _request_key(new: NewInvoice) -> RequestKey | None:
    if not new.request_id:
        return None
    content = fingerprint("CreateInvoice", new.channel, new.order_id, asdict(new.overrides))
    return RequestKey(merchant=new.merchant, request_id=new.request_id, fingerprint=content)


def _refused(conflict: Conflict, new: NewInvoice) -> Refused:
    return request_id_reused(new.request_id) if conflict.what == "request_id" else refusal_of(conflict)


def refusal_of(conflict: Conflict) -> Refused:
    """The refusal of an order that cannot be invoiced."""
    if conflict.what == "order":
        return not_found(conflict.holder)
    if conflict.what == "line":
        path = f"overrides.line_skus[{conflict.holder}]"
        return Refused(
            Reason.FIELD_INVALID,
            f"The order has no line {conflict.holder}.",
            fields={path: "no such line in the order"},
        )
    if conflict.what == "basket_incomplete":
        return Refused(
            Reason.BASKET_INCOMPLETE,
            f"The order's basket is invoiced as one, and {conflict.holder} of it did not come yet.",
            details={"missing": conflict.holder},
        )
    if conflict.what == "basket_inconsistent":
        return Refused(
            Reason.BASKET_INCONSISTENT,
            f"The orders of the basket cannot be one invoice, they differ: {conflict.holder}.",
            details={"values": conflict.holder},
        )
    return Refused(
        Reason.ALREADY_INVOICED,
        f"The order has an invoice already: {conflict.holder}.",
        details={"invoice": conflict.holder},
    )
