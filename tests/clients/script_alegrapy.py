"""`alegrapy`: methods answer the parsed body and raise `AlegraAPIError` for every status that is not 2xx."""

from collections.abc import Callable
from typing import Any

from alegra import AlegraAPIError, AlegraClient, invoices, session

from clients.behaviours import EMAIL, SEEDED, TOKEN, URL, behaviour, ids_of, not_offered, shows, today

client = AlegraClient(user=EMAIL, token=TOKEN, url=f"{URL}/")

IVA = SEEDED["taxes"]["IVA 19"]
SHIRT = SEEDED["items"]["references"]["CAM-1"]
SEEDED_CONTACT = SEEDED["contacts"]["900123456"]
CASH = SEEDED["bank_accounts"]["Caja general"]
TODAY = today("America/Bogota")


def refusal(call: Callable[[], Any]) -> AlegraAPIError:
    """The error that a call raises."""
    try:
        answer = call()
    except AlegraAPIError as error:
        return error
    raise AssertionError(f"was not refused: {answer!r}")


not_offered("company")

with behaviour("users self"):
    shows(client.users.self_info(), {"email": EMAIL, "role": "admin", "status": "active"})
    assert [user["email"] for user in client.users.list()] == [EMAIL]
    shows(client.users.read(1), {"email": EMAIL})

with behaviour("contacts create"):
    ana = client.contacts.create(
        {
            "name": "Ana Pérez",
            "identificationObject": {"type": "CC", "number": "1000000001"},
            "kindOfPerson": "PERSON_ENTITY",
            "regime": "SIMPLIFIED_REGIME",
            "type": ["client"],
            "email": "ana@example.com",
            "address": {"address": "Calle 1", "city": "Bogotá, D.C.", "department": "Bogotá D.C."},
        }
    )
    shows(ana, {"name": "Ana Pérez", "identification": "1000000001", "type": ["client"], "email": "ana@example.com"})
    shows(ana["identificationObject"], {"type": "CC", "number": "1000000001"})

with behaviour("contacts read"):
    assert client.contacts.read(ana["id"]) == ana
    assert client.contacts.read(int(ana["id"]), fields="url")["url"]

with behaviour("contacts update"):
    changed = client.contacts.update(ana["id"], {"name": "Ana P. Gómez", "type": ["client", "provider"]})
    shows(changed, {"id": ana["id"], "name": "Ana P. Gómez", "type": ["client", "provider"]})
    shows(client.contacts.read(ana["id"]), {"name": "Ana P. Gómez", "email": "ana@example.com"})

with behaviour("contacts list"):
    assert ids_of(client.contacts.list()) == [SEEDED_CONTACT, ana["id"]]
    assert ids_of(client.contacts.list(start=1, limit=5)) == [ana["id"]]
    assert ids_of(client.contacts.list(order_direction="DESC")) == [ana["id"], SEEDED_CONTACT]
    assert ids_of(client.contacts.list(identification="900123456")) == [SEEDED_CONTACT]
    shows(client.contacts.list(metadata="true")["metadata"], {"total": 2})
    assert refusal(lambda: client.contacts.list(limit=31)).status_code == 400

with behaviour("contacts delete"):
    brief = client.contacts.create({"name": "De paso"})
    shows(client.contacts.delete(brief["id"]), {"code": 200})
    assert refusal(lambda: client.contacts.read(brief["id"])).status_code == 404

with behaviour("items create"):
    mug = client.items.create(
        {
            "name": "Pocillo",
            "reference": "POC-1",
            "price": 10000,
            "tax": [{"id": IVA}],
            "inventory": {"unit": "unit", "unitCost": 4000, "initialQuantity": 20},
        }
    )
    shows(mug, {"name": "Pocillo", "reference": "POC-1", "type": "product", "status": "active"})
    assert [price["price"] for price in mug["price"]] == ["10000.0000"]
    assert [tax["percentage"] for tax in mug["tax"]] == ["19.00"]

with behaviour("items read"):
    shows(client.items.read(mug["id"]), {"id": int(mug["id"]), "name": "Pocillo"})
    shows(client.items.read(mug["id"])["inventory"], {"availableQuantity": 20, "unitCost": 4000})

with behaviour("items update"):
    shows(client.items.update(mug["id"], {"price": 12000.5}), {"name": "Pocillo", "reference": "POC-1"})
    assert client.items.read(mug["id"])["price"][0]["price"] == "12000.5000"

with behaviour("items list"):
    assert ids_of(client.items.list()) == [SHIRT, mug["id"]]
    assert ids_of(client.items.list(reference="CAM-1")) == [SHIRT]
    assert ids_of(client.items.list(order_field="name", order_direction="DESC")) == [mug["id"], SHIRT]

with behaviour("items delete"):
    brief = client.items.create({"name": "De paso", "price": 1})
    shows(client.items.delete(brief["id"]), {"code": 200})
    assert refusal(lambda: client.items.read(brief["id"])).status_code == 404

with behaviour("taxes"):
    assert {(tax["name"], tax["percentage"]) for tax in client.taxes.list()} >= {("IVA", "19.00"), ("IVA", "5.00")}
    own = client.taxes.create({"name": "Bolsas", "percentage": 4, "type": "OTHER"})
    shows(own, {"name": "Bolsas", "percentage": "4.00", "status": "active"})
    shows(client.taxes.update(own["id"], {"percentage": "4.5"}), {"name": "Bolsas", "percentage": "4.50"})
    shows(client.taxes.read(own["id"]), {"percentage": "4.50", "type": "OTHER"})
    client.taxes.delete(own["id"])
    assert str(own["id"]) not in ids_of(client.taxes.list())

with behaviour("other lists"):
    assert [currency["code"] for currency in client.currencies.list()] == ["COP"]
    shows(client.currencies.read("COP"), {"symbol": "$"})
    assert "ReteIVA" in [retention["name"] for retention in client.retentions.list()]
    assert ids_of(client.bank_accounts.list()) == [CASH]
    shows(client.bank_accounts.read(CASH), {"name": "Caja general", "type": "cash"})

with behaviour("invoices create"):
    invoice = client.invoices.create(
        {
            "date": TODAY,
            "dueDate": TODAY,
            "client": {"id": ana["id"]},
            "items": [
                {"id": mug["id"], "price": 10000, "quantity": 3, "discount": 10, "tax": [{"id": IVA}]},
                {"id": SHIRT, "price": 50000, "quantity": 1},
            ],
            "observations": "Pedido 7",
        }
    )
    shows(invoice, {"status": "draft", "total": 82130, "balance": 82130, "discount": 3000, "tax": 5130})
    assert [line["total"] for line in invoice["items"]] == [32130, 50000]

with behaviour("invoices read"):
    shows(client.invoices.read(invoice["id"]), {"id": invoice["id"], "total": 82130, "observations": "Pedido 7"})
    assert client.invoices.read(invoice["id"], fields="pdf,xml")["xml"].startswith("http://127.0.0.1:")

with behaviour("invoices update"):
    lines = [{"id": mug["id"], "price": 10000, "quantity": 4, "tax": [{"id": IVA}]}]
    changed = client.invoices.update(invoice["id"], {"items": lines, "anotation": "Gracias"})
    shows(changed, {"total": 47600, "anotation": "Gracias", "observations": "Pedido 7", "status": "draft"})

with behaviour("invoices open"):
    shows(client.invoices.open(invoice["id"]), {"code": 200})
    shows(client.invoices.read(invoice["id"]), {"status": "open", "balance": 47600})
    shows(client.items.read(mug["id"])["inventory"], {"availableQuantity": 16})
    assert refusal(lambda: client.invoices.open(invoice["id"])).status_code == 400

with behaviour("invoices e-mail"):
    sent = client.invoices.send_email(
        invoice["id"], "ana@example.com", send_copy_to_user=True, subject="Tu factura", message="Gracias"
    )
    shows(sent, {"code": "200"})
    assert refusal(lambda: client.invoices.send_email(invoice["id"], [])).status_code == 400

with behaviour("invoices list"):
    draft = {"date": TODAY, "dueDate": TODAY, "client": SEEDED_CONTACT, "items": [{"id": SHIRT, "quantity": 2}]}
    other = client.invoices.create(draft)
    shows(other, {"total": 100000})
    assert ids_of(client.invoices.list()) == [invoice["id"], other["id"]]
    assert ids_of(client.invoices.list(order_direction="DESC", limit=1)) == [other["id"]]
    assert ids_of(client.invoices.list(status="draft,void")) == [other["id"]]
    assert ids_of(client.invoices.list(client_id=ana["id"], date_afterOrNow=TODAY)) == [invoice["id"]]
    session.user, session.token, session.url = EMAIL, TOKEN, f"{URL}/"
    assert ids_of(invoices().list(start=0, limit=5)) == [invoice["id"], other["id"]]

with behaviour("invoices void"):
    shows(client.invoices.void(invoice["id"]), {"code": 200})
    shows(client.invoices.read(invoice["id"]), {"status": "void"})
    shows(client.items.read(mug["id"])["inventory"], {"availableQuantity": 20})
    client.invoices.open(invoice["id"])
    shows(client.invoices.read(invoice["id"]), {"status": "open", "balance": 47600})
    shows(client.items.read(mug["id"])["inventory"], {"availableQuantity": 16})

with behaviour("payments"):
    part = {"date": TODAY, "bankAccount": {"id": CASH}, "paymentMethod": "transfer"}
    first = client.payments.create(part | {"invoices": [{"id": invoice["id"], "amount": 7600}]})
    shows(first, {"amount": 7600, "status": "open"})
    client.payments.create(part | {"invoices": [{"id": invoice["id"], "amount": 40000}]})
    shows(client.invoices.read(invoice["id"]), {"status": "closed", "totalPaid": 47600, "balance": 0})
    client.payments.void(first["id"])
    shows(client.payments.read(first["id"]), {"status": "void"})
    shows(client.invoices.read(invoice["id"]), {"status": "open", "balance": 7600})
    client.payments.open(first["id"])
    shows(client.invoices.read(invoice["id"]), {"status": "closed", "balance": 0})
    shows(client.payments.update(first["id"], {"observations": "Recibo 1"}), {"observations": "Recibo 1"})
    assert len(client.payments.list(client_id=ana["id"])) == 2

with behaviour("unknown id"):
    resources = (client.contacts, client.items, client.invoices, client.payments, client.taxes, client.retentions)
    for resource in resources:
        error = refusal(lambda resource=resource: resource.read(999999))  # type: ignore[misc]
        assert error.status_code == 404, error
        assert str(error) == "El recurso solicitado no existe", error
    assert refusal(lambda: client.invoices.void(999999)).status_code == 404
    assert refusal(lambda: client.contacts.update(999999, {"name": "Nadie"})).status_code == 404

with behaviour("invalid body"):
    body = {"date": TODAY, "client": ana["id"], "items": [{"id": SHIRT}]}
    error = refusal(lambda: client.invoices.create(body))
    assert error.status_code == 400, error
    assert '"code":3007' in (error.response_body or ""), error.response_body
    error = refusal(lambda: client.invoices.create(body | {"dueDate": TODAY, "items": []}))
    assert str(error) == "La factura debe tener al menos un ítem", error
    assert refusal(lambda: client.items.create({"price": 1})).status_code == 400
    assert refusal(lambda: client.items.create({"name": "X", "tax": 999})).status_code == 400
    assert len(client.invoices.list()) == 2

with behaviour("duplicate contact"):
    error = refusal(lambda: client.contacts.create({"name": "Otra", "identification": "900.123.456"}))
    assert error.status_code == 400, error
    assert f'"contactId":"{SEEDED_CONTACT}"' in (error.response_body or ""), error.response_body

with behaviour("too many contacts"):
    for number in range(3):
        client.contacts.create({"name": f"Cliente {number}"})
    assert refusal(lambda: client.contacts.create({"name": "Uno más"})).status_code == 406

with behaviour("wrong token"):
    stranger = AlegraClient(user=EMAIL, token="no", url=f"{URL}/")
    assert refusal(stranger.users.self_info).status_code == 401
    assert refusal(lambda: stranger.invoices.create({"date": TODAY})).status_code == 401
    assert refusal(AlegraClient(user="", token="", url=f"{URL}/").items.list).status_code == 401
    shows(client.users.self_info(), {"email": EMAIL})
