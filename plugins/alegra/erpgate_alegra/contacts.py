"""A company's contacts: found by identity document, created, adopted, and never changed."""

from collections.abc import Iterable

from erpgate.plugin import Buyer, CustomerId, Found, Payload, Reason, Rejected

from erpgate_alegra.body import Json, identifier, json_object, part, text
from erpgate_alegra.client import CONTACTS, AlegraClient, resource_path
from erpgate_alegra.countries import Country
from erpgate_alegra.document_types import bare
from erpgate_alegra.errors import DUPLICATE_CONTACT, outcome_must_be_readable, read_must_be_readable
from erpgate_alegra.identity import Identification, identification_of, same_number

_INACTIVE = "A contact with this identity document exists in Alegra but is inactive or deleted; restore it there."


class Contacts:
    """Finds and creates contacts."""

    def __init__(self, client: AlegraClient, country: Country) -> None:
        self._client = client
        self._country = country

    async def find(self, buyer: Buyer) -> Found[CustomerId]:
        """Active contacts with the buyer's document.

        Alegra's filter compares text, so letters and digits are asked for first, and then, where they differ, the
        number as Alegra takes it, as the buyer wrote it, and as the country's accounts have it.
        """
        wanted = identification_of(buyer, self._country)
        for asked in wanted.spellings:
            found = await self._listed(asked, wanted)
            if found.matches or not found.complete:
                return found
        return Found(matches=(), complete=True)

    async def create(self, payload: Payload) -> CustomerId:
        """Creates a contact, or adopts the one that Alegra names as having its identification."""
        try:
            answer = await self._client.post(CONTACTS, payload)
        except Rejected as error:
            contact_id = error.details.get("contact_id", "")
            if error.details.get("erp_code") != DUPLICATE_CONTACT or not contact_id:
                raise
            return await self._adopted(contact_id, payload, error)
        with outcome_must_be_readable():
            return CustomerId(identifier(json_object(answer, "contact"), "contact id"))

    async def _listed(self, asked: str, wanted: Identification) -> Found[CustomerId]:
        """Every page; it stops at the first that shows that Alegra did not filter."""
        of_type: list[CustomerId] = []
        of_another: list[CustomerId] = []
        complete = True
        async for page in self._client.pages(CONTACTS, {"identification": asked}, counted=True):
            for id_, row in page.rows.items():
                complete = complete and any(bare(asked) in bare(number) for number in _numbers(row))
                if _is_active(row) and any(same_number(wanted, number) for number in _numbers(row)):
                    (of_type if _type(row) == wanted.type else of_another).append(CustomerId(id_))
            complete = complete and page.whole
            if not complete:
                break
        return Found(matches=tuple(of_type or of_another), complete=complete)

    async def _adopted(self, contact_id: str, payload: Payload, error: Rejected) -> CustomerId:
        contact = await self._client.get_if_exists(resource_path(CONTACTS, contact_id))
        if contact is None or not _is_active(contact):
            raise Rejected(_INACTIVE, fields={"buyer.document": _INACTIVE}, details=error.details) from error
        sent = {bare(number) for number in _numbers(payload)}
        if sent.isdisjoint(bare(number) for number in _numbers(contact)):
            raise Rejected(
                f"Alegra says that contact {contact_id} has the buyer's identity document, but it has another one.",
                fields={"buyer.document": "The contact in Alegra has another identity document."},
                reason=Reason.CUSTOMER_AMBIGUOUS,
                details=error.details,
            ) from error
        with read_must_be_readable():
            return CustomerId(identifier(contact, "contact id"))


def _is_active(row: Json) -> bool:
    return text(row.get("status")).lower() != "inactive"


def _type(row: Json) -> str:
    return text(part(row.get("identificationObject")).get("type"))


def _numbers(row: Json) -> Iterable[str]:
    """A contact's identification in every place where bodies have it, without empty ones."""
    shown, whole = row.get("identification"), part(row.get("identificationObject"))
    bare = text(part(shown).get("number")) or text(shown)
    number, digit = text(whole.get("number")), text(whole.get("dv"))
    return filter(None, (bare, number, f"{number}{digit}" if number and digit else ""))
