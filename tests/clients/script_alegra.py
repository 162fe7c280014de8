"""`alegra`: made for a company in Peru. Its methods answer the whole HTTP response, whatever the status."""

import alegra

from clients.behaviours import EMAIL, SEEDED, TOKEN, URL, behaviour, ids_of, not_offered, shows, today

alegra.user = EMAIL
alegra.token = TOKEN
alegra.api_base = URL.rpartition("/")[0]

IGV = SEEDED["taxes"]["IGV 18"]
SHIRT = SEEDED["items"]["references"]["POLO-1"]
SEEDED_CONTACT = SEEDED["contacts"]["20600000001"]
TODAY = today("America/Lima")

not_offered("company", "users self", "payments")

with behaviour("contacts create"):
    answer = alegra.Contact.create(
        name="Chaty",
        identification={"type": "RUC", "number": "20000000000"},
        email="developer@okchaty.com",
        type=["client"],
        address={"address": "Jr. Neptuno 777", "city": "Lima, Peru"},
    )
    chaty = answer.json()
    assert answer.status_code == 201, answer.text
    shows(chaty, {"name": "Chaty", "identification": "20000000000", "type": ["client"], "status": "active"})
    shows(chaty["identificationObject"], {"type": "RUC", "number": "20000000000"})
    shows(chaty["address"], {"address": "Jr. Neptuno 777", "city": "Lima, Peru", "district": None})

with behaviour("contacts read"):
    answer = alegra.Contact.retrieve(chaty["id"])
    assert answer.status_code == 200, answer.text
    assert answer.json() == chaty
    assert "statementLink" in alegra.Contact.retrieve(chaty["id"], fields="url,statementLink").json()

with behaviour("contacts update"):
    answer = alegra.Contact.modify(
        resource_id=chaty["id"], identification={"type": "RUC", "number": "20000000001"}, type=["client", "provider"]
    )
    assert answer.status_code == 200, answer.text
    shows(answer.json(), {"name": "Chaty", "identification": "20000000001", "type": ["client", "provider"]})
    assert alegra.Contact.retrieve(chaty["id"]).json() == answer.json()
    answer = alegra.Contact.modify(resource_id=chaty["id"], mobile="999999999")
    shows(answer.json(), {"identification": "20000000001", "mobile": "999999999", "type": []})

with behaviour("contacts list"):
    answer = alegra.Contact.list()
    assert answer.status_code == 200, answer.text
    assert ids_of(answer.json()) == [SEEDED_CONTACT, chaty["id"]]
    assert ids_of(alegra.Contact.list(start=1, limit=1).json()) == [chaty["id"]]
    assert ids_of(alegra.Contact.list(order_field="name", order_direction="DESC").json())[0] == chaty["id"]
    assert ids_of(alegra.Contact.list(identification="20600000001").json()) == [SEEDED_CONTACT]
    shows(alegra.Contact.list(metadata="true", limit=1).json()["metadata"], {"total": 2})
    assert alegra.Contact.list(limit=31).status_code == 400

with behaviour("contacts delete"):
    brief = alegra.Contact.create(name="De paso").json()
    answer = alegra.Contact.delete(brief["id"])
    assert answer.status_code == 200, answer.text
    shows(answer.json(), {"code": 200})
    assert alegra.Contact.retrieve(brief["id"]).status_code == 404
    assert brief["id"] not in ids_of(alegra.Contact.list().json())

with behaviour("items create"):
    answer = alegra.Item.create(
        name="Taza",
        reference="TAZA-1",
        price=[{"idPriceList": 1, "price": 12.5}],
        tax=[{"id": IGV}],
        inventory={"unit": "unit", "unitCost": 5, "initialQuantity": 20},
    )
    mug = answer.json()
    assert answer.status_code == 201, answer.text
    shows(mug, {"name": "Taza", "reference": "TAZA-1", "type": "product", "status": "active"})
    assert isinstance(mug["id"], str)
    assert [price["price"] for price in mug["price"]] == ["12.5000"]
    assert [tax["percentage"] for tax in mug["tax"]] == ["18.00"]

with behaviour("items read"):
    answer = alegra.Item.retrieve(mug["id"])
    assert answer.status_code == 200, answer.text
    shows(answer.json(), {"id": int(mug["id"]), "name": "Taza"})
    shows(answer.json()["inventory"], {"availableQuantity": 20, "initialQuantity": "20.00", "unitCost": 5})

with behaviour("items update"):
    answer = alegra.Item.modify(mug["id"], price=15, description="De cerámica")
    assert answer.status_code == 200, answer.text
    shows(answer.json(), {"name": "Taza", "description": "De cerámica", "reference": "TAZA-1"})
    assert alegra.Item.retrieve(mug["id"]).json()["price"][0]["price"] == "15.0000"

with behaviour("items list"):
    assert ids_of(alegra.Item.list().json()) == [SHIRT, mug["id"]]
    assert ids_of(alegra.Item.list(reference="POLO-1").json()) == [SHIRT]
    assert alegra.Item.list(reference="NADA").json() == []

with behaviour("items delete"):
    brief = alegra.Item.create(name="De paso").json()
    answer = alegra.Item.delete(brief["id"])
    assert answer.status_code == 200, answer.text
    shows(answer.json(), {"code": 200})
    assert alegra.Item.retrieve(brief["id"]).status_code == 404

with behaviour("taxes"):
    taxes = alegra.Tax.list().json()
    assert [(str(tax["id"]), tax["name"], tax["percentage"]) for tax in taxes] == [(IGV, "IGV", "18.00")]
    shows(alegra.Tax.retrieve(IGV).json(), {"name": "IGV", "percentage": "18.00"})

with behaviour("other lists"):
    names = {retention["name"]: retention for retention in alegra.Retention.list().json()}
    shows(names["ReteIVA"], {"percentage": "15.00", "type": "IVA"})
    shows(alegra.Retention.retrieve(names["ReteIVA"]["id"]).json(), {"name": "ReteIVA"})

with behaviour("invoices create"):
    answer = alegra.Invoice.create(
        date=TODAY,
        dueDate=TODAY,
        client=chaty["id"],
        items=[
            {"id": mug["id"], "price": 12.5, "quantity": 2, "tax": [{"id": IGV}]},
            {"id": SHIRT, "price": 40, "quantity": 1, "discount": 10},
        ],
    )
    invoice = answer.json()
    assert answer.status_code == 201, answer.text
    shows(invoice, {"status": "draft", "total": 65.5, "balance": 65.5, "subtotal": 65, "discount": 4, "tax": 4.5})
    shows(invoice["client"], {"id": chaty["id"], "name": "Chaty"})
    assert [line["total"] for line in invoice["items"]] == [29.5, 36]

with behaviour("invoices read"):
    answer = alegra.Invoice.retrieve(invoice["id"], fields="pdf")
    assert answer.status_code == 200, answer.text
    shows(answer.json(), {"id": invoice["id"], "date": TODAY, "dueDate": TODAY, "total": 65.5})
    assert [line["quantity"] for line in answer.json()["items"]] == ["2.00", "1.00"]
    assert answer.json()["pdf"].startswith("http://127.0.0.1:")

with behaviour("invoices update"):
    answer = alegra.Invoice.modify(
        invoice["id"],
        observations="Pedido 7",
        items=[{"id": mug["id"], "price": 12.5, "quantity": 4, "tax": [{"id": IGV}]}],
    )
    assert answer.status_code == 200, answer.text
    shows(answer.json(), {"observations": "Pedido 7", "total": 59, "status": "draft", "date": TODAY})

with behaviour("invoices open"):
    answer = alegra.Invoice.open(invoice["id"])
    assert answer.status_code == 200, answer.text
    shows(answer.json(), {"code": 200})
    shows(alegra.Invoice.retrieve(invoice["id"]).json(), {"status": "open", "total": 59})
    shows(alegra.Item.retrieve(mug["id"]).json()["inventory"], {"availableQuantity": 16})

with behaviour("invoices e-mail"):
    answer = alegra.Invoice.email(invoice["id"], emails=["developer@okchaty.com"], sendCopyToUser=True)
    assert answer.status_code == 200, answer.text
    shows(answer.json(), {"code": "200"})
    assert alegra.Invoice.email(invoice["id"]).status_code == 400

with behaviour("invoices list"):
    draft = alegra.Invoice.create(date=TODAY, dueDate=TODAY, client={"id": SEEDED_CONTACT}, items=[{"id": SHIRT}])
    newest = draft.json()["id"]
    shows(draft.json(), {"total": 40, "status": "draft"})
    assert ids_of(alegra.Invoice.list().json()) == [newest, invoice["id"]]
    assert ids_of(alegra.Invoice.list(order_direction="ASC").json()) == [invoice["id"], newest]
    assert ids_of(alegra.Invoice.list(status="draft").json()) == [newest]
    assert ids_of(alegra.Invoice.list(client_id=chaty["id"], date=TODAY).json()) == [invoice["id"]]
    assert alegra.Invoice.list(start=2).json() == []

with behaviour("invoices void"):
    answer = alegra.Invoice.void(invoice["id"])
    assert answer.status_code == 200, answer.text
    shows(alegra.Invoice.retrieve(invoice["id"]).json(), {"status": "void", "total": 59})
    shows(alegra.Item.retrieve(mug["id"]).json()["inventory"], {"availableQuantity": 20})
    assert alegra.Invoice.void(invoice["id"]).status_code == 400

with behaviour("unknown id"):
    for resource in (alegra.Contact, alegra.Item, alegra.Invoice, alegra.Tax, alegra.Retention):
        answer = resource.retrieve("999999")
        assert answer.status_code == 404, answer.text
        shows(answer.json(), {"code": 404})
        assert answer.json()["message"]
    assert alegra.Invoice.open("999999").status_code == 404
    assert alegra.Contact.modify("999999", name="Nadie").status_code == 404

with behaviour("invalid body"):
    answer = alegra.Invoice.create(date=TODAY, client=chaty["id"], items=[{"id": SHIRT}])
    assert answer.status_code == 400, answer.text
    shows(answer.json(), {"code": 3007})
    answer = alegra.Invoice.create(date=TODAY, dueDate=TODAY, client=chaty["id"], items=[{"price": 1}])
    shows(answer.json(), {"code": 3065})
    assert alegra.Item.create(price=1).status_code == 400
    assert alegra.Contact.create(name="X", identification={"type": "NIT", "number": "1"}).status_code == 400
    assert len(alegra.Invoice.list().json()) == 2

with behaviour("duplicate contact"):
    answer = alegra.Contact.create(name="Otra", identification={"type": "RUC", "number": "20600000001"})
    assert answer.status_code == 400, answer.text
    shows(answer.json(), {"code": 2006, "contactId": SEEDED_CONTACT, "contactName": "Bodega Lima"})

with behaviour("too many contacts"):
    answers = [alegra.Contact.create(name=f"Cliente {number}") for number in range(6)]
    assert {answer.status_code for answer in answers} == {201, 406}
    assert answers[-1].status_code == 406

with behaviour("wrong token"):
    assert alegra.Contact.list(token="no").status_code == 401
    answer = alegra.Invoice.create(token="no", date=TODAY)
    assert answer.status_code == 401, answer.text
    shows(answer.json(), {"code": 401})
    assert alegra.Contact.list().status_code == 200
