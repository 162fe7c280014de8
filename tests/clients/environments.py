"""One virtual environment per client, because all of them install a package called `alegra`."""

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

_FOLDER = Path(__file__).parents[2] / ".cache" / "clients"
_PINS = "pins.txt"


@dataclass(frozen=True, kw_only=True)
class Client:
    """A published client.

    Attributes:
        name: Of its distribution.
        version: That is tested.
        script: Module that exercises it.
    """

    name: str
    version: str
    script: str


CLIENTS = (
    Client(name="alegra-python", version="0.1.3", script="clients.script_alegra_python"),
    Client(name="alegrapy", version="0.0.4", script="clients.script_alegrapy"),
    Client(name="alegra", version="0.1.1", script="clients.script_alegra"),
)
"""All of them, in the order of the table."""

_LIBRARIES = (
    "certifi==2026.10.19.post1",
    "charset-normalizer==3.5.2",
    "idna==3.20",
    "requests==2.34.2",
    "urllib3==2.8.0",
)
"""What every one of them needs; none says which version."""


def interpreter_of(client: Client) -> Path:
    """The Python that has the client; its environment is made when there is none or a pin has changed."""
    folder = _FOLDER / client.name
    python, kept = folder / "bin" / "python", folder / _PINS
    pins = "\n".join([f"# Python {sys.version}", f"{client.name}=={client.version}", *_LIBRARIES, ""])
    if kept.exists() and kept.read_text() == pins and python.exists():
        return python
    print(f"installing {client.name} {client.version}", file=sys.stderr, flush=True)
    _run(sys.executable, "-m", "venv", "--clear", str(folder))
    unfinished = folder / "unfinished.txt"
    unfinished.write_text(pins)
    _run(str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", str(unfinished))
    unfinished.rename(kept)
    return python


def _run(*command: str) -> None:
    done = subprocess.run(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    if done.returncode:
        raise SystemExit(f"{' '.join(command)}\n{done.stdout}")
