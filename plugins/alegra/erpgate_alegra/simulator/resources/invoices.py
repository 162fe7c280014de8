"""``/invoices``: what a company has sold."""

from erpgate_alegra.simulator.call import Answer, Call, Handler, done
from erpgate_alegra.simulator.errors import Invalid
from erpgate_alegra.simulator.jsontext import Document

from . import stock
from .balances import balance_of
from .invoice_fields import new_invoice, read_update
from .invoice_list import list_invoices
from .invoice_shapes import show_invoice
from .invoice_states import delete, open_, open_invoice, stamp_many, void
from .numbering import take_number
from .payments import invoice_payments, pay_invoice
from .stamping import is_stamped, read_once, wants_stamp
from .strict import require_invoice


def _get(call: Call) -> Answer:
    invoice = call.document()
    shown = show_invoice(call.tenant, invoice, extras=call.extras, origin=call.origin)
    read_once(call.tenant, invoice, call.resource)
    return Answer(body=shown)


def _create(call: Call) -> Answer:
    tenant, fields = call.tenant, call.fields
    if fields.get("status", "draft") not in ("draft", "open"):
        raise Invalid("El estado de la factura no es válido")
    invoice = new_invoice(call)
    require_invoice(tenant, invoice)
    payments = invoice_payments(call, invoice)
    stamped = wants_stamp(call)
    opened = stamped or bool(payments) or fields.get("status") == "open"
    if opened:
        stock.require(tenant, stock.movement(tenant, invoice["items"], invoice["warehouse"]))
    invoice["id"] = tenant["invoices"].next_id()
    if tenant.switches.number_at == "create":
        take_number(tenant, invoice)
    tenant["invoices"].put(invoice)
    if opened:
        _open_new(call, invoice, stamped=stamped)
    for payment in payments:
        pay_invoice(tenant, payment, invoice)
    return Answer(status=201, body=show_invoice(tenant, invoice, fresh=True))


def _open_new(call: Call, invoice: Document, *, stamped: bool) -> None:
    """Opens a new invoice; a refused stamp is answered with 400 although the draft stays behind."""
    try:
        open_invoice(call, invoice, stamped=stamped)
    except Invalid as refusal:
        shape = call.tenant.switches.stamp_failure_body
        if shape == "id":
            refusal.extra["id"] = invoice["id"]
        elif shape == "invoice":
            refusal.extra["invoice"] = show_invoice(call.tenant, invoice, fresh=True)
        raise


def _update(call: Call) -> Answer:
    tenant, invoice = call.tenant, call.document()
    if is_stamped(invoice):
        raise Invalid("La factura fue emitida y no se puede editar")
    if invoice["status"] == "void":
        raise Invalid("La factura está anulada y no se puede editar")
    changed = invoice | read_update(tenant, call.fields)
    require_invoice(tenant, changed)
    if balance_of(changed) < 0:
        raise Invalid("El total no puede ser menor que lo pagado")
    if invoice["status"] != "draft":
        before = stock.movement(tenant, invoice["items"], invoice["warehouse"])
        after = stock.movement(tenant, changed["items"], changed["warehouse"])
        stock.require(tenant, after, returned=before)
        stock.take(tenant, before, sign=-1)
        stock.take(tenant, after)
    return Answer(body=show_invoice(tenant, tenant["invoices"].put(changed)))


def _email(call: Call) -> Answer:
    call.document()
    if not call.fields.get("emails"):
        raise Invalid("El campo emails es requerido")
    return done("La factura fue enviada exitosamente", code="200")


def _preview(call: Call) -> Answer:
    new_invoice(call)
    return Answer(body={"pdfUrl": "https://cdn.invalid/preview.pdf?Signature=simulated"})


HANDLERS: dict[tuple[str, str], Handler] = {
    ("GET", "/invoices"): list_invoices,
    ("POST", "/invoices"): _create,
    ("GET", "/invoices/{id}"): _get,
    ("PUT", "/invoices/{id}"): _update,
    ("DELETE", "/invoices/{id}"): delete,
    ("POST", "/invoices/{id}/open"): open_,
    ("POST", "/invoices/{id}/void"): void,
    ("POST", "/invoices/{id}/email"): _email,
    ("POST", "/invoices/stamp"): stamp_many,
    ("POST", "/invoices/preview"): _preview,
}
