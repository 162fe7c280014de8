"""Pages of a list: sizes, and tokens that fit only the list that they came from."""

import base64
import binascii
import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

from erpgate.plugin.reasons import Reason
from erpgate.service.errors import Refused

DEFAULT_SIZE: Final = 50
MAX_SIZE: Final = 500

_MAX_TOKEN: Final = 4096

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True, slots=True)
class Page:
    """One page that a caller asked for.

    Attributes:
        scope: Fingerprint of method, parent and filters; a token of another scope is refused.
        after: Position of the last element of the page before; empty for the first page.
        size: Elements on it.
    """

    scope: str
    after: str
    size: int

    @property
    def limit(self) -> int:
        """How many elements to ask for: one more than the page has, to know whether another page follows."""
        return self.size + 1

    def cut(self, found: Sequence[T], position: Callable[[T], str]) -> tuple[Sequence[T], str]:
        """The page's own elements, and the next page's token (empty when this is the last page)."""
        if len(found) <= self.size:
            return found, ""
        page = found[: self.size]
        return page, self.token(position(page[-1]))

    def token(self, position: str) -> str:
        """The token of the page that begins after a position."""
        return _encode(position, self.scope)


def open_page(method: str, size: int, token: str, *filters: str) -> Page:
    """Reads `page_size` and `page_token` of a list request.

    Args:
        method: Name of the RPC.
        size: 0 means the default; more than the maximum means the maximum.
        token: Empty for the first page.
        filters: Parent and every filter; a token is good for the same ones only.

    Raises:
        Refused: `PAGE_TOKEN_INVALID`.
    """
    scope = hashlib.sha256("\x1f".join((method, *filters)).encode()).hexdigest()[:16]
    after = _decode(token, scope) if token else ""
    return Page(scope=scope, after=after, size=min(size or DEFAULT_SIZE, MAX_SIZE))


def _encode(position: str, scope: str) -> str:
    text = json.dumps([position, scope], ensure_ascii=False, separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).rstrip(b"=").decode()


def _decode(token: str, scope: str) -> str:
    if len(token) > _MAX_TOKEN:
        raise _invalid("is longer than any of ours")
    try:
        padded = token.encode("ascii") + b"=" * (-len(token) % 4)
        match json.loads(base64.b64decode(padded, altchars=b"-_", validate=True)):
            case [str(position), str(found)]:
                pass
            case _:
                raise _invalid("is not one of ours")
    except (binascii.Error, ValueError, RecursionError) as error:
        raise _invalid("is not one of ours") from error
    if found != scope:
        raise _invalid("belongs to another list or to other filters")
    return position


def _invalid(what: str) -> Refused:
    return Refused(
        Reason.PAGE_TOKEN_INVALID,
        f"The page_token {what}; start again without it.",
        fields={"page_token": f"The token {what}."},
    )
