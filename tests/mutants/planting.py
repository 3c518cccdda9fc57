"""A copy of the repository in which faults can be planted: a text is replaced, and put back afterwards."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SOURCE_ROOTS = ("services", "gateway", "shared")


@dataclass(frozen=True, slots=True)
class Edit:
    """In `file`, `old` (which stands there exactly once) becomes `new`."""

    file: str
    old: str
    new: str


class Stale(Exception):
    """The old text of an edit is not there, or more than once."""


@contextmanager
def copied_repository() -> Iterator[Path]:
    """Every file that git knows or would add, as it is now."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    with tempfile.TemporaryDirectory(prefix="entrygo-mutants-") as folder:
        for name in filter(None, listed.stdout.split("\0")):
            if (ROOT / name).is_file():
                (Path(folder) / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(ROOT / name, Path(folder) / name)
        yield Path(folder)


@contextmanager
def planted(copy: Path, edit: Edit) -> Iterator[None]:
    """The copy with this edit; raises Stale."""
    file = copy / edit.file
    before = file.read_text(encoding="utf-8") if file.is_file() else ""
    if before.count(edit.old) != 1:
        raise Stale(f"in {edit.file} {before.count(edit.old)} times")
    file.write_text(before.replace(edit.old, edit.new), encoding="utf-8")
    try:
        yield
    finally:
        file.write_text(before, encoding="utf-8")


def environment_of(copy: Path) -> Mapping[str, str]:
    """The copy's modules come before those that are installed, whose place is the repository."""
    return {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(str(copy / root) for root in SOURCE_ROOTS),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
