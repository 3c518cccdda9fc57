"""First exports with the clients that common generators make from the OpenAPI document."""

import asyncio
import json
import os
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.generators import BUILT, PYTHON, PYTHON_EXPORT, TYPESCRIPT_EXPORT
from tests.harness.system import System


async def first_export(system: System, *command: str | Path) -> dict[str, Any]:
    """What the program prints at the end."""
    environment = {
        **os.environ, **system.env, "ENTRYGO_PRODUCT_ID": system.product_ids[0],
        "PYTHONPATH": str(BUILT / "python"),
    }  # fmt: skip
    run = await asyncio.create_subprocess_exec(
        *command, env=environment, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    said, failed = await run.communicate()
    assert run.returncode == 0, failed.decode()
    answer: dict[str, Any] = json.loads(said)
    return answer


async def test_a_generated_python_client_does_a_first_export(system: System) -> None:
    if not PYTHON.exists():
        pytest.skip("the client is not generated: make generated")
    came = await first_export(system, PYTHON, PYTHON_EXPORT)
    assert came["status"] == "COMPLETED"
    assert came["planned"] == came["executed"]
    assert came["manifest"]
    assert came["metal"] == "CA"


async def test_a_generated_typescript_client_does_a_first_export(system: System) -> None:
    node = shutil.which("node")
    if node is None or not TYPESCRIPT_EXPORT.exists():
        pytest.skip("there is no node, or the client is not generated: make generated")
    came = await first_export(system, node, TYPESCRIPT_EXPORT)
    assert came["status"] == "COMPLETED"
    assert came["planned"] == came["executed"]
    assert came["manifest"]
    assert came["unknown"] == "NOT_FOUND"
