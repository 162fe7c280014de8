"""What a toy ledger does with a voucher later: void, credit note, payment, letter, print."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace

from erpgate.plugin import (
    Document,
    DocumentId,
    Draft,
    Found,
    Payload,
    Payment,
    PaymentMethod,
    Rejected,
    Stage,
)
from erpgate.testing.toy_access import ToyAccess


class ToyLater(ToyAccess):
    """The part of the toy's connection that is optional in the contract."""

    async def void(self, document: Document, reason: str, *, key: str) -> Document:
        """Crosses a voucher out; one that was paid is not."""
        async with self._write("void") as carried_out:
            current = self._standing(document.id)
            if any(paid == document.id for paid, _ in self._ledger.receipts):
                raise Rejected("A voucher that was paid is not crossed out.")
            voided = replace(current, voided=True)
            return self._ledger.put(voided) if carried_out else voided

    async def credit(self, document: Document, payload: Payload, stage: Stage, *, key: str) -> Document:
        """Writes a credit note and takes it off the voucher's balance."""
        async with self._write("credit") as carried_out:
            current = self._standing(document.id)
            number = f"N-{len(self._ledger.notes) + 1}"
            note = self._computed(payload, "N", number, stage)
            if carried_out:
                self._ledger.notes.append(note)
                self._ledger.put(replace(current, balance=max(current.balance - note.total, current.balance * 0)))
            return note

    async def find_credits(self, document: Document, draft: Draft) -> Found[Document]:
        """Looks through all notes."""
        complete = self._read("find_credits")
        found = [note for note in self._ledger.notes if note.reference == draft.reference]
        return Found(matches=tuple(found), complete=complete)

    async def pay(self, document: Document, payment: Payment, *, key: str) -> str:
        """Writes a receipt; the toy takes no cheques."""
        async with self._write("pay") as carried_out:
            current = self._standing(document.id)
            if payment.method is PaymentMethod.CHECK:
                raise Rejected("The toy takes no cheques.", fields={"method": "no cheques"})
            if carried_out:
                self._ledger.receipts.append((document.id, payment))
                self._ledger.put(replace(current, balance=current.balance - payment.amount))
            return f"R-{payment.reference}"

    async def find_payments(self, document: Document, reference: str) -> Found[str]:
        """Looks through all receipts."""
        complete = self._read("find_payments")
        found = [f"R-{paid.reference}" for _, paid in self._ledger.receipts if paid.reference == reference]
        return Found(matches=tuple(found), complete=complete)

    async def email(self, document: Document, to: Sequence[str]) -> None:
        """Sends a letter."""
        async with self._write("email") as carried_out:
            self._standing(document.id)
            if carried_out:
                self._ledger.letters.append((document.id, tuple(to)))

    async def pdf(self, document: Document) -> AsyncIterator[bytes]:
        """Prints a voucher, in two pieces."""
        self._read("pdf")
        yield b"%PDF-1.4\n"
        yield f"{document.number} {document.total}".encode()

    def _standing(self, id: DocumentId) -> Document:  # noqa: A002
        current = self._ledger.voucher(id)
        if current is None or current.voided:
            raise Rejected("There is no such voucher any more.")
        return current
