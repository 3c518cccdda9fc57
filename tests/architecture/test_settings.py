"""The README's table of settings is the settings classes, no more and no less."""

import re
from collections.abc import Iterator

from tests.architecture.settings import every_variable
from tests.architecture.sources import ROOT

HEADING = "## Configuration"
SETTING = re.compile(r"`(ENTRYGO_[A-Z0-9_]+)`")


def test_readme_lists_every_setting() -> None:
    assert every_variable() - set(_documented()) == set()


def test_readme_lists_no_setting_that_is_not_read() -> None:
    assert set(_documented()) - every_variable() == set()


def test_every_setting_carries_our_prefix() -> None:
    assert [name for name in every_variable() if not name.startswith("ENTRYGO_")] == []


def _documented() -> Iterator[str]:
    """What stands in the first column of the tables under the heading."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert f"\n{HEADING}\n" in text
    section = text.partition(f"\n{HEADING}\n")[2].partition("\n## ")[0]
    for row in section.splitlines():
        if row.startswith("|"):
            yield from SETTING.findall(row.split("|")[1])
