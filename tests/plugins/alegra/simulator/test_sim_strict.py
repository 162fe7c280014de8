"""Strict companies: each rule refuses what its country refuses, and a company that is not strict takes it."""

from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest

OpenSim = Callable[..., Awaitable[httpx.AsyncClient]]

STAMP = {"stamp": {"generateStamp": True}}
LINE = {"id": 1, "price": 100, "quantity": 1, "tax": [{"id": 1}]}
INVOICE: dict[str, Any] = {"date": "2026-09-01", "dueDate": "2026-09-01", "client": {"id": "1"}, "items": [LINE]}
PEOPLE: dict[str, dict[str, Any]] = {
    "colombia": {
        "nameObject": {"firstName": "Luz", "lastName": "Mora"},
        "identificationObject": {"type": "CC", "number": "52000001"},
        "kindOfPerson": "PERSON_ENTITY",
        "regime": "SIMPLIFIED_REGIME",
        "address": {"city": "Bogotá, D.C.", "department": "Bogotá D.C."},
    },
    "mexico": {
        "identificationObject": {"type": "RFC", "number": "GODE561231GR8"},
        "regimeObject": ["NO_REGIME"],
        "address": {"zipCode": "06600"},
    },
    "peru": {"identificationObject": {"type": "DNI", "number": "46712369"}},
    "argentina": {
        "identificationObject": {"type": "CUIT", "number": "20055361682"},
        "ivaCondition": "FINAL_CONSUMER",
    },
    "panama": {"identificationObject": {"type": "RUC", "number": "8-442-445"}, "thirdType": "FINAL_CONSUMER"},
    "costaRica": {"identificationObject": {"type": "CF", "number": "106130584"}},
    "chile": {"identificationObject": {"type": "RUT", "number": "12531909-2"}},
    "spain": {"identificationObject": {"type": "NIF", "number": "54362315K"}},
}
FIELDS: dict[str, dict[str, Any]] = {
    "colombia": {"paymentForm": "CASH", "paymentMethod": "CASH"},
    "mexico": {"paymentType": "PUE", "paymentMethod": "01", "cfdiUse": "S01"},
    "peru": {"operationType": "INTERNAL_SALE"},
    "panama": {
        "type": "INTERNAL_OPERATION",
        "operationType": "SALE",
        "saleType": "ORDER",
        "saleCondition": "CASH",
    },
    "costaRica": {"saleCondition": "CASH", "paymentMethod": "CARD"},
}


async def opened(open_sim: OpenSim, country: str, *, strict: bool) -> httpx.AsyncClient:
    return await open_sim(
        country=country,
        electronic_invoicing=True,
        items=[{"name": "Camisa", "price": 100}],
        contacts=[{"name": "Luz Mora", **PEOPLE[country]}],
        switches={"strict": strict},
    )


async def answers(open_sim: OpenSim, country: str, path: str, body: dict[str, Any]) -> list[tuple[int, str]]:
    """Status and message of a strict company and of one that is not."""
    found = []
    for strict in (True, False):
        client = await opened(open_sim, country, strict=strict)
        answer = await client.post(path, json=body)
        found.append((answer.status_code, answer.json().get("message", "")))
    return found


@pytest.mark.parametrize(
    ("country", "changes", "said"),
    [
        ("spain", {"identificationObject": {"type": "RUT", "number": "1"}}, "tipo de identificación"),
        ("chile", {"identificationObject": None, "identification": "12531909-2"}, "tipo de identificación"),
        ("peru", {"identificationObject": {"type": "DNI", "number": "1234567"}}, "número de identificación"),
        ("chile", {"identificationObject": {"type": "RUT", "number": "12.531.909-2"}}, "número de identificación"),
        ("chile", {"address": {"zipCode": "1", "comuna": "Ñuñoa"}}, "address.comuna"),
        ("chile", {"kindOfPerson": "PERSON_ENTITY"}, "kindOfPerson"),
        (
            "colombia",
            {"identificationObject": {"type": "NIT", "number": "900123456", "dv": 7}, "kindOfPerson": "LEGAL_ENTITY"},
            "dígito",
        ),
        ("colombia", {"kindOfPerson": "LEGAL_ENTITY"}, "kindOfPerson no corresponde"),
        ("argentina", {"ivaCondition": None}, "ivaCondition"),
        ("panama", {"thirdType": None}, "thirdType"),
        ("mexico", {"regimeObject": ["MILLIONAIRE"]}, "regimeObject"),
    ],
)
async def test_a_contact_is_refused(open_sim: OpenSim, country: str, changes: dict[str, Any], said: str) -> None:
    contact = {"name": "Otra", "type": "client", **PEOPLE[country], **changes, "ignoreRepeated": True}
    if country == "spain":
        # Types that the country does not list are refused without strictness too, where it lists any.
        strict, _ = await answers(open_sim, country, "/contacts", contact)
    else:
        strict, loose = await answers(open_sim, country, "/contacts", contact)
        assert loose[0] == 201
    assert strict[0] == 400
    assert said in strict[1]


@pytest.mark.parametrize(
    ("country", "changes", "said"),
    [
        ("argentina", {"items": [LINE | {"tax": []}]}, "items.0.tax"),
        ("costaRica", {"saleCondition": None}, "saleCondition"),
        ("costaRica", {"paymentMethod": None}, "paymentMethod"),
        ("colombia", {"paymentForm": "CREDIT"}, "vencimiento"),
        ("chile", {"paymentForm": "CASH"}, "paymentForm"),
    ],
)
async def test_an_invoice_is_refused(open_sim: OpenSim, country: str, changes: dict[str, Any], said: str) -> None:
    invoice = INVOICE | FIELDS.get(country, {}) | changes
    strict, loose = await answers(open_sim, country, "/invoices", invoice)
    assert (strict[0], loose[0]) == (400, 201)
    assert said in strict[1]


@pytest.mark.parametrize(
    ("country", "changes", "said"),
    [
        ("chile", {}, "no está disponible"),
        ("spain", {}, "no está disponible"),
        ("mexico", {"paymentType": None}, "paymentType"),
        ("mexico", {"paymentMethod": None}, "paymentMethod"),
        ("mexico", {"paymentType": None, "paymentMethod": "PUE"}, "paymentForm"),
        ("mexico", {"cfdiUse": None}, "cfdiUse"),
        ("peru", {"operationType": None}, "operationType"),
        *(("panama", {name: None}, f"campo {name}") for name in FIELDS["panama"]),
    ],
)
async def test_a_stamp_is_refused_and_the_draft_stays(
    open_sim: OpenSim, country: str, changes: dict[str, Any], said: str
) -> None:
    invoice = INVOICE | FIELDS.get(country, {}) | STAMP | changes
    strict, loose = await answers(open_sim, country, "/invoices", invoice)
    assert (strict[0], loose[0]) == (400, 201)
    assert said in strict[1]


@pytest.mark.parametrize(
    ("country", "contact", "said"),
    [
        ("colombia", {"address": {"city": "Bogotá", "department": "Bogotá D.C."}}, "client.address.city"),
        ("mexico", {"address": {}}, "client.address.zipCode"),
        ("mexico", {"regimeObject": None}, "client.regimeObject"),
    ],
)
async def test_a_stamp_is_refused_for_its_client(
    open_sim: OpenSim, country: str, contact: dict[str, Any], said: str
) -> None:
    client = await opened(open_sim, country, strict=True)
    changed = {"name": "Luz Mora", "type": ["client"], **PEOPLE[country], **contact}
    assert (await client.put("/contacts/1", json=changed)).is_success
    answer = await client.post("/invoices", json=INVOICE | FIELDS[country] | STAMP)
    assert (answer.status_code, said in answer.json()["message"]) == (400, True)


@pytest.mark.parametrize(
    ("country", "key"),
    [("colombia", "cufe"), ("mexico", "uuid"), ("costaRica", "uuid"), ("argentina", "cae"), ("peru", "cufe")],
)
async def test_a_stamp_carries_the_countrys_number(open_sim: OpenSim, country: str, key: str) -> None:
    client = await opened(open_sim, country, strict=True)
    answer = await client.post("/invoices", json=INVOICE | FIELDS.get(country, {}) | STAMP)
    assert answer.status_code == 201, answer.text
    assert answer.json()["stamp"][key]


@pytest.mark.parametrize(("voucher", "status"), [("factura", 400), ("boleta", 201), (None, 201)])
async def test_a_peruvian_factura_needs_a_ruc(open_sim: OpenSim, voucher: str | None, status: int) -> None:
    numbering = {"id": "1", "name": "F", "isElectronic": True, "isDefault": True, "subDocumentType": voucher}
    client = await open_sim(
        country="peru",
        items=[{"name": "Camisa", "price": 100}],
        contacts=[{"name": "Luz Mora", **PEOPLE["peru"]}],
        number_templates=[numbering],
        switches={"strict": True},
    )
    assert (await client.post("/invoices", json=INVOICE | FIELDS["peru"])).status_code == status
