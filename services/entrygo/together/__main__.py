"""The process of all services: `python -m entrygo.together`.

Each is put together as in a process of its own, and listens on its own port; what one asks of another does
not leave the process (entrygo.rpc.local). Why, and what is given up for it: docs/decisions/0020.
"""

import asyncio
from collections.abc import Coroutine
from functools import partial
from typing import Any

from entrygo.execution.__main__ import wire as wire_execution
from entrygo.gateway.__main__ import serve as serve_gateway
from entrygo.inspection.__main__ import wire as wire_inspection
from entrygo.planning.__main__ import wire as wire_planning
from entrygo.process.runtime import run
from entrygo.process.settings import StopSettings
from entrygo.rpc.local.channel import Neighbours
from entrygo.service.run import serve
from entrygo.sync.__main__ import wire as wire_sync
from entrygo.together.settings import Settings

NAME = "together"


async def work(settings: Settings, stop: asyncio.Event) -> None:
    """Serves until `stop`, or until one of them fails; raises what the first failed with.

    The gateway ends first, as its requests under way need the services; where a service fails, all end.
    """
    neighbours: Neighbours = {}
    leave = asyncio.Event()
    services = (
        serve("sync", settings.sync, wire_sync, leave, neighbours=neighbours),
        serve("planning", settings.planning, wire_planning, leave, neighbours=neighbours),
        serve("execution", settings.execution, wire_execution, leave, neighbours=neighbours),
        serve("inspection", settings.inspection, wire_inspection, leave, neighbours=neighbours),
    )
    gateway = serve_gateway(settings.gateway, stop, neighbours=neighbours)
    parts = (*(_then(each, leave) for each in services), _then(gateway, leave), _then(leave.wait(), stop))
    for result in await asyncio.gather(*parts, return_exceptions=True):
        if isinstance(result, BaseException):
            raise result


async def _then(part: Coroutine[Any, Any, Any], over: asyncio.Event) -> None:
    """Sets `over` once the part has ended, however it did."""
    try:
        await part
    finally:
        over.set()


def both_ends(stop: StopSettings) -> StopSettings:
    """How long the process may take to end: the gateway, and the services after it."""
    return StopSettings(drain_seconds=2 * stop.drain_seconds, stop_grace_seconds=2 * stop.stop_grace_seconds)


if __name__ == "__main__":
    SETTINGS = Settings()
    run(NAME, SETTINGS, partial(work, SETTINGS), limits=both_ends(SETTINGS.stop))
