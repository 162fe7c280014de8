"""The countries that Alegra serves, as data: a module for each."""

from collections.abc import Mapping

from erpgate_alegra.assumptions import APPLICATION_VERSIONS
from erpgate_alegra.countries.argentina import ARGENTINA
from erpgate_alegra.countries.chile import CHILE
from erpgate_alegra.countries.colombia import COLOMBIA
from erpgate_alegra.countries.costa_rica import COSTA_RICA
from erpgate_alegra.countries.country import AddressField, Choice, Country
from erpgate_alegra.countries.dominican_republic import DOMINICAN_REPUBLIC
from erpgate_alegra.countries.mexico import MEXICO
from erpgate_alegra.countries.panama import PANAMA
from erpgate_alegra.countries.peru import PERU
from erpgate_alegra.countries.spain import SPAIN

__all__ = ["COUNTRIES", "AddressField", "Choice", "Country", "country_of_version"]

COUNTRIES: Mapping[str, Country] = {
    country.code: country
    for country in (
        COLOMBIA,
        MEXICO,
        PERU,
        COSTA_RICA,
        DOMINICAN_REPUBLIC,
        ARGENTINA,
        PANAMA,
        CHILE,
        SPAIN,
        Country(code="US", name="Estados Unidos"),
    )
}
"""Countries by code; the United States stand for Alegra's version without a country too."""


def country_of_version(application_version: str) -> str | None:
    """Country of a company by its `applicationVersion`; None if that is not known, or is no country."""
    return APPLICATION_VERSIONS.get("".join(filter(str.isalpha, application_version.lower())))
