"""``/bank-accounts/{id}/transfer``: money moved between two accounts."""

from erpgate_alegra.simulator.call import Answer, Call, Handler
from erpgate_alegra.simulator.errors import Invalid
from erpgate_alegra.simulator.reading import decimal_of, read_date

from .catalogue import CATALOGUES
from .item_fields import existing_id


def _transfer(call: Call) -> Answer:
    origin, fields = call.document(), call.fields
    destination = existing_id(call.tenant, "bank-accounts", fields.get("idDestination"), "idDestination")
    if destination is None:
        raise Invalid("El campo idDestination es requerido")
    read_date(fields.get("date"), "date")
    amount = decimal_of(fields.get("amount"), "amount")
    show = CATALOGUES["bank-accounts"].show
    received = call.tenant["bank-accounts"].get(destination) or {}
    return Answer(body={"originAccount": show(origin), "destinationAccount": show(received), "amount": amount})


HANDLERS: dict[tuple[str, str], Handler] = {("POST", "/bank-accounts/{id}/transfer"): _transfer}
