"""Stamping: what the tax authority checks, and what it returns."""

import hashlib
from collections.abc import Iterator

from erpgate_alegra.simulator.assumptions import FISCAL_NUMBER_KEYS
from erpgate_alegra.simulator.call import Call, Refusal
from erpgate_alegra.simulator.errors import Invalid
from erpgate_alegra.simulator.jsontext import Document
from erpgate_alegra.simulator.tenant import Tenant, full_number

from .lines import rows_without_tax
from .strict import require_stamp

_OUTCOMES = {
    "accepted": "STAMPED_AND_ACCEPTED",
    "observed": "STAMPED_AND_ACCEPTED_WITH_OBSERVATIONS",
    "rejected": "STAMPED_AND_REJECTED",
}
_NOTICES = {
    "accepted": (),
    "observed": ("Regla: FAZ09, Notificación: Debe existir el grupo de información de identificación del bien",),
    "rejected": ("Regla: FAK21, Rechazo: Receptor no informado",),
}

WAITING = "STAMPED_AND_WAITING_RESPONSE"
"""The document is sent and the authority has not answered yet; there is no CUFE."""


def wants_stamp(call: Call) -> bool:
    """Whether a request asks for a stamp; a company without electronic invoicing has it ignored."""
    stamp = call.fields.get("stamp")
    return bool(call.tenant.electronic and isinstance(stamp, dict) and stamp.get("generateStamp"))


def check(call: Call, document: Document) -> None:
    """Checks a document as the tax authority does.

    Raises:
        Invalid: It is refused.
    """
    refusal = call.refusal or next(_refusals(call.tenant, document), None)
    if refusal is not None:
        raise Invalid(refusal.message, refusal.code)
    require_stamp(call.tenant, document)


def stamp(call: Call, document: Document) -> None:
    """Stamps a checked and numbered document."""
    switches = call.tenant.switches
    issuer = str(call.tenant.company["identification"])
    seed = f"{issuer}{full_number(document)}{document['date']}{document['amounts']['total']}"
    cufe = hashlib.sha384(seed.encode()).hexdigest()
    document["stamp"] = {
        FISCAL_NUMBER_KEYS.get(call.tenant.account.country.key, "cufe"): cufe,
        "barCodeContent": _bar_code(call, document, cufe),
        "date": call.local_now.strftime("%Y-%m-%d %H:%M:%S"),
        "warnings": list(_NOTICES[switches.stamp_outcome]),
        "waitingReads": switches.stamp_waiting_reads,
        "outcome": switches.stamp_outcome,
    }


def read_once(tenant: Tenant, document: Document, kind: str) -> None:
    """Counts a read of a stamp that waits: the authority answers after so many."""
    if document["stamp"] and document["stamp"]["waitingReads"]:
        document["stamp"]["waitingReads"] -= 1
        tenant[kind].put(document)


def status_of(stamp_: Document) -> str:
    """State of a stamp."""
    return WAITING if stamp_["waitingReads"] else _OUTCOMES[stamp_["outcome"]]


def is_stamped(document: Document) -> bool:
    """Whether a document is with the authority, or was accepted by it."""
    return bool(document["stamp"]) and status_of(document["stamp"]) != _OUTCOMES["rejected"]


def show_stamp(stamp_: Document) -> Document:
    """Makes the answered form of a stamp."""
    if stamp_["waitingReads"]:
        return {"legalStatus": WAITING, "date": stamp_["date"], "warnings": []}
    shown = {key: value for key, value in stamp_.items() if key not in ("waitingReads", "outcome")}
    return {"legalStatus": status_of(stamp_)} | shown


def _refusals(tenant: Tenant, document: Document) -> Iterator[Refusal]:
    for row in rows_without_tax(document["items"]):
        yield Refusal(code=3051, message=f"itemDetails.{row}.taxes - Missing required property")
    for row, line in enumerate(document["items"]):
        if not line["unit"]:
            yield Refusal(message=f"El campo items.{row}.unit es requerido")
    if tenant.account.country.key == "colombia":
        yield from _colombian_refusals(tenant, document)
    template = tenant["number-templates"].get(document["numberTemplate"]) or {}
    if not template.get("isElectronic"):
        yield Refusal(message="La numeración no es electrónica")


def _colombian_refusals(tenant: Tenant, document: Document) -> Iterator[Refusal]:
    client = tenant["contacts"].get(document["client"]) or {}
    address = client.get("address") or {}
    for field, value in (
        ("client.address.city", address.get("city")),
        ("client.address.department", address.get("department")),
        ("client.kindOfPerson", client.get("kindOfPerson")),
        ("client.regime", client.get("regime")),
        ("paymentForm", document["paymentForm"]),
        ("paymentMethod", document["paymentMethod"] or document["paymentForm"] == "CREDIT"),
    ):
        if not value:
            yield Refusal(message=f"El campo {field} es requerido")


def _bar_code(call: Call, document: Document, cufe: str) -> str:
    tenant, amounts = call.tenant, document["amounts"]
    client = tenant["contacts"].get(document["client"]) or {}
    rows = (
        ("NumFac", full_number(document)),
        ("FecFac", document["date"]),
        ("HorFac", call.local_now.strftime("%H:%M:%S") + "-05:00"),
        ("NitFac", tenant.company["identification"]),
        ("DocAdq", client.get("identification")),
        ("ValFac", f"{amounts['base']:.2f}"),
        ("ValIva", f"{amounts['tax']:.2f}"),
        ("ValOtroIm", "0.00"),
        ("ValTolFac", f"{amounts['total']:.2f}"),
        ("CUFE", cufe),
        ("QRCode", f"https://catalogo-vpfe.dian.gov.co/document/searchqr?documentkey={cufe}"),
    )
    return "".join(f"{name}: {value}\n" for name, value in rows)
