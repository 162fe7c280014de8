"""How a client's script tells what works: one JSON line on stdout for each behaviour.

The scripts run in the clients' own environments, so this module needs the standard library only.
"""

import contextlib
import json
import os
import traceback
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

BEHAVIOURS = (
    "company",
    "users self",
    "contacts create",
    "contacts read",
    "contacts update",
    "contacts delete",
    "contacts list",
    "items create",
    "items read",
    "items update",
    "items delete",
    "items list",
    "taxes",
    "invoices create",
    "invoices read",
    "invoices update",
    "invoices open",
    "invoices e-mail",
    "invoices void",
    "invoices list",
    "payments",
    "other lists",
    "unknown id",
    "invalid body",
    "duplicate contact",
    "too many contacts",
    "wrong token",
)
"""What every script tells about, in the order of the table."""

URL = os.environ.get("ALEGRA_URL", "")
"""Of the simulated API, without a slash at the end."""

EMAIL = os.environ.get("ALEGRA_EMAIL", "")
"""Of the company's user."""

TOKEN = os.environ.get("ALEGRA_TOKEN", "")
"""Of the company's user."""

SEEDED: dict[str, Any] = json.loads(os.environ.get("ALEGRA_SEEDED", "{}"))
"""What the simulator answered when the company was made: ids by name."""

_VERBS = "bare verbs"


@contextlib.contextmanager
def behaviour(name: str, *, bare_verbs: bool = False) -> Iterator[None]:
    """Tells whether what is done inside works; what fails does not stop the script.

    Args:
        name: One of `BEHAVIOURS`.
        bare_verbs: Whether the client has no method of its own for it, only get, post, put and delete.
    """
    try:
        yield
    except Exception as error:
        _tell(name, "failed", detail=_place(error))
    else:
        _tell(name, "ok", note=_VERBS if bare_verbs else "")


def not_offered(*names: str) -> None:
    """Tells that the client has no way to do this."""
    for name in names:
        _tell(name, "not offered")


def shows(document: Any, expected: Mapping[str, Any]) -> None:
    """Checks that a document has at least these values.

    Raises:
        AssertionError: It lacks one, or has another one.
    """
    assert isinstance(document, dict), f"no object: {document!r}"
    wrong = {key: document.get(key) for key, value in expected.items() if document.get(key) != value}
    assert not wrong, f"shows {wrong}, not { {key: expected[key] for key in wrong} }"


def ids_of(documents: Any) -> list[str]:
    """The ids of a list, as text: some resources answer numbers."""
    assert isinstance(documents, list), f"no list: {documents!r}"
    return [str(document["id"]) for document in documents]


def today(zone: str) -> str:
    """The date in the company's zone."""
    return datetime.now(ZoneInfo(zone)).date().isoformat()


def _tell(name: str, outcome: str, **more: str) -> None:
    assert name in BEHAVIOURS, name
    print(json.dumps({"behaviour": name, "outcome": outcome, **more}), flush=True)


def _place(error: Exception) -> str:
    """Where in the script it happened, and what was raised."""
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if "script_" in Path(frame.filename).name]
    where = f"{Path(frames[-1].filename).name}:{frames[-1].lineno} `{frames[-1].line}` " if frames else ""
    return f"{where}{type(error).__name__}: {error}"
