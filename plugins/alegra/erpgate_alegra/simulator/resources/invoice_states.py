"""The steps that change an invoice's state: open, stamp, void and delete."""

from erpgate_alegra.simulator.assumptions import VOID_NEEDS_NO_PAYMENT, VOID_RETURNS_STOCK
from erpgate_alegra.simulator.call import Answer, Call, done
from erpgate_alegra.simulator.errors import Invalid
from erpgate_alegra.simulator.jsontext import Document

from . import stamping, stock
from .invoice_shapes import show_invoice
from .numbering import take_number

MAX_STAMPED_AT_ONCE = 10
"""Most invoices that one bulk stamp takes."""


def open_invoice(call: Call, invoice: Document, *, stamped: bool) -> None:
    """Opens a draft or a void invoice, numbers it, takes its stock and stamps it when asked to.

    A refused stamp leaves a draft a draft.

    Raises:
        Invalid: Stock, numbering or the tax authority refuses it.
    """
    tenant = call.tenant
    closed = invoice["status"] in {"draft", "void"}
    taken = stock.movement(tenant, invoice["items"], invoice["warehouse"]) if closed else {}
    stock.require(tenant, taken)
    if stamped:
        stamping.check(call, invoice)
    take_number(tenant, invoice)
    if stamped:
        stamping.stamp(call, invoice)
    if closed:
        stock.take(tenant, taken)
        invoice["status"] = "open"
    tenant["invoices"].put(invoice)


def open_(call: Call) -> Answer:
    """``POST /invoices/{id}/open``, with or without a stamp."""
    invoice, stamped = call.document(), stamping.wants_stamp(call)
    if stamping.is_stamped(invoice):
        raise Invalid("La factura ya fue emitida")
    if invoice["status"] in {"open", "closed"} and not stamped and call.tenant.switches.open_twice == "refused":
        raise Invalid("La factura ya se encuentra abierta")
    open_invoice(call, invoice, stamped=stamped)
    return _acted(call, invoice, "La factura fue abierta correctamente")


def void(call: Call) -> Answer:
    """``POST /invoices/{id}/void``, which puts stock back."""
    tenant, invoice = call.tenant, call.document()
    if invoice["status"] == "void":
        raise Invalid("La factura ya se encuentra anulada")
    if VOID_NEEDS_NO_PAYMENT and invoice["totalPaid"]:
        raise Invalid("La factura tiene pagos asociados y no se puede anular")
    if VOID_RETURNS_STOCK and invoice["status"] != "draft":
        stock.take(tenant, stock.movement(tenant, invoice["items"], invoice["warehouse"]), sign=-1)
    invoice["status"] = "void"
    tenant["invoices"].put(invoice)
    return _acted(call, invoice, "La factura fue anulada correctamente")


def delete(call: Call) -> Answer:
    """``DELETE /invoices/{id}``, for drafts only."""
    invoice = call.document()
    if invoice["stamp"]:
        raise Invalid("La factura fue emitida y no se puede eliminar")
    if invoice["status"] != "draft":
        raise Invalid("Solo se pueden eliminar facturas en borrador")
    call.tenant["invoices"].remove(invoice["id"])
    return done("La factura fue eliminada correctamente.")


def stamp_many(call: Call) -> Answer:
    """``POST /invoices/stamp``: a row for each id, with its own success or failure."""
    ids = call.fields.get("ids")
    if not isinstance(ids, list) or not ids:
        raise Invalid("El campo ids es requerido")
    if len(ids) > MAX_STAMPED_AT_ONCE:
        raise Invalid(f"Solo se pueden emitir {MAX_STAMPED_AT_ONCE} facturas a la vez")
    if not call.tenant.electronic:
        raise Invalid("La empresa no tiene habilitada la facturación electrónica")
    return Answer(body=[_stamp_one(call, str(identity)) for identity in ids])


def _stamp_one(call: Call, identity: str) -> Document:
    invoice = call.tenant["invoices"].get(identity)
    if invoice is None:
        return {"id": identity, "success": False, "message": "La factura no existe"}
    if stamping.is_stamped(invoice):
        return {"id": identity, "success": False, "message": "La factura ya fue emitida"}
    try:
        open_invoice(call, invoice, stamped=True)
    except Invalid as refusal:
        return {"id": identity, "success": False, "message": refusal.message}
    status = stamping.status_of(invoice["stamp"])
    return {"id": identity, "success": True, "message": "La factura fue emitida", "emissionStatus": status}


def _acted(call: Call, invoice: Document, message: str) -> Answer:
    if call.tenant.switches.action_answers == "document":
        return Answer(body=show_invoice(call.tenant, invoice))
    return done(message)
