"""Tryton's own virtual environment: built once in a cache, and never mixed with erpgate's."""

import contextlib
import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from erpgate_tryton.real.releases import Release

CACHE = "ERPGATE_CACHE"
"""Environment variable with the folder of everything that can be made again; `.cache` where it is not set."""

SCRIPTS = Path(__file__).with_name("scripts")
"""What Tryton's Python runs."""

_PATIENCE = 600


class TrytonUnavailable(Exception):
    """Tryton cannot be had here; the message says why."""


def cache_folder(name: str, *contents: str) -> Path:
    """A folder of the cache that belongs to these contents alone."""
    digest = hashlib.sha256("\n".join(contents).encode()).hexdigest()[:12]
    return (Path(os.environ.get(CACHE) or ".cache") / f"{name}-{digest}").absolute()


def environment(release: Release, say: Callable[[str], None]) -> Path:
    """The folder of the environment's commands, which is built if it is not there.

    Raises:
        TrytonUnavailable: It cannot be built.
    """
    folder = cache_folder(f"tryton-{release.name}", sys.version, *release.packages)
    with built_once(folder) as building:
        if building:
            say(f"Installing Tryton {release.name} in {folder} …")
            run([sys.executable, "-m", "venv", str(folder)])
            pip = [str(folder / "bin" / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
            run([*pip, *release.packages])
    return folder / "bin"


@contextlib.contextmanager
def built_once(folder: Path) -> Iterator[bool]:
    """Whether the folder's contents are still to be made; whoever else wants them waits. Half of them never stay."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    ready = folder / ".ready"
    with folder.with_name(f"{folder.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if ready.exists():
            yield False
            return
        shutil.rmtree(folder, ignore_errors=True)
        yield True
        ready.touch()


def run(command: list[str], **environ: str) -> None:
    """Runs a command of the environment.

    Raises:
        TrytonUnavailable: It fails; the message holds the end of what it said.
    """
    done = subprocess.run(  # noqa: S603 - our own commands
        command,
        capture_output=True,
        text=True,
        check=False,
        timeout=_PATIENCE,
        env={**os.environ, **environ},
    )
    if done.returncode:
        raise TrytonUnavailable(f"{' '.join(command[:3])} …: {(done.stderr or done.stdout).strip()[-1000:]}")
