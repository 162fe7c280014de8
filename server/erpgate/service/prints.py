"""The ERP's PDF of a document: read beside the lane, because somebody waits for it, and never stored."""

from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import cast

from erpgate.jobs.sessions import Sessions
from erpgate.plugin.capabilities import Prints
from erpgate.plugin.errors import Unavailable
from erpgate.plugin.http import Unguarded
from erpgate.plugin.policy import Ability
from erpgate.plugin.reasons import Reason
from erpgate.service.errors import Refused
from erpgate.service.operations import check_ability
from erpgate.service.sources import Sources

_BEGINNING = b"%PDF-"


class Reading(Unguarded):
    """Lets a read pass and no write: this process may not own the account."""

    async def before(self, resource: str, *, write: bool) -> None:  # noqa: ARG002 - the protocol says so
        """Refuses a write.

        Raises:
            Unavailable: It is one.
        """
        if write:
            raise Unavailable("Nothing is written while a file is read.")


class Files:
    """Use cases around the ERP's files.

    Args:
        sources: Database, plugins and clock.
        sessions: Connects to ERPs.
    """

    def __init__(self, sources: Sources, sessions: Sessions) -> None:
        self._sources = sources
        self._sessions = sessions

    async def pdf(self, merchant: str, channel: str, invoice: str) -> AsyncIterator[bytes]:
        """The PDF of an invoice's document, piece by piece.

        Raises:
            Refused: There is no document, or the ERP makes no PDFs.
            ErpError: The ERP could not be asked.
        """
        record = await self._sources.invoice(merchant, channel, invoice)
        parent = await self._sources.channel(merchant, channel)
        check_ability(self._sources.erp(parent.erp), Ability.PDF)
        document = record.document
        if document is None:
            raise Refused(
                Reason.STATE_CONFLICT,
                f"{record.name} has no document in the ERP.",
                details={"state": record.state.value},
            )
        session = await self._sessions.visit(parent, Reading())
        if session is None:
            raise Refused(
                Reason.CHANNEL_NOT_CONNECTED,
                f"{parent.name} is not connected: finish its wizard first.",
                details={"channel": parent.name, "state": parent.state.value},
            )
        try:
            async with aclosing(cast("Prints", session.connection).pdf(document)) as pieces:  # type: ignore[type-var]
                async for piece in _checked(pieces):
                    yield piece
        finally:
            await session.connection.aclose()


async def _checked(pieces: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """The same pieces, of what begins as a PDF does; an ERP's error page is none."""
    head = b""
    async for piece in pieces:
        if len(head) >= len(_BEGINNING):
            yield piece
            continue
        head += piece
        if len(head) >= len(_BEGINNING):
            if not head.startswith(_BEGINNING):
                break
            yield head
    if not head.startswith(_BEGINNING):
        raise Refused(
            Reason.DOCUMENT_FILE_UNAVAILABLE,
            "What the ERP gives is no PDF: get the document in the ERP.",
            details={"cause": "it is no PDF"},
        )
