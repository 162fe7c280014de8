"""Cursors of watches: a position in one channel's feed, as opaque text."""

import base64
import binascii
import json
from typing import Final

from erpgate.plugin.reasons import Reason
from erpgate.service.errors import Refused

MAX_CURSOR: Final = 400
"""Characters of a cursor."""


def encode_cursor(scope: str, position: int) -> str:
    """The cursor of a position.

    Args:
        scope: What is watched, such as `products` of a channel; the cursor fits nothing else.
        position: In the feed.
    """
    text = json.dumps([scope, position], separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).rstrip(b"=").decode()


def decode_cursor(scope: str, cursor: str) -> int | None:
    """The position of a cursor; None for an empty one.

    Raises:
        Refused: `FIELD_INVALID`: it is not one of this watch.
    """
    if not cursor:
        return None
    try:
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        match json.loads(base64.b64decode(padded, altchars=b"-_", validate=True)):
            case [str(found), int(position)] if found == scope and 0 <= position < 2**63:
                return position
    except (binascii.Error, ValueError, RecursionError):
        pass
    raise Refused(
        Reason.FIELD_INVALID,
        "cursor is not one that this watch gave: send it as it was given, or begin without one.",
        fields={"cursor": "It is not a cursor of this watch."},
    )
