"""The commands that the documentation shows do what it says, on a running system."""

import sys
from pathlib import Path

import pytest

from tests.architecture.sources import ROOT
from tests.e2e.page_commands import blocks_of, session
from tests.harness.system import System

PAGES = (
    "guides/first-export",
    "guides/your-own-data",
    "guides/warehouse-integration",
    "api/orders",
    "api/exports",
    "api/customs-packages",
)
BIN = Path(sys.executable).parent


# A page of commands of the CLI starts it eight times.
@pytest.mark.timeout(300)
@pytest.mark.parametrize("page", PAGES)
def test_commands_of_a_page_answer_as_it_shows(page: str, system: System, tmp_path: Path) -> None:
    text = (ROOT / "docs" / f"{page}.md").read_text(encoding="utf-8")
    blocks = list(blocks_of(text))
    assert blocks
    product = {"ENTRYGO_PRODUCT_ID": system.product_ids[0]}
    shell = session({**system.env, **product}, tmp_path, BIN)
    for block in blocks:
        shell.run(block)
