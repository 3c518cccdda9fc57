"""Fails when what is generated and checked in is stale: shared/entrygo/proto, pages of docs/, the client.

Writes nothing into the tree.
"""

import filecmp
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = Path("entrygo") / "proto"
DOCS = ROOT / "docs"
# What each writes to below the folder it is given.
GENERATORS = {
    "generate_csv_columns": "csv-columns.md",
    "generate_order_fields": "api/orders.md",
    "generate_reference_pages": "",
    "generate_asyncapi": "asyncapi.json",
    "generate_commands": "commands.md",
}
CLIENT = ROOT / "clients" / "python" / "src" / "entrygo_client"
CHECKED_IN = ROOT / "shared" / PACKAGE


def main() -> int:
    """1 with what differs, else 0."""
    is_current = [_are_protos_current(), _are_pages_current(), _is_client_current()]
    return 0 if all(is_current) else 1


def _are_protos_current() -> bool:
    with tempfile.TemporaryDirectory(prefix="entrygo-protos-") as folder:
        generator = ROOT / "scripts" / "generate_protos.py"
        subprocess.run([sys.executable, generator, folder], check=True)
        stale = differences(Path(folder) / PACKAGE, CHECKED_IN)
    for line in stale:
        print(line)
    if stale:
        print("shared/entrygo/proto is not what protos/ generates: run `make protos`.")
    return not stale


def _are_pages_current() -> bool:
    with tempfile.TemporaryDirectory(prefix="entrygo-pages-") as folder:
        for generator, target in GENERATORS.items():
            Path(folder, target).parent.mkdir(exist_ok=True)
            subprocess.run(
                [sys.executable, "-m", f"scripts.{generator}", Path(folder) / target], cwd=ROOT, check=True
            )
        stale = [
            path
            for path in sorted(files_of(Path(folder)))
            if not filecmp.cmp(Path(folder) / path, DOCS / path, shallow=False)
        ]
    for name in stale:
        print(f"docs/{name} is not what the code declares: run `make pages`.")
    return not stale


def _is_client_current() -> bool:
    with tempfile.TemporaryDirectory(prefix="entrygo-client-") as folder:
        subprocess.run([sys.executable, "-m", "scripts.generate_python_client", folder], cwd=ROOT, check=True)
        stale = [
            path
            for path in sorted(files_of(Path(folder)))
            if not filecmp.cmp(Path(folder) / path, CLIENT / path, shallow=False)
        ]
    for path in stale:
        print(f"{CLIENT / path} is not what the contract generates: run `make pages`.")
    return not stale


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
