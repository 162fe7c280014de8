"""Contacts: what is asked for, duplicates, updates and filters."""

from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest

OpenSim = Callable[..., Awaitable[httpx.AsyncClient]]

PERSON = {
    "name": "Luz Mora",
    "nameObject": {"firstName": "Luz", "lastName": "Mora"},
    "identificationObject": {"type": "CC", "number": "52000001"},
    "kindOfPerson": "PERSON_ENTITY",
    "regime": "SIMPLIFIED_REGIME",
    "type": ["client"],
    "email": "luz@example.com",
    "address": {"address": "Calle 1", "city": "Bogotá, D.C.", "department": "Bogotá D.C.", "country": "Colombia"},
}


async def test_a_colombian_person_reads_back_as_sent(shop: httpx.AsyncClient) -> None:
    created = await shop.post("/contacts", json=PERSON)
    assert created.status_code == 201
    contact = (await shop.get("/contacts/2")).json()
    assert contact == created.json()
    assert {key: contact[key] for key in PERSON if key != "address"} == {
        k: v for k, v in PERSON.items() if k != "address"
    }
    assert contact["identification"] == "52000001"
    assert contact["address"] == PERSON["address"] | {"zipCode": None}  # type: ignore[operator]


async def test_a_name_can_come_in_parts(shop: httpx.AsyncClient) -> None:
    contact = (await shop.post("/contacts", json={"nameObject": {"firstName": "Luz", "lastName": "Mora"}})).json()
    assert (contact["name"], contact["type"]) == ("Luz Mora", [])


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ({}, "name"),
        ({"name": "x", "type": "friend"}, "tipo de contacto"),
        ({"name": "x", "kindOfPerson": "ROBOT"}, "kindOfPerson"),
        ({"name": "x", "identification": {"type": "RUC", "number": "1"}}, "tipo de identificación"),
        ({"name": "x", "seller": {"id": "9"}}, "seller"),
    ],
    ids=["name", "type", "kind", "identification", "seller"],
)
async def test_a_wrong_contact_is_refused(shop: httpx.AsyncClient, body: dict[str, Any], reason: str) -> None:
    answer = await shop.post("/contacts", json=body)
    assert answer.status_code == 400
    assert reason in answer.json()["message"]


@pytest.mark.parametrize(
    ("switch", "sent", "status"),
    [("digits", "900.123.456", 400), ("text", "900.123.456", 201), ("text", "900123456", 400)],
)
async def test_duplicates(open_sim: OpenSim, switch: str, sent: str, status: int) -> None:
    contacts = [{"name": "Demo SAS", "identification": "900123456"}]
    client = await open_sim(contacts=contacts, switches={"duplicate_identification": switch})
    answer = await client.post("/contacts", json={"name": "Otra", "identification": sent})
    assert answer.status_code == status
    if status == 400:
        body = answer.json()
        assert (body["code"], body["contactId"], body["contactName"]) == (2006, "1", "Demo SAS")
        assert body["message"] == "Ya existe un contacto con la identificación 900123456"


async def test_ignore_repeated_lets_a_duplicate_pass(shop: httpx.AsyncClient) -> None:
    body = {"name": "Otra", "identification": "1000000001", "ignoreRepeated": True}
    assert (await shop.post("/contacts", json=body)).status_code == 201


async def test_a_deleted_contact_is_gone_and_still_counts_as_duplicate(shop: httpx.AsyncClient) -> None:
    assert (await shop.delete("/contacts/1")).status_code == 200
    assert (await shop.get("/contacts/1")).status_code == 404
    assert (await shop.get("/contacts")).json() == []
    answer = await shop.post("/contacts", json={"name": "Ana", "identification": "1000000001"})
    assert (answer.status_code, answer.json()["contactId"]) == (400, "1")


@pytest.mark.parametrize(
    ("left_out", "code"), [("kindOfPerson", 2031), ("identificationObject", 2035)], ids=["kind", "identification"]
)
async def test_electronic_invoicing_wants_more(open_sim: OpenSim, left_out: str, code: int) -> None:
    client = await open_sim(electronic_invoicing=True)
    body = {key: value for key, value in PERSON.items() if key != left_out}
    answer = await client.post("/contacts", json=body)
    assert (answer.status_code, answer.json()["code"]) == (400, code)
    assert (await client.post("/contacts", json=PERSON)).status_code == 201


@pytest.mark.parametrize(("switch", "email"), [("keeps", "ana@example.com"), ("replaces", None)])
async def test_an_update_keeps_or_replaces(open_sim: OpenSim, switch: str, email: str | None) -> None:
    client = await open_sim(
        contacts=[{"name": "Ana", "identification": "1", "email": "ana@example.com"}], switches={"contact_put": switch}
    )
    contact = (await client.put("/contacts/1", json={"name": "Ana María"})).json()
    assert (contact["name"], contact["type"], contact["email"]) == ("Ana María", [], email)


async def test_an_electronic_update_needs_the_identification_each_time(open_sim: OpenSim) -> None:
    client = await open_sim(electronic_invoicing=True)
    await client.post("/contacts", json=PERSON)
    assert (await client.put("/contacts/1", json={"name": "Luz"})).json()["code"] == 2031
    assert (await client.put("/contacts/1", json=PERSON | {"mobile": "300"})).status_code == 200


@pytest.mark.parametrize(
    ("query", "ids"),
    [
        ({"identification": "1000000001"}, ["1"]),
        ({"identification": "1.000.000.001"}, []),
        ({"type": "provider"}, ["2"]),
        ({"query": "ana@ex"}, ["1"]),
        ({"name": "pér"}, ["1"]),
        ({"email": "ANA@example.com"}, ["1"]),
        ({"phone": "300"}, ["1", "2"]),
    ],
    ids=["identification", "not-normalised", "type", "query", "name", "email", "no-such-filter"],
)
async def test_filters(shop: httpx.AsyncClient, query: dict[str, str], ids: list[str]) -> None:
    await shop.post("/contacts", json={"name": "Telas SA", "type": "provider"})
    assert [contact["id"] for contact in (await shop.get("/contacts", params=query)).json()] == ids


async def test_a_filter_that_is_switched_off_is_ignored(open_sim: OpenSim) -> None:
    client = await open_sim(contacts=[{"name": "a"}, {"name": "b"}], switches={"contact_filters": ["identification"]})
    assert len((await client.get("/contacts", params={"name": "a"})).json()) == 2


async def test_the_plan_limits_contacts(open_sim: OpenSim) -> None:
    client = await open_sim(contacts=[{"name": "a"}], contacts_limit=1)
    assert (await client.post("/contacts", json={"name": "b"})).status_code == 406
