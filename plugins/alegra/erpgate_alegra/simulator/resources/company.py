"""``/company``: the company itself."""

from erpgate_alegra.simulator.account import Account
from erpgate_alegra.simulator.call import Answer, Call, Handler
from erpgate_alegra.simulator.errors import Invalid
from erpgate_alegra.simulator.jsontext import Document
from erpgate_alegra.simulator.reading import decimal_of
from erpgate_alegra.simulator.tenant import COMPANY_ID

_OBJECTS = ("address", "invoicePreferences", "currency", "settings", "identificationObject")
_MAX_PRECISION = 6
_OWN = frozenset({"applicationVersion", "registryDate"})


def blank_company(account: Account, registered: str) -> Document:
    """A company as it is after registration."""
    country = account.country
    return {
        "id": COMPANY_ID,
        "name": account.email,
        "identification": None,
        "phone": None,
        "website": None,
        "email": account.email,
        "regime": "Responsable del IVA",
        "applicationVersion": country.key,
        "registryDate": registered,
        "timezone": country.timezone,
        "profile": None,
        "address": {"city": None, "department": None, "address": None, "zipCode": None},
        "currency": {"code": country.currency, "symbol": country.symbol},
        "multicurrency": False,
        "decimalPrecision": country.precision,
        "decimalSeparator": ".",
        "invoicePreferences": {"defaultAnotation": None, "defaultTermsAndConditions": None},
        "logo": None,
        "kindOfPerson": "",
        "identificationObject": {"type": None, "number": None},
        "settings": {"canStampInvoices": False, "electronicInvoicing": False},
    }


def merged(company: Document, changes: Document) -> Document:
    """Takes changes over, key by key also inside the nested objects; what Alegra itself sets stays.

    Raises:
        Invalid: `decimalPrecision` is not a small number.
    """
    result = dict(company)
    for key, value in changes.items():
        if key not in company or key in _OWN or key == "id":
            continue
        nested = key in _OBJECTS and isinstance(value, dict)
        result[key] = company[key] | value if nested else value
    if changes.get("identification") and "identificationObject" not in changes:
        result["identificationObject"] = company["identificationObject"] | {"number": changes["identification"]}
    precision = decimal_of(result["decimalPrecision"], "decimalPrecision")
    if precision not in range(_MAX_PRECISION + 1):
        raise Invalid("El campo decimalPrecision no es válido")
    result["decimalPrecision"] = str(int(precision))
    return result


def _show(company: Document) -> Document:
    return {key: value for key, value in company.items() if key != "id"}


def _get(call: Call) -> Answer:
    return Answer(body=_show(call.tenant.company))


def _update(call: Call) -> Answer:
    return Answer(body=_show(call.tenant["company"].put(merged(call.tenant.company, call.fields))))


HANDLERS: dict[tuple[str, str], Handler] = {("GET", "/company"): _get, ("PUT", "/company"): _update}
