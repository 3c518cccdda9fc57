"""The running system as the other tests get it."""

import pytest

from tests.harness.system import System


@pytest.mark.parametrize("key", ["api_key", "other_api_key", "test_key"])
async def test_system_lets_every_key_in(system: System, key: str) -> None:
    async with system.client(getattr(system, key)) as client:
        assert (await client.get("/api/system/health")).status_code == 200


@pytest.mark.parametrize("name", ["inspection", "gateway"])
async def test_system_is_ready_again_when_a_part_was_killed(system: System, name: str) -> None:
    gone = system.kill(name)
    await system.restarted(name, after=gone)
    async with system.client() as client:
        assert (await client.get("/api/system/health")).status_code == 200
