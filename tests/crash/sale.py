"""One sale, followed from its order to the ERP's document."""

from collections.abc import Callable
from decimal import Decimal
from typing import TypeVar

import grpc
from erpgate.client import Client, ErpgateError
from erpgate.demo.processes import Process
from erpgate.v1 import invoice_pb2

from .erp import PRICE
from .stage import MERCHANT, Stage, an_order, channel_of
from .waiting import eventually

T = TypeVar("T")

_OPEN = invoice_pb2.INVOICE_STATE_OPEN


class Sale:
    """A sale on a stage where it is the only one.

    Args:
        stage: Its processes and its database.
        number: Its external id, which no other test uses, because the ERP is everybody's.
    """

    def __init__(self, stage: Stage, number: str) -> None:
        self.stage = stage
        self._order = an_order(number)

    def submit(self, server: Process) -> None:
        """Submits the order."""
        with Client(server.address) as client:
            client.submit_order(f"merchants/{MERCHANT}", self._order)

    def submit_to_the_doomed(self, server: Process) -> None:
        """Submits the order to a process that may die before it answers."""
        unless_dead(lambda: self.submit(server))

    def dies_or_opens(self, server: Process) -> bool:
        """Waits until the process is dead, or its invoice open; gives whether it is dead."""
        with Client(server.address) as client:

            def look() -> str:
                if server.popen.poll() is not None:
                    return "dead"
                return "open" if unless_dead(lambda: self._is_open(client)) else ""

            return eventually("it dies or the invoice is open", look) == "dead"

    def wait_until_open(self, server: Process) -> None:
        """Waits until the invoice is open."""
        with Client(server.address) as client:
            eventually("the invoice is open", lambda: self._is_open(client))

    def check(self, server: Process) -> None:
        """One document, open, with the right total; the invoice knows it, and no attempt is left in doubt."""
        with Client(server.address) as client:
            (listed,) = client.list_invoices(channel_of(MERCHANT))
            invoice = client.get_invoice(listed.name)
        documents = [d for d in self.stage.erp.documents(MERCHANT) if d.reference == invoice.reference]
        assert [(d.state, d.total) for d in documents] == [("open", PRICE)], documents
        assert invoice.state == _OPEN
        assert Decimal(invoice.total) == PRICE
        assert not invoice.HasField("failure"), invoice.failure
        outcomes = [(attempt.step, attempt.outcome) for attempt in invoice.attempts]
        for step in ("document", "open"):
            assert outcomes.count((step, invoice_pb2.ATTEMPT_OUTCOME_DONE)) == 1, outcomes
        assert all(outcome != invoice_pb2.ATTEMPT_OUTCOME_UNCERTAIN for _, outcome in outcomes), outcomes

    def _is_open(self, client: Client) -> bool:
        return any(invoice.state == _OPEN for invoice in client.list_invoices(channel_of(MERCHANT)))


def unless_dead(call: Callable[[], T]) -> T | None:
    """What a call gives; None if nobody answers any more."""
    try:
        return call()
    except ErpgateError as error:
        if error.code is not grpc.StatusCode.UNAVAILABLE:
            raise
        return None
