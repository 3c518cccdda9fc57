"""The state of the system, part by part."""

import asyncio

from entrygo.inspection.system_health import Probe, system_health


async def yes() -> bool:
    return True


async def no() -> bool:
    return False


async def refused() -> bool:
    raise ConnectionRefusedError


async def silent() -> bool:
    return await asyncio.Event().wait()


async def statuses(*probes: Probe) -> tuple[str, list[tuple[str, str]]]:
    health = await system_health(probes, 0.01)
    return health.status, [(component.name, component.status) for component in health.components]


async def test_health_is_ok_when_every_part_is() -> None:
    assert await statuses(Probe("database", yes)) == ("ok", [("database", "ok")])


async def test_health_is_degraded_and_names_the_parts_when_some_are_not_there() -> None:
    status, components = await statuses(
        Probe("database", yes), Probe("sync", no), Probe("kafka", refused), Probe("planning", silent)
    )
    assert status == "degraded"
    assert components == [("database", "ok"), ("sync", "degraded"), ("kafka", "down"), ("planning", "down")]
