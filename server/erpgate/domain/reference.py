"""The machine-readable reference that a document carries in the ERP."""

import base64
import hashlib


def document_reference(account: str, sales_channel: str, external_id: str, issue_no: int) -> str:
    """The reference of a business key: 24 letters and digits.

    It is derived from the key alone, so that it is the same after a crash, a reconnection or a restored backup.
    """
    key = "\x1f".join((account, sales_channel, external_id, str(issue_no))).encode()
    return base64.b32encode(hashlib.sha256(key).digest()[:15]).decode()


def basket_reference(account: str, sales_channel: str, basket: str, issue_no: int) -> str:
    """The reference of a basket's business key, which no order's is equal to."""
    return document_reference(account, sales_channel, f"\x1fbasket\x1f{basket}", issue_no)


def operation_reference(reference: str, number: int) -> str:
    """The reference of a credit note or payment: its document's, with the number of the operation."""
    return f"{reference}-{number}"
