"""A buyer as the body of a new Alegra contact."""

from dataclasses import replace

from erpgate.plugin import Address, Buyer, Payload, Reason, Rejected

from erpgate_alegra.countries import COUNTRIES, Country
from erpgate_alegra.document_types import PERSON, plain
from erpgate_alegra.identity import Identification, identification_of
from erpgate_alegra.settings import AlegraSettings


def contact_payload(buyer: Buyer, settings: AlegraSettings, country: Country) -> Payload:
    """The body that creates the buyer as a customer.

    Raises:
        Rejected: The identity document is none of this country, or the invoice shall be stamped and the address lacks
            what that needs.
    """
    identification = identification_of(buyer, country)
    address = _localised(buyer.address, country)
    if settings.automation.issue:
        _require_to_stamp(address, country)
    kind = country.kind_of_person(identification.type, settings.person_type)
    regime = country.regime_of(kind, settings.regime)
    name = " ".join(buyer.name.split())
    body: dict[str, object] = {
        "name": name,
        "nameObject": _name_object(name) if kind == PERSON and country.person_type.key else None,
        **_identification(identification, country),
        country.person_type.key: kind,
        country.regime.key: [regime] if country.regime.listed else regime,
        "type": ["client"],
        "email": buyer.email.strip(),
        "phonePrimary": buyer.phone.strip(),
        "address": _address(address, country),
    }
    return {key: value for key, value in body.items() if key and value}


def _identification(identification: Identification, country: Country) -> dict[str, object]:
    if not country.typed or not identification.type:
        return {"identification": identification.number}
    body: dict[str, object] = {"type": identification.type, "number": identification.number}
    if identification.check_digit is not None:
        body["dv"] = identification.check_digit
    return {"identificationObject": body}


def _name_object(name: str) -> dict[str, str]:
    """Splits a name in the middle, the longer half being the surnames; a single word stands for both."""
    words = name.split()
    given = max(len(words) // 2, 1)
    return {"firstName": " ".join(words[:given]), "lastName": " ".join(words[given:] or words)}


def _localised(address: Address, country: Country) -> Address:
    """The address with city and region as the tax authority writes them."""
    city, region = country.cities.get(plain(address.city), (address.city, address.region))
    return replace(address, city=city, region=region)


def _require_to_stamp(address: Address, country: Country) -> None:
    for name in country.needed_to_stamp:
        if not str(getattr(address, name)).strip():
            words = name.replace("_", " ")
            raise Rejected(
                f"{country.name}'s tax authority wants to know the buyer's {words}: give it on the order, or have the "
                "customer completed in Alegra.",
                fields={f"buyer.address.{name}": "needed to issue the invoice"},
                reason=Reason.FIELD_INVALID,
            )


def _address(address: Address, country: Country) -> dict[str, str]:
    values = (address.street.strip(), address.city.strip(), address.region.strip(), address.postal_code.strip())
    body = {key: value for key, value in zip(country.address_keys, values, strict=True) if key and value}
    resident = COUNTRIES.get(address.country_code or country.code)
    return body | {"country": resident.name} if body and resident else body
