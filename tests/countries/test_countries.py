"""In every country: connect, configure, invoice one order as draft, open and issued, and refuse one buyer."""

from dataclasses import replace
from decimal import Decimal

import grpc
import pytest
from erpgate.v1 import channel_pb2, fiscal_state_pb2
from erpgate_alegra.countries import COUNTRIES
from fixtures.shop import BLOCKED, DRAFT, OPEN, automation, reason_name, settings
from rpc.harness import refusal

from .cases import CASES, Case
from .conftest import OpenCompany

every_country = pytest.mark.parametrize("case", CASES, ids=lambda case: case.code)
stamping = pytest.mark.parametrize("case", [case for case in CASES if case.stamps], ids=lambda case: case.code)
others = pytest.mark.parametrize("case", [case for case in CASES if not case.stamps], ids=lambda case: case.code)


def test_every_country_has_a_case() -> None:
    assert {case.code: case.stamps for case in CASES} == {code: known.stamps for code, known in COUNTRIES.items()}


@every_country
async def test_an_order_becomes_an_open_invoice_to_the_cent(open_company: OpenCompany, case: Case) -> None:
    company = await open_company(case)
    shop = await company.connect()

    invoice = await shop.sold(case.order())

    total, base = Decimal(case.price), Decimal(case.base)
    assert (Decimal(invoice.total), Decimal(invoice.paid_total), invoice.currency_code) == (total, total, case.currency)
    (document,) = await company.invoices()
    assert document["status"] == "open"
    assert (Decimal(str(document["total"])), Decimal(str(document["tax"]))) == (total, total - base)
    (contact,) = await company.contacts()
    assert {name: contact[name] for name in case.contact} == case.contact


@every_country
async def test_a_draft_stays_a_draft(open_company: OpenCompany, case: Case) -> None:
    company = await open_company(case)
    shop = await company.connect(initial_state=channel_pb2.INITIAL_STATE_DRAFT)

    order = await shop.submit(case.order())
    invoice = await shop.settled(order.name, DRAFT)

    assert (Decimal(invoice.total), invoice.fiscal_state) == (
        Decimal(case.price),
        fiscal_state_pb2.FISCAL_STATE_NOT_REQUESTED,
    )
    assert [document["status"] for document in await company.invoices()] == ["draft"]


@stamping
async def test_an_invoice_is_issued_where_the_country_stamps(open_company: OpenCompany, case: Case) -> None:
    company = await open_company(case)
    await company.connect(issue=True)

    invoice = await company.settled(case.order(), fiscal_state_pb2.FISCAL_STATE_ACCEPTED)

    assert (invoice.state, Decimal(invoice.total)) == (OPEN, Decimal(case.price))
    (document,) = await company.invoices()
    assert (document["status"], document["stamp"]["legalStatus"]) == ("open", "STAMPED_AND_ACCEPTED")


@others
async def test_a_channel_that_shall_issue_is_not_connected_where_nothing_is_stamped(
    open_company: OpenCompany, case: Case
) -> None:
    company = await open_company(case)

    refused = await refusal(company.connect(issue=True))

    assert (refused.code, refused.reason) == (grpc.StatusCode.FAILED_PRECONDITION, "ERP_PLAN_LACKS_FEATURE")
    assert list(refused.fields) == ["channel.settings.automation.issue"]
    assert (await company.shop.get()).state == channel_pb2.CHANNEL_STATE_CONFIGURATION_PENDING


@others
async def test_one_click_cannot_issue_where_nothing_is_stamped(open_company: OpenCompany, case: Case) -> None:
    company = await open_company(case)
    shop = await company.connect(enabled=False)
    order = await shop.submit(case.order())

    refused = await refusal(shop.create_invoice(order.name, initial_state=channel_pb2.INITIAL_STATE_OPEN, issue=True))

    assert (refused.reason, list(refused.fields)) == ("UNSUPPORTED", ["overrides.issue"])
    assert await company.invoices() == []


@every_country
async def test_a_wrong_document_is_refused_before_anything_is_sent(open_company: OpenCompany, case: Case) -> None:
    company = await open_company(case)
    shop = await company.connect()

    blocked = await shop.blocked(case.order(buyer=case.wrong_buyer()))

    assert reason_name(blocked.failure.reason) == "CUSTOMER_DOCUMENT_INVALID"
    assert list(blocked.failure.details) == ["buyer.document"]
    assert (await company.contacts(), await company.invoices()) == ([], [])
    sent = await company.world.counts()
    assert not [call for call in sent if call.startswith("POST")]


@every_country
async def test_a_mended_document_is_invoiced(open_company: OpenCompany, case: Case) -> None:
    company = await open_company(case)
    shop = await company.connect()
    order = case.order(buyer=case.wrong_buyer())
    blocked = await shop.blocked(order)

    order.buyer.CopyFrom(case.buyer())
    await shop.submit(order)
    await shop.retry(blocked.name)

    assert (await shop.settled(blocked.order, OPEN)).name == blocked.name
    assert BLOCKED not in [invoice.state for invoice in await shop.invoices()]


async def test_a_peruvian_business_gets_a_factura_and_anybody_else_a_boleta(open_company: OpenCompany) -> None:
    case = next(case for case in CASES if case.code == "PE")
    numberings = [
        {
            "id": "1",
            "name": "Boletas",
            "prefix": "B",
            "isElectronic": True,
            "isDefault": True,
            "subDocumentType": "boleta",
        },
        {"id": "2", "name": "Facturas", "prefix": "F", "subDocumentType": "factura"},
    ]
    own = {**case.own, "number_template": "1", "business_number_template": "2"}
    company = await open_company(replace(case, own=own), number_templates=numberings)
    shop = await company.connect()

    business = await shop.sold(case.order())
    anybody = await shop.sold(case.order(buyer=case.buyer(document_type="DNI", document="46712369")))

    assert (business.document_number, anybody.document_number) == ("F1", "B1")


DEFAULTS = [("CO", "900123456-7"), ("MX", "XAXX"), ("CR", "1"), ("CL", "12.531.909-3"), ("AR", "1")]


@pytest.mark.parametrize(("code", "document"), DEFAULTS, ids=[code for code, _ in DEFAULTS])
async def test_a_default_document_that_is_none_of_the_country_is_told_while_connecting(
    open_company: OpenCompany, code: str, document: str
) -> None:
    case = next(case for case in CASES if case.code == code)
    kind = "NIT" if code == "CO" else ""
    company = await open_company(replace(case, own={**case.own, "identification_type": kind}))
    await company.shop.create(country_code=code, default_document=document)

    refused = await refusal(company.shop.finish())

    assert (refused.code, refused.reason) == (grpc.StatusCode.INVALID_ARGUMENT, "CUSTOMER_DOCUMENT_INVALID")
    assert list(refused.fields) == ["channel.settings.default_document"]
    assert (await company.shop.get()).state == channel_pb2.CHANNEL_STATE_CONFIGURATION_PENDING


async def test_a_connected_channel_cannot_be_set_to_what_it_could_not_be_connected_with(
    open_company: OpenCompany,
) -> None:
    company = await open_company(next(case for case in CASES if case.code == "CL"))
    shop = await company.connect()

    issuing = settings(company.world, automation=automation(issue=True))
    refused = await refusal(shop.update("settings", settings=issuing))
    assert refused.reason == "ERP_PLAN_LACKS_FEATURE"
    assert not (await shop.get()).settings.automation.issue


@pytest.mark.parametrize("code", [code for code, country in COUNTRIES.items() if country.anonymous])
async def test_the_anonymous_document_of_a_country_completes_a_buyer_without_one(
    open_company: OpenCompany, code: str
) -> None:
    case = next(case for case in CASES if case.code == code)
    kind, number = COUNTRIES[code].anonymous or ("", "")
    company = await open_company(replace(case, own={**case.own, "identification_type": kind}))
    shop = await company.shop.connect(country_code=code, default_document=number)

    invoice = await shop.sold(case.order(buyer=case.buyer(document_type="", document="")))

    assert "default_document" in invoice.defaults_used
    (contact,) = await company.contacts()
    assert contact["identification"] == number
    blocked = await shop.blocked(case.order(buyer=case.wrong_buyer()))
    assert reason_name(blocked.failure.reason) == "CUSTOMER_DOCUMENT_INVALID"


@every_country
async def test_every_coded_field_offers_the_codes_of_the_country(open_company: OpenCompany, case: Case) -> None:
    company = await open_company(case)
    shop = await company.connect()
    country = COUNTRIES[case.code]
    expected = {
        "identification_type": country.identification_type.codes,
        "person_type": country.person_type.codes,
        "regime": country.regime.codes,
        "payment_form": country.payment_form.codes,
        "payment_method": country.payment_method.codes,
        "invoice_use": country.invoice_use.codes,
    }

    for name, codes in expected.items():
        answer = await shop.options(f"settings.erp_options.{name}", page_size=200)
        assert [option.value for option in answer.options] == list(codes), name


@every_country
async def test_every_code_has_a_label_in_three_languages(open_company: OpenCompany, case: Case) -> None:
    """A word that Spanish and English share is the only one that may look untranslated."""
    company = await open_company(case)
    shop = await company.connect()
    missing: list[str] = []

    for name in ("identification_type", "person_type", "regime", "payment_form", "payment_method", "invoice_use"):
        es, en, pt = [
            (await shop.options(f"settings.erp_options.{name}", page_size=200, language_code=language)).options
            for language in ("es", "en", "pt")
        ]
        for spanish, english, portuguese in zip(es, en, pt, strict=True):
            assert spanish.value == english.value == portuguese.value
            labels = {"es": spanish.label, "en": english.label, "pt": portuguese.label}
            missing += [f"{name} {spanish.value} in {language}" for language, label in labels.items() if not label]
            if spanish.label == english.label and spanish.label != "Cheque":
                missing.append(f"{name} {spanish.value} in en")

    assert missing == []
