"""What the Alegra of each country refuses: the switch `strict`.

Every rule says what it rests on. A *fact* is numbered as in the collection of Alegra's documentation and recorded
answers from which this simulator was built, and is either documented or seen; an *assumption* is a constant.
"""

import re
from collections.abc import Callable, Iterator, Mapping

from erpgate_alegra.simulator.assumptions import (
    COUNTRIES_WITHOUT_STAMPS,
    EVERYDAY_CITIES,
    MEXICAN_STAMP_FIELDS,
    NUMBER_PATTERNS,
    OTHER_COUNTRIES_CODES_ARE_REFUSED,
    PANAMANIAN_STAMP_FIELDS,
    PERUVIAN_FACTURA,
    PERUVIAN_STAMP_FIELDS,
)
from erpgate_alegra.simulator.errors import Invalid
from erpgate_alegra.simulator.jsontext import Document
from erpgate_alegra.simulator.tenant import Tenant

from .lines import rows_without_tax

Rule = Callable[[Tenant, Document], Iterator[str]]
"""Says what is wrong with a contact or an invoice."""

_NIT_WEIGHTS = (3, 7, 13, 17, 19, 23, 29, 37, 41, 43, 47, 53, 59, 67, 71)


def require_contact(tenant: Tenant, contact: Document) -> None:
    """Checks a contact that is created or changed.

    Raises:
        Invalid: The company is strict and its country refuses it.
    """
    _require(CONTACT_RULES, tenant, contact)


def require_invoice(tenant: Tenant, invoice: Document) -> None:
    """Checks an invoice that is created or changed.

    Raises:
        Invalid: The company is strict and its country refuses it.
    """
    _require(INVOICE_RULES, tenant, invoice)


def require_stamp(tenant: Tenant, invoice: Document) -> None:
    """Checks an invoice that shall be stamped.

    Raises:
        Invalid: The company is strict and its tax authority refuses it.
    """
    _require(STAMP_RULES, tenant, invoice)


def require_code(tenant: Tenant, name: str, value: object) -> None:
    """Checks a coded field as it was sent.

    Fact 8, seen: a method of payment outside the country's catalogue is refused. That the same goes for every coded
    field, and for fields of other countries, is assumption OTHER_COUNTRIES_CODES_ARE_REFUSED.

    Raises:
        Invalid: The company is strict and its country does not have this field or this code.
    """
    enums = tenant.account.country.enums
    if tenant.switches.strict and OTHER_COUNTRIES_CODES_ARE_REFUSED and value not in enums.get(name, ()):
        raise Invalid(f"El campo {name} no es válido")


def identification_type(tenant: Tenant, contact: Document) -> Iterator[str]:
    """Fact 5.3, documented: an identification has one of the country's types, where it lists types."""
    kind = contact["identificationObject"].get("type")
    allowed = tenant.account.country.enums.get("identificationType")
    if kind is not None and kind not in (allowed or ()):
        yield "El tipo de identificación no es válido"
    if kind is None and allowed and tenant.electronic:
        yield "El tipo de identificación es requerido"


def identification_number(tenant: Tenant, contact: Document) -> Iterator[str]:
    """Assumption NUMBER_PATTERNS: a number has the form of its type."""
    kind, number = contact["identificationObject"].get("type"), contact["identification"]
    pattern = NUMBER_PATTERNS.get(tenant.account.country.key, {}).get(kind or "")
    if pattern and not re.fullmatch(pattern, number or ""):
        yield "El número de identificación no es válido"


def address_keys(tenant: Tenant, contact: Document) -> Iterator[str]:
    """Fact 5.2, documented: an address has the country's keys."""
    for key in contact["address"].keys() - set(tenant.account.country.address):
        yield f"El campo address.{key} no es válido"


def check_digit(_: Tenant, contact: Document) -> Iterator[str]:
    """Fact 5.2, seen: a Colombian NIT carries its check digit."""
    identification = contact["identificationObject"]
    if identification.get("type") != "NIT":
        return
    pairs = zip(reversed(identification["number"]), _NIT_WEIGHTS, strict=False)
    remainder = sum(int(digit) * weight for digit, weight in pairs) % 11
    if identification.get("dv") != (remainder if remainder < 2 else 11 - remainder):
        yield "El dígito de verificación no es válido"


def kind_of_person(_: Tenant, contact: Document) -> Iterator[str]:
    """Fact 5.3, seen: in Colombia a NIT needs a legal entity and a CC a person."""
    wanted = {"NIT": "LEGAL_ENTITY", "CC": "PERSON_ENTITY"}.get(contact["identificationObject"].get("type"))
    if wanted and contact["kindOfPerson"] != wanted:
        yield "El campo kindOfPerson no corresponde al tipo de identificación"


def condition_towards_iva(_: Tenant, contact: Document) -> Iterator[str]:
    """Fact 5.4, seen: an Argentinian contact needs its condition towards IVA."""
    if not contact.get("ivaCondition"):
        yield "El campo ivaCondition es requerido"


def kind_of_third_party(tenant: Tenant, contact: Document) -> Iterator[str]:
    """Fact 5.3, documented: a Panamanian contact has a kind of third party."""
    if tenant.electronic and not contact.get("thirdType"):
        yield "El campo thirdType es requerido"


def mexican_regime(tenant: Tenant, contact: Document) -> Iterator[str]:
    """Fact 5.3, documented: a Mexican contact's regimes are those of the catalogue."""
    for code in contact.get("regimeObject") or ():
        if code not in tenant.account.country.enums["regime"]:
            yield "El campo regimeObject no es válido"


def line_taxes(_: Tenant, invoice: Document) -> Iterator[str]:
    """Fact 8, seen: every line of an Argentinian invoice carries a tax."""
    for row in rows_without_tax(invoice["items"]):
        yield f"El campo items.{row}.tax es requerido"


def condition_of_sale(tenant: Tenant, invoice: Document) -> Iterator[str]:
    """Fact 8, documented and seen: a Costa Rican electronic invoice names condition and method of payment."""
    yield from _missing(invoice, ("saleCondition", "paymentMethod") if tenant.electronic else ())


def credit_has_a_term(_: Tenant, invoice: Document) -> Iterator[str]:
    """Fact 8, seen: a Colombian invoice on credit is due after its date."""
    if invoice["paymentForm"] == "CREDIT" and invoice["dueDate"] <= invoice["date"]:
        yield "La fecha de vencimiento debe ser posterior a la fecha de la factura"


def voucher_by_document(tenant: Tenant, invoice: Document) -> Iterator[str]:
    """Fact 8, documented: a factura needs a RUC, and a boleta a DNI. Assumption PERUVIAN_FACTURA: which is which."""
    template = tenant["number-templates"].get(invoice["numberTemplate"]) or {}
    client = tenant["contacts"].get(invoice["client"]) or {}
    has_ruc = client.get("identificationObject", {}).get("type") == "RUC"
    kind = template.get("subDocumentType")
    if kind and has_ruc != (kind == PERUVIAN_FACTURA):
        yield "El tipo de comprobante no corresponde al documento del cliente"


def spelling_of_the_city(tenant: Tenant, invoice: Document) -> Iterator[str]:
    """Fact 5.3, seen: the Colombian authority has its own names of cities. Assumption EVERYDAY_CITIES: not those."""
    if _address(tenant, invoice).get("city", "").casefold() in EVERYDAY_CITIES:
        yield "El campo client.address.city no es válido"


def mexican_stamp(tenant: Tenant, invoice: Document) -> Iterator[str]:
    """Fact 8, documented in two ways: PUE or PPD, and a form of payment. Assumption MEXICAN_STAMP_FIELDS: the rest."""
    if invoice["paymentType"]:
        yield from _missing(invoice, ("paymentMethod",))
    elif invoice["paymentMethod"] in ("PUE", "PPD"):
        yield from _missing(invoice, ("paymentForm",))
    else:
        yield "El campo paymentType es requerido"
    yield from _missing(invoice, (name for name in MEXICAN_STAMP_FIELDS if "." not in name))
    client = tenant["contacts"].get(invoice["client"]) or {}
    if "client.regimeObject" in MEXICAN_STAMP_FIELDS and not client.get("regimeObject"):
        yield "El campo client.regimeObject es requerido"
    if "client.address.zipCode" in MEXICAN_STAMP_FIELDS and not _address(tenant, invoice).get("zipCode"):
        yield "El campo client.address.zipCode es requerido"


def peruvian_stamp(_: Tenant, invoice: Document) -> Iterator[str]:
    """Assumption PERUVIAN_STAMP_FIELDS."""
    yield from _missing(invoice, PERUVIAN_STAMP_FIELDS)


def panamanian_stamp(_: Tenant, invoice: Document) -> Iterator[str]:
    """Assumption PANAMANIAN_STAMP_FIELDS."""
    yield from _missing(invoice, PANAMANIAN_STAMP_FIELDS)


def no_stamp(tenant: Tenant, _: Document) -> Iterator[str]:
    """Assumption COUNTRIES_WITHOUT_STAMPS."""
    if tenant.account.country.key in COUNTRIES_WITHOUT_STAMPS:
        yield "La facturación electrónica no está disponible para tu país"


CONTACT_RULES: Mapping[str, tuple[Rule, ...]] = {
    "": (identification_type, identification_number, address_keys),
    "colombia": (check_digit, kind_of_person),
    "argentina": (condition_towards_iva,),
    "panama": (kind_of_third_party,),
    "mexico": (mexican_regime,),
}
"""Rules for contacts by country; the first ones hold in every country."""

INVOICE_RULES: Mapping[str, tuple[Rule, ...]] = {
    "": (),
    "argentina": (line_taxes,),
    "costaRica": (condition_of_sale,),
    "colombia": (credit_has_a_term,),
    "peru": (voucher_by_document,),
}
"""Rules for invoices by country."""

STAMP_RULES: Mapping[str, tuple[Rule, ...]] = {
    "": (no_stamp,),
    "colombia": (spelling_of_the_city,),
    "mexico": (mexican_stamp,),
    "peru": (peruvian_stamp,),
    "panama": (panamanian_stamp,),
}
"""Rules for stamps by country, beside what every stamp needs."""


def _require(rules: Mapping[str, tuple[Rule, ...]], tenant: Tenant, document: Document) -> None:
    if not tenant.switches.strict:
        return
    for rule in (*rules[""], *rules.get(tenant.account.country.key, ())):
        for message in rule(tenant, document):
            raise Invalid(message)


def _missing(document: Document, names: Iterator[str] | tuple[str, ...]) -> Iterator[str]:
    return (f"El campo {name} es requerido" for name in names if not document.get(name))


def _address(tenant: Tenant, invoice: Document) -> Mapping[str, str]:
    client = tenant["contacts"].get(invoice["client"]) or {}
    return {key: value for key, value in (client.get("address") or {}).items() if value}
