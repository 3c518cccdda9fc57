"""Fails when shared/entrygo/proto is not what protos/ generates. Writes nothing into the tree."""

import filecmp
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = Path("entrygo") / "proto"
CHECKED_IN = ROOT / "shared" / PACKAGE


def main() -> int:
    """1 with the files that differ, else 0."""
    with tempfile.TemporaryDirectory(prefix="entrygo-protos-") as folder:
        generator = ROOT / "scripts" / "generate_protos.py"
        subprocess.run([sys.executable, generator, folder], check=True)
        stale = differences(Path(folder) / PACKAGE, CHECKED_IN)
    for line in stale:
        print(line)
    if stale:
        print("shared/entrygo/proto is not what protos/ generates: run `make protos`.")
    return 1 if stale else 0


def differences(fresh: Path, checked_in: Path) -> list[str]:
    """One line a file that is missing, left over or different, by path."""
    expected, present = files_of(fresh), files_of(checked_in)
    lines = [(path, "missing") for path in expected - present]
    lines += [(path, "left over") for path in present - expected]
    lines += [
        (path, "different")
        for path in expected & present
        if not filecmp.cmp(fresh / path, checked_in / path, shallow=False)
    ]
    return [f"{PACKAGE / path}: {state}" for path, state in sorted(lines)]


def files_of(folder: Path) -> set[Path]:
    """Everything below, without what running the code leaves there."""
    return {
        path.relative_to(folder)
        for path in folder.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


if __name__ == "__main__":
    sys.exit(main())
