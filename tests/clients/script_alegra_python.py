"""`alegra-python`: methods answer the parsed body and raise for 400, 401, 406 and 500 only.

It has methods of its own for reading, and for creating contacts and items. The rest goes through its public `get`,
`post`, `put` and `delete`, which its README does not show.
"""

import json
from collections.abc import Callable
from typing import Any

from alegra.client import Client
from alegra.exceptions import ContactsLimitExceededError, UnauthorizedError, WrongFormatInputError

from clients.behaviours import EMAIL, SEEDED, TOKEN, URL, behaviour, ids_of, shows, today

Client.URL = f"{URL}/"
client = Client(EMAIL, TOKEN)

IVA_5, IVA_19 = SEEDED["taxes"]["IVA 5"], SEEDED["taxes"]["IVA 19"]
SHIRT = SEEDED["items"]["references"]["CAM-1"]
SEEDED_CONTACT = SEEDED["contacts"]["900123456"]
CASH = SEEDED["bank_accounts"]["Caja general"]
TODAY = today("America/Bogota")


def refusal(kind: type[Exception], call: Callable[[], Any]) -> Any:
    """The body with which a call is refused."""
    try:
        answer = call()
    except kind as error:
        return error.args[0]
    raise AssertionError(f"was not refused: {answer!r}")


with behaviour("company"):
    shows(client.get_company_info(), {"name": "Tienda de Lina", "applicationVersion": "colombia"})
    shows(client.get_company_info()["currency"], {"code": "COP"})

with behaviour("users self"):
    shows(client.get_current_user(), {"email": EMAIL, "role": "admin", "status": "active"})
    shows(client.get_current_user()["permissions"]["invoices"], {"add": "allow", "void": "allow"})

with behaviour("contacts create"):
    lina = client.create_contact(
        {
            "address": {"city": "Villavicencio", "address": "Calle 10 #01-10"},
            "internalContacts": [{"name": "Lina", "lastName": "Montoya", "email": "prueba4@alegra.com"}],
            "name": "Lina Montoya",
            "identification": "1018425711",
            "mobile": "38845555610",
            "seller": 1,
            "priceList": 1,
            "term": 1,
            "email": "lina@montoya.com",
            "type": "client",
        }
    )
    shows(lina, {"name": "Lina Montoya", "identification": "1018425711", "mobile": "38845555610", "type": ["client"]})
    shows(lina["seller"], {"id": "1", "name": "Vendedora"})
    shows(lina["priceList"], {"id": "1", "name": "General"})
    shows(lina["term"], {"id": "1", "name": "De contado", "days": "0"})
    shows(lina["address"], {"city": "Villavicencio", "address": "Calle 10 #01-10"})
    shows(lina["internalContacts"][0], {"name": "Lina", "lastName": "Montoya", "email": "prueba4@alegra.com"})

with behaviour("contacts read"):
    assert client.get_contact(lina["id"]) == lina
    extra = client.get_contact(lina["id"], extra_fields="statementLink,url")
    assert extra["url"]
    assert extra["statementLink"]

with behaviour("contacts update", bare_verbs=True):
    changed = client.put(f"contacts/{lina['id']}", data=json.dumps({"name": "Lina M.", "type": ["client"]}))
    shows(changed, {"name": "Lina M.", "email": "lina@montoya.com", "type": ["client"]})

with behaviour("contacts list"):
    assert ids_of(client.list_contacts()) == [SEEDED_CONTACT, lina["id"]]
    assert ids_of(client.list_contacts(order="DESC")) == [lina["id"], SEEDED_CONTACT]
    assert ids_of(client.list_contacts(order_field="name", order="ASC", limit=1, start=1)) == [SEEDED_CONTACT]
    shows(refusal(WrongFormatInputError, lambda: client.list_contacts(limit=31)), {})

with behaviour("contacts delete", bare_verbs=True):
    brief = client.create_contact({"name": "De paso"})
    shows(client.delete(f"contacts/{brief['id']}"), {"code": 200})
    shows(client.get_contact(brief["id"]), {"code": 404})

with behaviour("items create"):
    ps5 = client.create_item(
        {
            "name": "PS5",
            "description": "Play Station 5",
            "reference": "PS5 nuevo",
            "price": 3750000,
            "category": {"id": 5064},
            "inventory": {
                "unit": "unit",
                "unitCost": 40000,
                "negativeSale": False,
                "warehouses": [{"initialQuantity": 4, "id": 1, "minQuantity": 2, "maxQuantity": 10}],
            },
            "tax": 2,
            "type": "product",
            "customFields": [{"id": 1, "value": "BHUJSK888833"}, {"id": 2, "value": 44}, {"id": 3, "value": 44.45}],
            "itemCategory": {"id": 1},
        }
    )
    shows(ps5, {"name": "PS5", "description": "Play Station 5", "reference": "PS5 nuevo", "type": "product"})
    assert [price["price"] for price in ps5["price"]] == ["3750000.0000"]
    assert [str(tax["id"]) for tax in ps5["tax"]] == [IVA_5]
    shows(ps5["category"], {"id": "5064", "name": "Ventas"})
    shows(ps5["itemCategory"], {"id": "1", "name": "Consolas"})
    shows(ps5["inventory"], {"availableQuantity": 4, "unitCost": 40000})
    shows(ps5["inventory"]["warehouses"][0], {"id": "1", "availableQuantity": 4, "minQuantity": 2, "maxQuantity": 10})
    assert [field["value"] for field in ps5["customFields"]] == ["BHUJSK888833", 44, 44.45]

with behaviour("items read", bare_verbs=True):
    shows(client.get(f"items/{ps5['id']}"), {"id": int(ps5["id"]), "name": "PS5", "reference": "PS5 nuevo"})

with behaviour("items update", bare_verbs=True):
    changed = client.put(f"items/{ps5['id']}", data=json.dumps({"description": "Consola"}))
    shows(changed, {"description": "Consola", "name": "PS5"})
    shows(changed["inventory"], {"availableQuantity": 4})

with behaviour("items list"):
    assert ids_of(client.list_items()) == [SHIRT, ps5["id"]]
    assert ids_of(client.list_items(order="DESC", limit=1)) == [ps5["id"]]
    assert [item["name"] for item in client.list_items(order_field="name")] == ["Camisa", "PS5"]

with behaviour("items delete", bare_verbs=True):
    brief = client.create_item({"name": "De paso"})
    shows(client.delete(f"items/{brief['id']}"), {"code": 200})
    shows(client.get(f"items/{brief['id']}"), {"code": 404})

with behaviour("taxes"):
    taxes = {str(tax["id"]): tax for tax in client.list_taxes()}
    shows(taxes[IVA_19], {"name": "IVA", "percentage": "19.00", "type": "IVA", "status": "active"})

with behaviour("other lists"):
    assert [category["name"] for category in client.list_item_categories()] == ["Consolas"]
    shows(client.list_warehouses()[0], {"id": "1", "name": "Principal", "isDefault": True})
    assert [field["name"] for field in client.list_item_custom_fields()] == ["Serie", "Potencia", "Peso"]
    size = client.post("variant-attributes", data=json.dumps({"name": "Talla", "options": ["S", "M"]}))
    assert client.list_variant_attributes() == [size]
    assert [option["value"] for option in size["options"]] == ["S", "M"]
    assert [seller["name"] for seller in client.list_sellers()] == ["Vendedora"]
    shows(client.list_price_lists()[0], {"id": "1", "name": "General", "main": True})
    shows(client.list_terms()[0], {"name": "De contado", "days": "0"})
    tree = client.list_accounts()
    assert [(account["name"], ids_of(account["children"])) for account in tree] == [("Ingresos", ["5064"])]
    assert ids_of(client.list_accounts(format_acc="plain")) == ["1", "5064"]
    assert client.list_accounts(format_acc="plain", type_acc="expense") == []

with behaviour("invoices create", bare_verbs=True):
    body: dict[str, Any] = {
        "date": TODAY,
        "dueDate": TODAY,
        "client": {"id": lina["id"]},
        "items": [
            {"id": ps5["id"], "price": 3750000, "quantity": 1, "tax": [{"id": IVA_19}]},
            {"id": SHIRT, "price": 1000.55, "quantity": 3, "tax": [{"id": IVA_5}]},
        ],
    }
    invoice = client.post("invoices", data=json.dumps(body))
    shows(invoice, {"status": "draft", "total": 4465651.73, "subtotal": 3753001.65, "tax": 712650.08})
    assert [line["total"] for line in invoice["items"]] == [4462500, 3151.73]

with behaviour("invoices read", bare_verbs=True):
    shows(client.get(f"invoices/{invoice['id']}"), {"id": invoice["id"], "total": 4465651.73, "term": "De contado"})

with behaviour("invoices update", bare_verbs=True):
    changed = client.put(f"invoices/{invoice['id']}", data=json.dumps({"items": body["items"][:1]}))
    shows(changed, {"total": 4462500, "status": "draft", "date": TODAY})

with behaviour("invoices open", bare_verbs=True):
    shows(client.post(f"invoices/{invoice['id']}/open"), {"code": 200})
    shows(client.get(f"invoices/{invoice['id']}"), {"status": "open", "balance": 4462500})
    shows(client.get(f"items/{ps5['id']}")["inventory"], {"availableQuantity": 3})

with behaviour("invoices e-mail", bare_verbs=True):
    shows(client.post(f"invoices/{invoice['id']}/email", data=json.dumps({"emails": [EMAIL]})), {"code": "200"})

with behaviour("invoices list"):
    other = client.post("invoices", data=json.dumps(body | {"date": "2026-01-31", "dueDate": "2026-02-28"}))
    assert ids_of(client.list_invoices()) == [invoice["id"], other["id"]]
    assert ids_of(client.list_invoices(order="DESC")) == [other["id"], invoice["id"]]
    assert ids_of(client.list_invoices(order_field="date", limit=1)) == [other["id"]]
    assert ids_of(client.list_invoices(date="2026-01-31")) == [other["id"]]
    assert client.list_invoices(start=2) == []

with behaviour("invoices void", bare_verbs=True):
    shows(client.post(f"invoices/{invoice['id']}/void"), {"code": 200})
    shows(client.get(f"invoices/{invoice['id']}"), {"status": "void"})
    shows(client.get(f"items/{ps5['id']}")["inventory"], {"availableQuantity": 4})

with behaviour("payments", bare_verbs=True):
    client.post(f"invoices/{other['id']}/open")
    paid = {"date": TODAY, "bankAccount": CASH, "invoices": [{"id": other["id"], "amount": 4465651.73}]}
    shows(client.post("payments", data=json.dumps(paid)), {"amount": 4465651.73})
    shows(client.get(f"invoices/{other['id']}"), {"status": "closed", "balance": 0})

with behaviour("unknown id"):
    shows(client.get_contact("999999"), {"code": 404, "message": "El recurso solicitado no existe"})

with behaviour("invalid body"):
    refused = refusal(WrongFormatInputError, lambda: client.create_contact({"email": "x@example.com"}))
    shows(refused, {"message": "El campo name es requerido"})
    refused = refusal(WrongFormatInputError, lambda: client.create_item({"name": "X", "category": {"id": 77}}))
    assert "category" in refused["message"], refused
    late = {key: value for key, value in body.items() if key != "dueDate"}
    shows(refusal(WrongFormatInputError, lambda: client.post("invoices", data=json.dumps(late))), {"code": 3007})
    refused = refusal(WrongFormatInputError, lambda: client.post("contacts", data='{"name": '))
    assert "JSON" in refused["message"], refused

with behaviour("duplicate contact"):
    again = {"name": "Otra", "identification": "1018425711"}
    refused = refusal(WrongFormatInputError, lambda: client.create_contact(again))
    shows(refused, {"code": 2006, "contactId": lina["id"], "contactName": "Lina M."})

with behaviour("too many contacts"):
    for number in range(3):
        assert "id" in client.create_contact({"name": f"Cliente {number}"})
    refused = refusal(ContactsLimitExceededError, lambda: client.create_contact({"name": "Uno más"}))
    assert refused["message"], refused

with behaviour("wrong token"):
    stranger = Client(EMAIL, "no")  # its headers belong to the class: from here on `client` has the wrong token too
    shows(refusal(UnauthorizedError, stranger.get_company_info), {"code": 401})
    shows(refusal(UnauthorizedError, client.get_current_user), {"code": 401})
    shows(Client(EMAIL, TOKEN).get_company_info(), {"name": "Tienda de Lina"})
