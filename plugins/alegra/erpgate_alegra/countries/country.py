"""What one country is made of."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from erpgate.plugin import Text

from erpgate_alegra.document_types import LEGAL_ENTITY, DocumentType, letters_and_digits
from erpgate_alegra.words import words

AddressField = Literal["street", "city", "region", "postal_code"]
"""A field of a buyer's address."""

_ANY = DocumentType(code="", label=words("", "", ""), read=letters_and_digits())


@dataclass(frozen=True, kw_only=True, slots=True)
class Choice:
    """A coded field with the codes that one country has for it.

    Attributes:
        labels: Code to what a merchant reads, the usual one first; empty where the field is free text, or none.
        key: Under which Alegra takes it.
        listed: Whether Alegra takes a list of codes.
    """

    labels: Mapping[str, Text] = field(default_factory=dict)
    key: str = ""
    listed: bool = False

    @property
    def codes(self) -> tuple[str, ...]:
        """All of them, the usual one first."""
        return tuple(self.labels)

    def chosen(self, setting: str) -> str:
        """The setting if it is set, else the usual code; empty where there is none."""
        return setting or next(iter(self.labels), "")


def labelled(labels: Mapping[str, Text], key: str) -> Choice:
    """A choice that Alegra takes under a key."""
    return Choice(labels=labels, key=key)


@dataclass(frozen=True, kw_only=True, slots=True)
class CreditCodes:
    """Coded fields of a credit note.

    Attributes:
        whole: Where the whole document is taken back.
        part: Where a part is.
        issued: Of a note for an issued invoice.
        other: Of a note for another one.
    """

    whole: Mapping[str, str] = field(default_factory=dict)
    part: Mapping[str, str] = field(default_factory=dict)
    issued: Mapping[str, str] = field(default_factory=dict)
    other: Mapping[str, str] = field(default_factory=dict)

    def chosen(self, *, whole: bool, issued: bool) -> Mapping[str, str]:
        """Those of one credit note."""
        return {**(self.whole if whole else self.part), **(self.issued if issued else self.other)}


@dataclass(frozen=True, kw_only=True, slots=True)
class Country:
    """One country.

    Attributes:
        code: ISO 3166-1 alpha-2.
        name: As Alegra writes it in an address.
        documents: Types of identity documents, the usual one first; without any, every text is taken.
        typed: Whether Alegra is told the type, and not the number only.
        document_words: Other words for a type, letters only, capital.
        anonymous: Type and number that stand for a buyer who is not known, where the tax authority has such.
        person_type: Kinds of person.
        regime: Tax regime, or what stands for it.
        entity_regime: Usual regime of a legal entity, where that is another than a person's.
        payment_form: Whether an invoice is paid at once.
        payment_method: How it is paid.
        invoice_use: What the buyer uses the invoice for.
        invoice_fields: Other coded fields of an invoice, with what an ordinary sale has there.
        credit: Coded fields of a credit note.
        void_cause: Code of why a document is cancelled, where one is wanted.
        takes_order_number: Whether an invoice has a field for the buyer's order number.
        address_keys: Keys of a contact's address for street, city, region and postal code; empty where there is none.
        stamps: Whether Alegra has invoices stamped by the tax authority.
        always_taxed: Whether every line must carry a tax, and not only those of invoices that shall be stamped.
        needed_to_stamp: What of a buyer's address the tax authority wants to know.
        cities: Cities, letters only, whose everyday name the tax authority does not know: city and region as it
            writes them.
    """

    code: str
    name: str
    documents: tuple[DocumentType, ...] = ()
    typed: bool = True
    document_words: Mapping[str, str] = field(default_factory=dict)
    anonymous: tuple[str, str] | None = None
    person_type: Choice = Choice()
    regime: Choice = Choice()
    entity_regime: str = ""
    payment_form: Choice = Choice()
    payment_method: Choice = Choice()
    invoice_use: Choice = Choice()
    invoice_fields: Mapping[str, str] = field(default_factory=dict)
    credit: CreditCodes = CreditCodes()
    void_cause: str = ""
    takes_order_number: bool = False
    address_keys: tuple[str, str, str, str] = ("address", "city", "department", "zipCode")
    stamps: bool = False
    always_taxed: bool = False
    needed_to_stamp: tuple[AddressField, ...] = ()
    cities: Mapping[str, tuple[str, str]] = field(default_factory=dict)

    @property
    def identification_type(self) -> Choice:
        """Types of an identity document."""
        return Choice(labels={each.code: each.label for each in self.documents})

    def document_type(self, code: str) -> DocumentType:
        """The type with a code; one that takes every number where the country has none."""
        return next((each for each in self.documents if each.code == code), _ANY)

    def kind_of_person(self, identification_type: str, setting: str) -> str:
        """Kind of the person who has such a document; the setting where the document does not tell."""
        return self.document_type(identification_type).holder or self.person_type.chosen(setting)

    def regime_of(self, kind_of_person: str, setting: str) -> str:
        """Regime of a buyer; the setting where there is one."""
        usual = self.entity_regime if kind_of_person == LEGAL_ENTITY else ""
        return self.regime.chosen(setting or usual)
