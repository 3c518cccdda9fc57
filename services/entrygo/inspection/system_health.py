"""Checks the health of every part of the system concurrently, each with a timeout."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

import structlog

from entrygo.proto.inspection.v1 import inspection_pb2

OK = "ok"
DEGRADED = "degraded"
DOWN = "down"

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Probe:
    """One part: `ask` says whether it is well, and raises when it cannot be reached."""

    name: str
    ask: Callable[[], Awaitable[bool]]
    trouble: str = "Does not take work."


async def system_health(probes: Sequence[Probe], seconds: float) -> inspection_pb2.SystemHealthResponse:
    """`ok` when every part is, else `degraded`: this service answers, so not all is down."""
    components = await asyncio.gather(*(_component(probe, seconds) for probe in probes))
    status = OK if all(component.status == OK for component in components) else DEGRADED
    return inspection_pb2.SystemHealthResponse(status=status, components=components)


async def _component(probe: Probe, seconds: float) -> inspection_pb2.ComponentHealth:
    try:
        async with asyncio.timeout(seconds):
            is_well = await probe.ask()
    except TimeoutError:
        return _health(probe.name, DOWN, f"No answer within {seconds:g} s.")
    except Exception as error:
        log.info("health.component_down", component=probe.name, error=repr(error))
        return _health(probe.name, DOWN, "Cannot be reached.")
    return _health(probe.name, OK) if is_well else _health(probe.name, DEGRADED, probe.trouble)


def _health(name: str, status: str, detail: str = "") -> inspection_pb2.ComponentHealth:
    return inspection_pb2.ComponentHealth(name=name, status=status, detail=detail)
