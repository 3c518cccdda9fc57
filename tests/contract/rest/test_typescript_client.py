"""The TypeScript client on the running system, by node's own test runner."""

import asyncio
import os
import shutil

import pytest

from tests.architecture.sources import ROOT
from tests.harness.system import System

CLIENT = ROOT / "clients" / "typescript"


async def test_the_typescript_client_does_a_first_export(system: System) -> None:
    node = shutil.which("node")
    if node is None:
        pytest.skip("there is no node on this machine")
    if not (CLIENT / "dist" / "index.js").exists():
        pytest.skip("the TypeScript client is not built: make typescript")
    environment = {**os.environ, **system.env, "ENTRYGO_PRODUCT_ID": system.product_ids[0]}
    run = await asyncio.create_subprocess_exec(
        node, "--test", "test/", cwd=CLIENT, env=environment,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    said, _ = await run.communicate()
    assert run.returncode == 0, said.decode()
    assert b"# skipped 0" in said
