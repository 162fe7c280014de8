"""Looks documents up by our reference, which no filter of Alegra knows."""

import datetime as dt
from collections.abc import Callable

from erpgate.plugin import Document, Draft, Found

from erpgate_alegra.body import Json, Unreadable
from erpgate_alegra.client import AlegraClient

_DAY = dt.timedelta(days=1)


async def found_in(
    client: AlegraClient, resource: str, draft: Draft, first: dt.date, read: Callable[[object], Document]
) -> Found[Document]:
    """Looks through the customer's documents from `first` to the day after the draft's date; voided ones are left out.

    A filter that Alegra does not know is ignored silently: so every row is held against the filter, and the number of
    rows against the total that Alegra tells. Whatever does not fit makes the search incomplete.
    """
    last = draft.date + _DAY
    params = {
        "client_id": draft.customer,
        "date_afterOrNow": first.isoformat(),
        "date_beforeOrNow": last.isoformat(),
        "metadata": "true",
    }
    matches: list[Document] = []
    complete, rows, total = True, 0, None
    async for page in client.pages(resource, params):
        rows, total = rows + len(page.rows), page.total
        for row in page.rows.values():
            document = _readable(read, row)
            if document is None or document.customer != draft.customer or not first <= document.date <= last:
                complete = False
            if document and document.reference == draft.reference and not document.voided:
                matches.append(document)
        complete = complete and page.whole
        if not complete:
            break
    return Found(matches=tuple(matches), complete=complete and total == rows)


def _readable(read: Callable[[object], Document], row: Json) -> Document | None:
    try:
        return read(row)
    except Unreadable:
        return None
