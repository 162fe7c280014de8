"""The caller's tour of the README works by copy and paste."""

import base64
import contextlib
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

README = Path(__file__).parents[2] / "README.md"
FIXED_PORTS = ("8484", "8585")
SECONDS = 60


def tour_of(text: str) -> str:
    """The blocks marked as the tour, in order, as one script that stops at the first command that fails."""
    blocks = re.findall(r"^```bash tour\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    return "".join(["set -eu\n", *blocks])


def on_free_ports(script: str) -> str:
    with contextlib.ExitStack() as held:
        for fixed in FIXED_PORTS:
            free = held.enter_context(contextlib.closing(socket.create_server(("127.0.0.1", 0))))
            script = re.sub(rf"\b{fixed}\b", str(free.getsockname()[1]), script)
    return script


def run(script: str, folder: Path) -> tuple[int, str, str]:
    """Runs it with the commands of this environment first, and ends what it leaves behind."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith("ERPGATE_")}
    environ |= {"PATH": f"{Path(sys.executable).parent}:{environ['PATH']}", "TMPDIR": str(folder)}
    process = subprocess.Popen(
        ["/bin/bash", "-c", script],
        cwd=folder,
        env=environ,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        output, errors = process.communicate(timeout=SECONDS)
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    return process.returncode, output, errors


def answers_in(output: str) -> list[dict[str, object]]:
    """Every JSON object that begins a line of the output, or follows one; greps print parts of others between them."""
    decoder = json.JSONDecoder()
    found = []
    position = 0
    while (start := re.compile(r"(?:^|(?<=\}))\{", re.MULTILINE).search(output, position)) is not None:
        answer, position = decoder.raw_decode(output, start.start())
        found.append(answer)
    return found


@pytest.mark.skipif(shutil.which("curl") is None, reason="the tour seeds the simulator with curl")
def test_every_command_of_the_tour_works_by_copy_and_paste(tmp_path: Path) -> None:
    code, output, errors = run(on_free_ports(tour_of(README.read_text())), tmp_path)

    assert code == 0, errors
    answers = answers_in(output)
    erps = next(answer["erps"] for answer in answers if "erps" in answer)
    assert isinstance(erps, list)
    assert [erp["name"] for erp in erps] == ["erps/alegra", "erps/tryton"]
    channels = [answer["channel"] for answer in answers if "channel" in answer]
    assert [channel["state"] for channel in channels if isinstance(channel, dict)] == [
        "CHANNEL_STATE_CONFIGURATION_PENDING",
        "CHANNEL_STATE_CONNECTED",
    ]

    invoices = [invoice for answer in answers if isinstance(invoice := answer.get("invoice"), dict)]
    first, clicked, paid, credited = invoices
    assert (paid["name"], [payment["amount"] for payment in paid["payments"]]) == (first["name"], ["161000.00"])
    assert (credited["order"], len(credited["credit_notes"])) == ("merchants/acme/orders/shop-co:1004", 1)
    pieces = [base64.b64decode(str(answer["content"])) for answer in answers if "content" in answer]
    assert b"".join(pieces).startswith(b"%PDF-")
    assert '"reason": "ERROR_REASON_INVOICE_REVERSED"' in output
    assert (first["state"], first["paid_total"], first["expected_total"], first["total"]) == (
        "INVOICE_STATE_OPEN",
        "161000.00",
        "161000.00",
        "161000.00",
    )
    assert [(attempt["step"], attempt["outcome"]) for attempt in first["attempts"]] == [
        ("document", "ATTEMPT_OUTCOME_DONE"),
        ("open", "ATTEMPT_OUTCOME_DONE"),
    ]
    assert (clicked["order"], clicked["state"]) == ("merchants/acme/orders/shop-co:1002", "INVOICE_STATE_PENDING")

    assert '"reason": "ERROR_REASON_SKU_NOT_FOUND"' in output
    assert re.search(r'"suggestions": \[\s+"FLASK-1L"\s+\]', output)
    assert re.search(r"^exit 67$", output, re.MULTILINE)
    assert "Code: InvalidArgument" in errors
    assert '"domain":"erpgate","reason":"FIELD_INVALID"' in errors
    assert "Every rule of the automation holds; the invoice is made." in output

    assert re.search(r"FLASK-1L +\S* *FOUND", output)
    assert re.search(r"FLASK-2L +\S* *NOT_FOUND .*FLASK-1L", output)
    assert re.search(r"^exit 1$", output, re.MULTILINE)
    assert '"price": "110000' in output

    documents = re.search(r"^\[\{.*?\}\]", output, re.MULTILINE)
    assert documents is not None
    assert [(row["status"], row["total"], row["observations"].split()[-1]) for row in json.loads(documents[0])] == [
        ("open", 161000, "1001"),
        ("open", 119000, "1002"),
        ("open", 119000, "1004"),
    ]
    counts, _ = json.JSONDecoder().raw_decode(output, output.rindex('{"GET '))
    assert (counts["POST /invoices"], counts["POST /invoices/{id}/open"]) == (3, 3)
