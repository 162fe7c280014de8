"""When documents are looked at in the ERP again: at certain ages, and while a tax authority has not answered."""

import datetime as dt

from erpgate.engine.lane import Lane
from erpgate.store.records import FiscalState, InvoiceRecord, InvoiceState
from erpgate.store.request_operation import refresh_task
from erpgate.store.tasks import Task


def next_look(invoice: InvoiceRecord, lane: Lane) -> dt.datetime | None:
    """When the sweep compares the document next; None once the invoice is old or its document is gone."""
    if invoice.state in (InvoiceState.VOIDED, InvoiceState.MISSING):
        return None
    now = lane.clock.now()
    dues = (invoice.create_time + age for age in lane.settings.look_ages)
    return next((due for due in dues if due > now), None)


def fiscal_look(invoice: InvoiceRecord, lane: Lane) -> Task | None:
    """The task that looks for the tax authority's answer; None where none is outstanding."""
    if invoice.fiscal_state is not FiscalState.PENDING:
        return None
    return refresh_task(invoice, lane.clock.now() + lane.settings.fiscal_delays[0])
