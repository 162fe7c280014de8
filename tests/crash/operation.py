"""One operation on an open invoice, followed from the call to what the ERP has."""

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from erpgate.client import Client
from erpgate.demo.processes import Process
from erpgate.v1 import error_reason_pb2, invoice_pb2, operation_pb2

from .sale import unless_dead
from .stage import MERCHANT, Stage
from .waiting import eventually

_RUNNING = (
    operation_pb2.OPERATION_STATE_PENDING,
    operation_pb2.OPERATION_STATE_SENDING,
    operation_pb2.OPERATION_STATE_UNKNOWN,
)
_CALLS: Mapping[str, Callable[[Client, str, str], invoice_pb2.Invoice]] = {
    "void": lambda client, name, id_: client.void_invoice(name, request_id=id_),
    "credit": lambda client, name, id_: client.create_credit_note(name, request_id=id_),
    "pay": lambda client, name, id_: client.record_payment(
        name, "1000", operation_pb2.PAYMENT_METHOD_CASH, account="1", request_id=id_
    ),
    "email": lambda client, name, id_: client.email_invoice(name, recipients=["a@example.com"], request_id=id_),
}
_LOST = error_reason_pb2.ERROR_REASON_DOCUMENT_NOT_FOUND
_LEFT_TO_A_PERSON = (operation_pb2.OPERATION_STATE_FAILED, _LOST)
_IN_DOUBT = (operation_pb2.OPERATION_STATE_UNCERTAIN, error_reason_pb2.ERROR_REASON_ERP_OUTCOME_UNKNOWN)

VERBS = tuple(_CALLS)
"""Methods of a connection that operations call."""


@dataclass(frozen=True)
class Operation:
    """One request, which its caller repeats until it is answered.

    Attributes:
        stage: Of the processes.
        verb: What is done.
        invoice: Its name.
        request_id: The caller's.
    """

    stage: Stage
    verb: str
    invoice: str
    request_id: str = field(default_factory=lambda: str(uuid.uuid4()))

    def ask(self, server: Process) -> None:
        """Asks for it."""
        with Client(server.address) as client:
            _CALLS[self.verb](client, self.invoice, self.request_id)

    def ask_the_doomed(self, server: Process) -> None:
        """Asks a process that may die before it answers."""
        unless_dead(lambda: self.ask(server))

    def dies_or_ends(self, server: Process) -> bool:
        """Waits until the process is dead, or the operation has ended; gives whether it is dead."""
        with Client(server.address) as client:

            def look() -> str:
                if server.popen.poll() is not None:
                    return "dead"
                return "ended" if unless_dead(lambda: self._has_ended(client)) else ""

            return eventually("it dies or the operation ends", look) == "dead"

    def wait_until_ended(self, server: Process) -> None:
        """Waits until nothing is under way."""
        with Client(server.address) as client:
            eventually("the operation has ended", lambda: self._has_ended(client))

    def check(self, server: Process, *, lost: bool) -> None:
        """The ERP has one, and the invoice knows it.

        Args:
            server: Asked about the invoice.
            lost: Whether it died where it had said that the call may leave, and the call had not left. Nobody can tell
                that apart from a call that did, so an e-mail stays in doubt, and what may not be sent twice is left to
                a person.
        """
        with Client(server.address) as client:
            invoice = client.get_invoice(self.invoice)
        told = (invoice.pending_operation.state, invoice.pending_operation.failure.reason)
        if self.verb == "email":
            assert self._made(invoice) == (0 if lost else 1)
            assert told in ([_IN_DOUBT] if lost else [_IN_DOUBT, (0, 0)])
        elif lost and self.verb != "void":
            assert (told, self._made(invoice)) == (_LEFT_TO_A_PERSON, 0)
        else:
            assert (told, self._made(invoice)) == ((0, 0), 1)

    def _made(self, invoice: invoice_pb2.Invoice) -> int:
        """How many the ERP has; it and the invoice agree upon their ids."""
        erp, document = self.stage.erp, invoice.document_id
        if self.verb == "email":
            return erp.emails(document)
        shown = erp.invoice(MERCHANT, document)
        if self.verb == "void":
            assert (shown["status"] == "void") == (invoice.state == invoice_pb2.INVOICE_STATE_VOIDED)
            return int(shown["status"] == "void")
        made = erp.credit_notes(MERCHANT, document) if self.verb == "credit" else shown.get("payments", [])
        notes = [note.document_id for note in invoice.credit_notes]
        known = [*notes, *(payment.document_id for payment in invoice.payments)]
        assert [row["id"] for row in made] == [id_ for id_ in known if id_]
        return len(made)

    def _has_ended(self, client: Client) -> bool:
        invoice = client.get_invoice(self.invoice)
        asked = invoice.credit_notes or invoice.payments or any("-1" in a.step for a in invoice.attempts)
        return bool(asked) and invoice.pending_operation.state not in _RUNNING
