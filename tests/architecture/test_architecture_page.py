"""docs/architecture.md speaks of what is there."""

import re
from functools import cache

from tests.architecture.sources import ROOT

PAGE = ROOT / "docs" / "architecture.md"
TOPS = ("services", "gateway", "shared", "clients", "protos", "tests", "scripts", "docs")
# In backticks, or in the picture; a placeholder (`<type>.py`) ends a path at its folder.
PATH = re.compile(rf"`((?:{'|'.join(TOPS)})/[\w./-]+)")
# By its end, as one speaks of it: `store.py`, `reference/library.py`.
FILE = re.compile(r"(?<![\w./<-])((?:[\w-]+/)*[\w-]+\.(?:py|proto|md))\b")
FOLDER = re.compile(r"(?<![\w./<>-])((?:[a-z_]+/)+)(?![\w<*.…])")
CONSTANT = re.compile(r"`(_?[A-Z][A-Z_]{3,})`")
# SQL and the environment are not ours.
NOT_IN_CODE = {"CHECK"}


def test_every_path_on_the_page_is_there() -> None:
    paths = {path for path in PATH.findall(_page()) if "<" not in path}
    assert paths
    assert [path for path in sorted(paths) if not (ROOT / path).exists()] == []


def test_every_file_that_the_page_names_by_its_end_is_there() -> None:
    names = set(FILE.findall(_page()))
    assert "judge.py" in names
    assert [
        name for name in sorted(names) if not any(f"/{path}".endswith(f"/{name}") for path in _files())
    ] == []


def test_every_folder_that_the_page_names_is_there() -> None:
    folders = {"/" + path.rpartition("/")[0] + "/" for path in _files()}
    names = set(FOLDER.findall(_page()))
    assert "rules/" in names
    assert [name for name in sorted(names) if not any(f"/{name}" in folder for folder in folders)] == []


def test_every_list_that_the_page_names_is_one() -> None:
    names = set(CONSTANT.findall(_page())) - NOT_IN_CODE
    assert "EVENT_DATA" in names
    written = "\n".join(
        (ROOT / path).read_text(encoding="utf-8") for path in _files() if path.endswith(".py")
    )
    assert [name for name in sorted(names) if not re.search(rf"(?m)^\s*{name}\b.*=", written)] == []


def _page() -> str:
    return PAGE.read_text(encoding="utf-8")


@cache
def _files() -> tuple[str, ...]:
    """What people wrote, by its path from the top."""
    return tuple(
        path.relative_to(ROOT).as_posix()
        for top in TOPS
        for path in sorted((ROOT / top).rglob("*"))
        if path.suffix in {".py", ".proto", ".md", ".sql"}
    )
