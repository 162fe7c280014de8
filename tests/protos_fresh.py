"""Fails when the generated code is not what the protos say; run by `make check`."""

import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parent.parent
GENERATED = ROOT / "server" / "erpgate" / "v1"


def main() -> int:
    """Generates into a folder of its own and compares."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["make", "--silent", "protos", f"GENERATED={folder}"], check=True, cwd=ROOT)
        produced = Path(folder) / "erpgate" / "v1"
        names = {path.name for path in (*produced.glob("*.py*"), *GENERATED.glob("*.py*"))}
        stale = sorted(name for name in names if _text(produced / name) != _text(GENERATED / name))
    if stale:
        print(f"run `make protos`: {', '.join(stale)} are not what the protos say", file=sys.stderr)
    return bool(stale)


def _text(path: Path) -> str:
    return path.read_text() if path.exists() else ""


if __name__ == "__main__":
    sys.exit(main())
