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
from entrygo.process.ending import first_ended
from entrygo.process.refusals import read_or_exit
from entrygo.process.runtime import run
from entrygo.process.settings import StopSettings
from entrygo.rpc.local.channel import Neighbours
from entrygo.service.run import serve
from entrygo.sync.__main__ import wire as wire_sync
from entrygo.together.settings import Settings

NAME = "together"


async def work(settings: Settings, stop: asyncio.Event) -> None:
    """Serves until `stop`, or until one of them fails; raises what the first failed with.

    Each begins once those that it asks take calls, and the gateway last, unless the end has come before. The
    gateway ends first, as its requests under way need the services; where a service fails, all end.
    """
    neighbours, leave = Neighbours(), asyncio.Event()
    services = {
        "sync": partial(serve, "sync", settings.sync, wire_sync),
        "planning": partial(serve, "planning", settings.planning, wire_planning),
        "execution": partial(serve, "execution", settings.execution, wire_execution),
        "inspection": partial(serve, "inspection", settings.inspection, wire_inspection),
    }
    failures: list[Exception] = []
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(_until(leave.wait(), stop, failures))
        for name, served in services.items():
            serving = served(leave, neighbours=neighbours)
            tasks.create_task(_until(serving, leave, failures), name=name)
            await first_ended(neighbours.opened(name), leave.wait(), stop.wait())
            if leave.is_set() or stop.is_set():
                # What has not begun does not begin.
                leave.set()
                break
        else:
            gateway = serve_gateway(settings.gateway, stop, neighbours=neighbours)
            tasks.create_task(_until(gateway, leave, failures), name="gateway")
    if failures:
        raise failures[0]


async def _until(part: Coroutine[Any, Any, Any], over: asyncio.Event, failures: list[Exception]) -> None:
    """Sets `over` once the part has ended, however it did: the others are to end in order."""
    try:
        await part
    except Exception as error:
        failures.append(error)
    finally:
        over.set()


def both_ends(stop: StopSettings) -> StopSettings:
    """How long the process may take to end: the gateway, and the services after it."""
    return StopSettings(drain_seconds=2 * stop.drain_seconds, stop_grace_seconds=2 * stop.stop_grace_seconds)


if __name__ == "__main__":
    SETTINGS = read_or_exit(Settings)
    run(NAME, SETTINGS, partial(work, SETTINGS), limits=both_ends(SETTINGS.stop))
