"""Files that documents name: signed addresses, which are fetched without Alegra's credentials."""

from urllib.parse import quote, unquote

from .call import Answer
from .directory import Directory
from .jsontext import Document
from .tenant import Tenant

FILES = "/_sim/files/"
"""What the path of every file begins with."""

_SIGNATURE = "Signature=simulated"


def address_of(origin: str, tenant: Tenant, invoice: Document, name: str) -> str:
    """Where a file of an invoice is."""
    return f"{origin}{FILES}{quote(tenant.account.email)}/{name}/{invoice['id']}?{_SIGNATURE}"


def file_at(directory: Directory, path: str, query: str, authorization: str) -> Answer:
    """The file; a caller who brings credentials is refused, as the store of the real ones does."""
    email, name, identity = path.removeprefix(FILES).split("/")
    tenant = directory.get(unquote(email))
    invoice = None if tenant is None else tenant["invoices"].get(identity)
    if authorization:
        return Answer(status=400, raw=b"<Error><Code>InvalidArgument</Code></Error>")
    if invoice is None or query != _SIGNATURE:
        return Answer(status=403, raw=b"<Error><Code>AccessDenied</Code></Error>")
    total = invoice["amounts"]["total"]
    return Answer(
        raw=f"%PDF-1.4\n% {name} {invoice['prefix'] or ''}{invoice['number'] or ''} {total}\n%%EOF\n".encode()
    )
