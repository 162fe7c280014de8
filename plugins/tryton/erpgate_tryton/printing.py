"""The printed invoice, as Tryton's own report makes it."""

from erpgate.plugin import Document, Reason, Rejected, Unavailable

from erpgate_tryton.client import TrytonClient
from erpgate_tryton.errors import read_must_be_readable
from erpgate_tryton.invoices import INVOICE
from erpgate_tryton.values import Unreadable, text

_LONGEST_FORMAT = 20


async def pdf_of(client: TrytonClient, document: Document) -> bytes:
    """The PDF of an invoice. Tryton keeps what it printed once, so that asking twice gives the same file.

    Raises:
        Rejected: DOCUMENT_FILE_UNAVAILABLE: Tryton's report is not set up to give PDFs.
    """
    try:
        answer = await client.read(f"report.{INVOICE}.execute", [int(document.id)], {})
    except Unavailable as error:
        if error.details.get("http_status") != "200":
            raise
        # Tryton answers with the error of a converter that is not there; later releases give the file as it was.
        raise _no_file(error.message) from error
    with read_must_be_readable():
        if not isinstance(answer, list) or len(answer) < 2 or not isinstance(answer[1], bytes):
            raise Unreadable("the report is missing")
        format_, content = text(answer[0])[:_LONGEST_FORMAT], answer[1]
    if format_ != "pdf":
        raise _no_file(f"Tryton prints invoices as {format_}.")
    return content


def _no_file(cause: str) -> Rejected:
    return Rejected(
        f"Tryton gives no PDF: set its invoice report to PDF, and install LibreOffice beside it. {cause}",
        reason=Reason.DOCUMENT_FILE_UNAVAILABLE,
        details={"cause": cause},
    )
