"""The texts on an invoice: our reference, the order's number, its notes."""

from erpgate.plugin import Draft

from erpgate_alegra.assumptions import TEXT_LIMIT

_MARK = "ref:"
_ELLIPSIS = "…"


def observations(draft: Draft, *, with_note: bool) -> str:
    """The internal note: the reference as its first word, then what a person looks for."""
    note = draft.note if with_note else ""
    return shortened(" ".join(filter(None, (marked(draft.reference), draft.order_number.strip(), note.strip()))))


def marked(reference: str) -> str:
    """Our reference as it is written."""
    return _MARK + reference


def reference_in(text: str) -> str | None:
    """The reference that an internal note begins with; None if it is not one of ours."""
    first = text.split(maxsplit=1)[:1]
    return first[0].removeprefix(_MARK) if first and first[0].startswith(_MARK) else None


def shortened(text: str) -> str:
    """The text, cut visibly at what Alegra takes."""
    return text if len(text) <= TEXT_LIMIT else text[: TEXT_LIMIT - len(_ELLIPSIS)].rstrip() + _ELLIPSIS
