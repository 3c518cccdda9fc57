"""Commands on a page of the documentation are run by a test, or the page says that nobody runs them."""

from tests.architecture.sources import ROOT
from tests.e2e.page_commands import blocks_of
from tests.e2e.test_pages import PAGES

# By a test of its own: tests/e2e/test_three_brands.py.
WEEK = "docs/guides/three-brands"


def test_commands_that_no_test_runs_are_marked() -> None:
    pages = [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]
    with_commands = {
        str(page.relative_to(ROOT).with_suffix(""))
        for page in pages
        if any(blocks_of(page.read_text(encoding="utf-8")))
    }
    assert with_commands == {*PAGES, WEEK}, "the fence of a block that nobody runs is `sh norun`"
