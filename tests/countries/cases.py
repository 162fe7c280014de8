"""One company, one sale and one wrong buyer for every country."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from erpgate.plugin import ItemId, SimulatedCompany
from erpgate.v1 import order_pb2, party_pb2
from fixtures.catalogue import SHIRT, an_item
from fixtures.orders import a_line, an_order


@dataclass(frozen=True, kw_only=True)
class Case:
    """What a test needs to know of one country.

    Attributes:
        code: Of the country.
        currency: Of the company.
        places: Decimals of its totals.
        tax: Rate of the shirt.
        price: That the buyer pays for three shirts together, tax included.
        base: Of it, without tax.
        document: Type and number as the order has them.
        wrong: The same of a buyer who is refused.
        address: Of the buyer.
        contact: What Alegra keeps of the buyer.
        own: Settings that only Alegra has.
        stamps: Whether invoices are stamped.
    """

    code: str
    currency: str
    places: int = 2
    tax: Decimal
    price: str
    base: str
    document: tuple[str, str]
    wrong: tuple[str, str]
    address: Mapping[str, str] = field(default_factory=dict)
    contact: Mapping[str, Any]
    own: Mapping[str, str] = field(default_factory=dict)
    stamps: bool = True

    @property
    def company(self) -> SimulatedCompany:
        """Sells shirts."""
        shirt = an_item(1, SHIRT, rate=self.tax, id=ItemId("1"), currency_code=self.currency, unit="unit")
        return SimulatedCompany(
            name="Tienda",
            country_code=self.code,
            currency_code=self.currency,
            amount_places=self.places,
            items=(shirt,),
        )

    def order(self, **changes: Any) -> order_pb2.Order:
        """Three shirts."""
        each = Decimal(self.price) / 3
        values: dict[str, Any] = {
            "sales_channel": f"shop-{self.code.lower()}",
            "currency_code": self.currency,
            "order_lines": [a_line(SHIRT, quantity="3", unit_price=str(each))],
            "total_paid": self.price,
            "buyer": self.buyer(),
        }
        return an_order(**values | changes)

    def buyer(self, **changes: Any) -> party_pb2.Party:
        """Somebody whom Alegra does not know yet."""
        kind, document = self.document
        values: dict[str, Any] = {
            "name": "Luz Mora",
            "document_type": kind,
            "document": document,
            "email": "luz@example.com",
            "phone": "3001234567",
            "address": party_pb2.Address(**self.address),
        }
        return party_pb2.Party(**values | changes)

    def wrong_buyer(self) -> party_pb2.Party:
        """Somebody with a document that is none of this country."""
        kind, document = self.wrong
        return self.buyer(document_type=kind, document=document)


def _at(city: str, region: str, postal_code: str = "") -> Mapping[str, str]:
    return {"street": "Calle 1", "city": city, "region": region, "postal_code": postal_code}


CASES = (
    Case(
        code="CO",
        currency="COP",
        tax=Decimal("0.19"),
        price="357000",
        base="300000",
        document=("", "900.123.456-8"),
        wrong=("NIT", "900123456-7"),
        address=_at("Bogotá", "Cundinamarca"),
        contact={
            "identificationObject": {"type": "NIT", "number": "900123456", "dv": 8},
            "kindOfPerson": "LEGAL_ENTITY",
            "regime": "COMMON_REGIME",
        },
    ),
    Case(
        code="MX",
        currency="MXN",
        tax=Decimal("0.16"),
        price="696",
        base="600",
        document=("RFC", "GODE561231GR8"),
        wrong=("RFC", "GODE561331GR8"),
        address=_at("Cuauhtémoc", "Ciudad de México", "06600"),
        contact={
            "identificationObject": {"type": "RFC", "number": "GODE561231GR8"},
            "regimeObject": ["BUSINESS_ACTIVITIES_REGIME"],
        },
        own={"regime": "BUSINESS_ACTIVITIES_REGIME", "payment_method": "04"},
    ),
    Case(
        code="PE",
        currency="PEN",
        tax=Decimal("0.18"),
        price="354",
        base="300",
        document=("", "20512333550"),
        wrong=("RUC", "20512333551"),
        address=_at("Lima", "Lima"),
        contact={"identificationObject": {"type": "RUC", "number": "20512333550"}, "regime": "NEW_RUS"},
        own={"regime": "NEW_RUS"},
    ),
    Case(
        code="CR",
        currency="CRC",
        tax=Decimal("0.13"),
        price="33900",
        base="30000",
        document=("", "1-0613-0584"),
        wrong=("CJ", "1-101-999999"),
        address=_at("Escazú", "San José"),
        contact={"identificationObject": {"type": "CF", "number": "106130584"}, "regime": "SIMPLIFIED_REGIME"},
        own={"payment_method": "CARD"},
    ),
    Case(
        code="DO",
        currency="DOP",
        tax=Decimal("0.18"),
        price="3540",
        base="3000",
        document=("RNC", "1-01-85004-3"),
        wrong=("RNC", "1-01-85004-2"),
        contact={"identification": "101850043"},
        stamps=False,
    ),
    Case(
        code="AR",
        currency="ARS",
        tax=Decimal("0.21"),
        price="36300",
        base="30000",
        document=("CUIT", "20-05536168-2"),
        wrong=("CUIT", "20-05536168-3"),
        address=_at("Buenos Aires", "CABA", "C1043"),
        contact={
            "identificationObject": {"type": "CUIT", "number": "20055361682"},
            "ivaCondition": "IVA_RESPONSABLE",
        },
        own={"regime": "IVA_RESPONSABLE"},
    ),
    Case(
        code="PA",
        currency="PAB",
        tax=Decimal("0.07"),
        price="32.10",
        base="30.00",
        document=("RUC", "155596713-2-2015 DV 59"),
        wrong=("RUC", "155596713"),
        address=_at("Panamá", "Panamá"),
        contact={
            "identificationObject": {"type": "RUC", "number": "155596713-2-2015", "dv": 59},
            "thirdType": "TAXPAYER",
        },
        own={"regime": "TAXPAYER", "payment_form": "CREDIT_CARD"},
    ),
    Case(
        code="CL",
        currency="CLP",
        places=0,
        tax=Decimal("0.19"),
        price="9999",
        base="8402",
        document=("RUT", "12.531.909-2"),
        wrong=("RUT", "12.531.909-3"),
        address=_at("Santiago", "Metropolitana"),
        contact={"identificationObject": {"type": "RUT", "number": "12531909-2"}},
        stamps=False,
    ),
    Case(
        code="ES",
        currency="EUR",
        tax=Decimal("0.21"),
        price="72.60",
        base="60.00",
        document=("NIE", "X-2482300-W"),
        wrong=("NIF", "54362315Z"),
        address=_at("Madrid", "Madrid", "28013"),
        contact={"identificationObject": {"type": "NIF", "number": "X2482300W"}, "regime": "GENERAL_REGIME"},
        stamps=False,
    ),
    Case(
        code="US",
        currency="USD",
        tax=Decimal(0),
        price="30",
        base="30",
        document=("", "12-345"),
        wrong=("", ""),
        contact={"identification": "12345"},
        stamps=False,
    ),
)
"""The ten countries; the last one is Alegra's version without a country."""
