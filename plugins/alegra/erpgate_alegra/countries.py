"""What differs between the countries that Alegra serves, as data."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from erpgate_alegra import colombia
from erpgate_alegra.assumptions import APPLICATION_VERSIONS, LEGAL_ENTITY_REGIME, MEXICO_PAYMENT_FORM_KEY

PERSON = "PERSON_ENTITY"
LEGAL_ENTITY = "LEGAL_ENTITY"


@dataclass(frozen=True, kw_only=True, slots=True)
class Choice:
    """A coded field with the codes that one country has for it.

    Attributes:
        codes: The usual one first; empty where the field is free text or does not exist.
        labels: What a merchant reads, where a code does not speak for itself.
        key: Under which Alegra takes it.
        listed: Whether Alegra takes a list of codes.
    """

    codes: tuple[str, ...] = ()
    labels: Mapping[str, str] = field(default_factory=dict)
    key: str = ""
    listed: bool = False

    def chosen(self, setting: str) -> str:
        """The setting if it is set, else the usual code; empty where there is none."""
        return setting or next(iter(self.codes), "")


@dataclass(frozen=True, kw_only=True, slots=True)
class Country:
    """One country.

    Attributes:
        code: ISO 3166-1 alpha-2.
        name: As Alegra writes it in an address.
        identification_type: Types of an identity document; without codes any text is taken.
        digits_only: Types whose number has digits only.
        punctuated: Whether the punctuation of a number is part of it.
        document_words: Other words for a type, letters only, capital.
        person_type: Kinds of person.
        persons: Types of document that only a person has.
        companies: Types of document that a legal entity has.
        regime: Tax regime, or what stands for it.
        payment_form: Whether an invoice is paid at once.
        payment_method: How it is paid.
        takes_order_number: Whether an invoice has a field for the buyer's order number.
        address_keys: Keys of a contact's address for street, city, region and postal code.
    """

    code: str
    name: str
    identification_type: Choice = Choice()
    digits_only: frozenset[str] = frozenset()
    punctuated: bool = False
    document_words: Mapping[str, str] = field(default_factory=dict)
    person_type: Choice = Choice()
    persons: frozenset[str] = frozenset()
    companies: frozenset[str] = frozenset()
    regime: Choice = Choice()
    payment_form: Choice = Choice()
    payment_method: Choice = Choice()
    takes_order_number: bool = False
    address_keys: tuple[str, str, str, str] = ("address", "city", "department", "zipCode")

    def kind_of_person(self, identification_type: str, setting: str) -> str:
        """Kind of the person who has such a document; the setting where the document does not tell."""
        if identification_type in self.persons:
            return PERSON
        if identification_type in self.companies:
            return LEGAL_ENTITY
        return self.person_type.chosen(setting)

    def regime_of(self, kind_of_person: str, setting: str) -> str:
        """Regime of a buyer; the setting where there is one."""
        if not setting and kind_of_person == LEGAL_ENTITY:
            return LEGAL_ENTITY_REGIME
        return self.regime.chosen(setting)


def _labelled(labels: Mapping[str, str], key: str = "") -> Choice:
    return Choice(codes=tuple(labels), labels=labels, key=key)


COUNTRIES: Mapping[str, Country] = {
    country.code: country
    for country in (
        Country(
            code="CO",
            name="Colombia",
            identification_type=_labelled(colombia.IDENTIFICATION_TYPES),
            digits_only=frozenset({"CC", "NIT", "TI", "RC", "NUIP"}),
            document_words=colombia.DOCUMENT_WORDS,
            person_type=_labelled(colombia.PERSON_TYPES, "kindOfPerson"),
            persons=colombia.PERSONS,
            companies=colombia.COMPANIES,
            regime=_labelled(colombia.REGIMES, "regime"),
            payment_form=_labelled(colombia.PAYMENT_FORMS, "paymentForm"),
            payment_method=Choice(
                codes=colombia.PAYMENT_METHODS, labels=colombia.USUAL_PAYMENT_METHODS, key="paymentMethod"
            ),
            takes_order_number=True,
        ),
        Country(
            code="MX",
            name="México",
            identification_type=Choice(codes=("RFC",)),
            regime=Choice(
                codes=(
                    "NO_REGIME",
                    "SALARIED_REGIME",
                    "BUSINESS_ACTIVITIES_REGIME",
                    "LEASEHOLD_REGIME",
                    "GENERAL_REGIME_OF_MORAL_PEOPLE_LAW",
                    "REGIME_OF_MORAL_PEOPLE_NOT_PROFIT",
                    "FISCAL_INCORPORATION_REGIME",
                    "PRIMARY_SECTOR_REGIME",
                    "REGIME_OF_THE_COORDINATED",
                    "REGIME_OF_THE_TECHNOLOGICAL_PLATFORMS_INCOME_ACTIVITIES",
                    "REGIME_OF_COOPERATIVE_PRODUCTION_SOCIETIES",
                    "REGIME_OF_TRUST",
                    "SOCIETIES_OPTIONAL_REGIME",
                    "SIMPLIFIED_REGIME",
                    "DIVIDEND_INCOME",
                ),
                key="regimeObject",
                listed=True,
            ),
            payment_form=Choice(codes=("PUE", "PPD"), key=MEXICO_PAYMENT_FORM_KEY),
            payment_method=Choice(codes=("01", "03", "04", "28", "99"), key="paymentMethod"),
            address_keys=("street", "municipality", "state", "zipCode"),
        ),
        Country(
            code="PE",
            name="Perú",
            identification_type=Choice(codes=("DNI", "RUC", "CE", "PP", "CDI", "DIP", "TIN", "IN", "PTP")),
            digits_only=frozenset({"DNI", "RUC"}),
            regime=Choice(codes=("GENERAL_REGIME", "SPECIAL_REGIME", "MYPE_TRIBUTARY_REGIME", "NEW_RUS"), key="regime"),
            payment_form=Choice(codes=("CASH", "CREDIT"), key="paymentForm"),
        ),
        Country(
            code="CR",
            name="Costa Rica",
            identification_type=Choice(codes=("CF", "CJ", "DIMEX", "NITE", "PE")),
            digits_only=frozenset({"CF", "CJ", "DIMEX", "NITE"}),
            regime=Choice(codes=("SIMPLIFIED_REGIME", "TRADITIONAL_REGIME", "PHYSICAL_PERSON"), key="regime"),
            payment_form=Choice(
                codes=(
                    "CASH",
                    "CREDIT",
                    "CONSIGNATION",
                    "SEPARATED",
                    "LEASING_WITH_PURCHASE_OPTION",
                    "LEASING_IN_FINANTIAL_FUNCTION",
                    "PAYMENT_IN_FAVOR_OF_A_THIRD",
                    "SERVICES_PROVIDED_TO_STATE_TO_CREDIT",
                    "PAYMENTS_OF_SERVICES_PROVIDED_TO_STATE",
                    "OTHER",
                ),
                key="saleCondition",
            ),
            payment_method=Choice(
                codes=("CASH", "CARD", "CHECK", "TRANSFER", "COLLECTION_BY_THIRD", "OTHER"), key="paymentMethod"
            ),
        ),
        Country(code="DO", name="República Dominicana"),
        Country(
            code="AR",
            name="Argentina",
            identification_type=Choice(codes=("DNI", "CUIT", "CUIL")),
            digits_only=frozenset({"DNI", "CUIT", "CUIL"}),
            regime=Choice(
                codes=("FINAL_CONSUMER", "IVA_RESPONSABLE", "UNIQUE_TRIBUTE_RESPONSABLE", "IVA_EXEMPT"),
                key="ivaCondition",
            ),
            address_keys=("address", "city", "province", "postalCode"),
        ),
        Country(
            code="PA",
            name="Panamá",
            identification_type=Choice(codes=("RUC",)),
            punctuated=True,
            regime=Choice(codes=("FINAL_CONSUMER", "GOVERNMENT", "TAXPAYER", "FOREIGN"), key="thirdType"),
            payment_form=Choice(
                codes=("CASH", "CREDIT", "CREDIT_CARD", "DEBIT_CARD", "LOYALTY", "VOUCHER", "GIFT_CARD", "OTHER"),
                key="saleCondition",
            ),
        ),
        Country(code="CL", name="Chile", identification_type=Choice(codes=("RUT",)), punctuated=True),
        Country(
            code="ES",
            name="España",
            identification_type=Choice(codes=("NIF", "CIF")),
            regime=Choice(codes=("GENERAL_REGIME", "SIMPLIFIED_REGIME"), key="regime"),
        ),
        Country(code="US", name="Estados Unidos"),
    )
}
"""Countries by code; the United States stand for Alegra's version without a country too."""


def country_of_version(application_version: str) -> str | None:
    """Country of a company by its `applicationVersion`; None if that is not known, or is no country."""
    return APPLICATION_VERSIONS.get("".join(filter(str.isalpha, application_version.lower())))
