"""The commands that the documentation shows do what it says, on a running system."""

import sys
import time
from pathlib import Path

import httpx
import pytest

from tests.architecture.sources import ROOT
from tests.e2e.page_commands import blocks_of, session
from tests.harness.system import REST_SECONDS, System

PAGES = (
    "README",
    "docs/guides/first-export",
    "docs/guides/your-own-data",
    "docs/guides/warehouse-integration",
    "docs/api/orders",
    "docs/api/exports",
    "docs/api/customs-packages",
    "docs/api/events",
    "docs/webhooks",
    "docs/keys",
)
# The week's block of the README has a test of its own: tests/e2e/test_warehouse_week.py.
WEEK = "entrygo products import"
BIN = Path(sys.executable).parent


def await_health(system: System) -> None:
    """Returns once nothing is degraded any more: other tests restart parts of the shared system."""
    deadline = time.monotonic() + 60
    headers = {"authorization": f"Bearer {system.api_key}"}
    with httpx.Client(
        base_url=system.base_url, headers=headers, timeout=REST_SECONDS, trust_env=False
    ) as client:
        while (health := client.get("/api/system/health").json())["status"] != "ok":
            assert time.monotonic() < deadline, health
            time.sleep(0.1)


# A page of commands of the CLI starts it eight times.
@pytest.mark.timeout(600)
@pytest.mark.parametrize("page", PAGES)
def test_commands_of_a_page_answer_as_it_shows(page: str, system: System, tmp_path: Path) -> None:
    text = (ROOT / f"{page}.md").read_text(encoding="utf-8")
    blocks = [block for block in blocks_of(text) if not block.commands.startswith(WEEK)]
    assert blocks
    product = {"ENTRYGO_PRODUCT_ID": system.product_ids[0]}
    await_health(system)
    shell = session({**system.env, **product}, tmp_path, BIN)
    for block in blocks:
        shell.run(block)
