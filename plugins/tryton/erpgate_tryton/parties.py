"""A company's parties: found by identifier, created, and never changed."""

import re

from erpgate.plugin import Buyer, Company, CustomerId, Found, Payload, Reason, Rejected

from erpgate_tryton.client import TrytonClient
from erpgate_tryton.errors import read_must_be_readable
from erpgate_tryton.identity import identification_of, plain
from erpgate_tryton.values import Record, id_of, related_list, text

_PARTY = "party.party"
_INVALID_NUMBER = re.compile(r'" for party ".*" is not valid')


class Parties:
    """Finds and creates parties."""

    def __init__(self, client: TrytonClient, company: Company) -> None:
        self._client = client
        self._company = company

    async def find(self, buyer: Buyer) -> Found[CustomerId]:
        """Active parties with the buyer's number, compared by letters and digits.

        Tryton keeps numbers of a known type as that type is written, such as 860.002.964-4, and others as they were
        typed in. So the pattern lets anything stand between the characters, and every hit is compared again.
        """
        number = identification_of(buyer, self._company).number
        pattern = "%".join(number)
        domain: list[object] = [["identifiers.code", "ilike", pattern]]
        rows, complete = await self._client.every(_PARTY, domain, ["identifiers.code"])
        with read_must_be_readable():
            matches = [CustomerId(str(id_of(row.get("id"), "party"))) for row in rows if number in _numbers(row)]
        return Found(matches=tuple(matches), complete=complete)

    async def create(self, payload: Payload) -> CustomerId:
        """Creates a party.

        Raises:
            Rejected: Tryton does not take its number, or something else.
        """
        try:
            return CustomerId(str(await self._client.create(_PARTY, payload)))
        except Rejected as error:
            if not _INVALID_NUMBER.search(error.message):
                raise
            message = "Tryton does not take this number for this type of document."
            reason = Reason.CUSTOMER_DOCUMENT_INVALID
            raise Rejected(message, fields={"buyer.document": message}, reason=reason, details=error.details) from error


def _numbers(row: Record) -> set[str]:
    return {plain(text(identifier.get("code"))) for identifier in related_list(row, "identifiers")}
