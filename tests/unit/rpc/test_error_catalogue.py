"""The list of reasons: the same in the proto, in Python, in the status table and in docs/errors.md.

Run this file to write docs/errors.md again.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from erpgate.plugin.reasons import Reason
from erpgate.rpc.convert.scalars import REASONS
from erpgate.rpc.errors import CODES
from erpgate.service.remedies import REMEDIES
from erpgate.v1 import error_reason_pb2

ROOT = Path(__file__).parents[3]
PROTO = ROOT / "protos/erpgate/v1/error_reason.proto"
DOCS = ROOT / "docs/errors.md"
HEAD = """# Errors

Every error of erpgate is a [`google.rpc.Status`](https://google.aip.dev/193) with

* a canonical gRPC code and one English sentence,
* exactly one `google.rpc.ErrorInfo`: `domain` is `erpgate`, `reason` is one of the names below, and `metadata` has the
  sentence's variables; an INTERNAL error has a `correlation_id` there, by which the operator finds it in the log,
* a `google.rpc.BadRequest` that names each wrong field by its path, such as `order.lines[3].unit_price`,
* a `google.rpc.RetryInfo` where waiting helps.

Code OK marks reasons that are never errors: verdicts on orders, failures of invoices and checks of channels carry them
as values of `erpgate.v1.ErrorReason`. Retry on UNAVAILABLE and RESOURCE_EXHAUSTED after the time in `RetryInfo`; never
on ABORTED without reading first.

Written from `protos/erpgate/v1/error_reason.proto` by `python tests/unit/rpc/test_error_catalogue.py`.
"""


@dataclass(frozen=True)
class Entry:
    """One reason as the proto documents it."""

    name: str
    when: str
    code: str
    metadata: str
    remedy: str


def documented() -> Iterator[Entry]:
    """Every value of the enum with its comment, in order."""
    comment: list[str] = []
    for line in PROTO.read_text().splitlines():
        if found := re.fullmatch(r"  //(.*)", line):
            comment.append(found[1].strip())
        elif found := re.fullmatch(r"  ERROR_REASON_(\w+) = \d+;", line):
            if found[1] != "UNSPECIFIED":
                yield _entry(found[1], "\n".join(comment))
            comment = []


def _entry(name: str, comment: str) -> Entry:
    when, facts, remedy = (" ".join(part.split()) for part in comment.split("\n\n"))
    code, metadata = re.fullmatch(r"Code: (\w+)\. Metadata: (.+)\.", facts).groups()  # type: ignore[union-attr]
    return Entry(name, when, code, metadata, remedy.removeprefix("What to do: "))


def catalogue() -> str:
    """docs/errors.md as it should be."""
    sections = (
        f"\n## {entry.name}\n\n{entry.when}\n\n* Code: {entry.code}\n* Metadata: "
        f"{entry.metadata if entry.metadata == 'none' else ', '.join(f'`{key}`' for key in entry.metadata.split(', '))}"
        f"\n* What to do: {entry.remedy}\n"
        for entry in documented()
    )
    return HEAD + "".join(sections)


@pytest.mark.parametrize("entry", list(documented()), ids=lambda entry: entry.name)
def test_code_is_the_documented_one(entry: Entry) -> None:
    assert CODES[Reason(entry.name)].name == entry.code


def test_python_and_the_wire_have_the_same_reasons_in_the_same_order() -> None:
    assert [f"ERROR_REASON_{reason}" for reason in Reason] == error_reason_pb2.ErrorReason.keys()[1:]
    assert list(REASONS.values()) == error_reason_pb2.ErrorReason.values()[1:]


def test_what_to_do_about_an_order_is_what_the_docs_say() -> None:
    remedies = {entry.name: entry.remedy for entry in documented()}
    assert {reason.value: remedy for reason, remedy in REMEDIES.items()} == {r.value: remedies[r] for r in REMEDIES}


def test_docs_are_fresh() -> None:
    assert DOCS.read_text() == catalogue()


if __name__ == "__main__":
    DOCS.write_text(catalogue())
