"""`python -m clients.run`: runs every published client against the simulator and prints what works."""

import json
import os
import select
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from rich.console import Console
from rich.table import Table

from clients.behaviours import BEHAVIOURS
from clients.companies import company
from clients.environments import CLIENTS, Client, interpreter_of

_TESTS = Path(__file__).parents[1]
_ERPGATE = Path(sys.executable).with_name("erpgate")
_START_SECONDS = 30.0
_SCRIPT_SECONDS = 60.0
_STOP_SECONDS = 10.0
_NOWHERE = "http://127.0.0.1:1"
"""Proxy for everything but the simulator, so that no client can reach Alegra itself."""


@dataclass(frozen=True, kw_only=True)
class Told:
    """What a script tells about one behaviour.

    Attributes:
        outcome: ``ok``, ``failed`` or ``not offered``.
        note: How the client does it, where it has no method of its own for it.
        detail: What failed.
    """

    outcome: str
    note: str = ""
    detail: str = ""


def main() -> int:
    """Runs all clients; 1 when a behaviour failed or was not told about."""
    with ThreadPoolExecutor() as pool:
        interpreters = list(pool.map(interpreter_of, CLIENTS))
    with _simulator() as url:
        results = {client: _run(client, python, url) for client, python in zip(CLIENTS, interpreters, strict=True)}
    _print(results)
    return any(told.outcome == "failed" for result in results.values() for told in result.values())


@contextmanager
def _simulator() -> Iterator[str]:
    """URL of a simulator that ends with the block."""
    command = [str(_ERPGATE), "simulate", "alegra", "--listen", "127.0.0.1:0"]
    with (
        tempfile.TemporaryFile() as log,
        subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=log) as process,
    ):
        try:
            assert process.stdout is not None
            ready, _, _ = select.select([process.stdout], [], [], _START_SECONDS)
            line = process.stdout.readline().decode() if ready else ""
            if not line.startswith("listening on "):
                log.seek(0)
                raise SystemExit(f"the simulator did not start: {line}{log.read().decode()}")
            yield f"http://{line.removeprefix('listening on ').strip()}"
        finally:
            process.terminate()
            try:
                process.wait(timeout=_STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()


def _run(client: Client, python: Path, url: str) -> dict[str, Told]:
    """Runs a client's script on a company of its own."""
    seed = company(client.name)
    answer = httpx.post(f"{url}/_sim/seed", json={"tenants": [seed]})
    if answer.status_code != httpx.codes.OK:
        raise SystemExit(f"the company of {client.name} cannot be made: {answer.text}")
    seeded = answer.json()["tenants"][0]
    try:
        done = subprocess.run(
            [str(python), "-m", client.script],
            cwd=_TESTS,
            env=_environ(url, seed, seeded),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=_SCRIPT_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return dict.fromkeys(BEHAVIOURS, Told(outcome="failed", detail=f"no end in {_SCRIPT_SECONDS:.0f} s"))
    told = {line.pop("behaviour"): Told(**line) for line in map(json.loads, done.stdout.splitlines())}
    if done.returncode:
        print(f"{client.script} ended with {done.returncode}:\n{done.stderr[-4000:]}", file=sys.stderr)
    lost = Told(outcome="failed", detail="nothing was told about it")
    return {name: told.get(name, lost) for name in BEHAVIOURS}


def _environ(url: str, seed: Mapping[str, Any], seeded: Mapping[str, Any]) -> dict[str, str]:
    return {
        "PATH": os.environ.get("PATH", ""),
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONUTF8": "1",
        "HTTP_PROXY": _NOWHERE,
        "HTTPS_PROXY": _NOWHERE,
        "NO_PROXY": "127.0.0.1",
        "ALEGRA_URL": f"{url}/api/v1",
        "ALEGRA_EMAIL": seed["email"],
        "ALEGRA_TOKEN": seed["token"],
        "ALEGRA_SEEDED": json.dumps(seeded),
    }


def _print(results: Mapping[Client, Mapping[str, Told]]) -> None:
    console = Console(width=120 if not sys.stdout.isatty() else None, highlight=False)
    table = Table("behaviour", *(f"{client.name} {client.version}" for client in results))
    for name in BEHAVIOURS:
        table.add_row(name, *(_cell(result[name]) for result in results.values()))
    console.print(table)
    if any(told.note for result in results.values() for told in result.values()):
        console.print("* through the client's get, post, put and delete; it has no method of its own for this")
    for client, result in results.items():
        for name, told in result.items():
            if told.outcome == "failed":
                console.print(f"{client.name}, {name}: {told.detail}", markup=False, soft_wrap=True)


def _cell(told: Told) -> str:
    if told.outcome == "failed":
        return "[bold red]failed[/]"
    if told.outcome == "not offered":
        return "[dim]not offered by this client[/]"
    return "[green]ok[/]*" if told.note else "[green]ok[/]"


if __name__ == "__main__":
    sys.exit(main())
