"""Runs a service from its settings to its clean end, so that each `__main__` only puts its parts together.

Around the parts: the pools of the schema and of identity, the gRPC server with its interceptors,
the relay of the outbox, the purge of old idempotency keys, logging and signals.
"""

import asyncio
from collections.abc import Callable, Coroutine, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import Any, TypeVar

from entrygo.identity.authenticator import Authenticator
from entrygo.messaging.doorbell import separate_bells
from entrygo.messaging.measures import measure_outbox
from entrygo.messaging.relay import Relay
from entrygo.messaging.seal import Seal
from entrygo.postgres.idempotency import purge
from entrygo.postgres.measures import TableMeasure
from entrygo.postgres.pool import Pool
from entrygo.postgres.pools import Pools, open_pools
from entrygo.postgres.readiness import is_ready
from entrygo.postgres.sweeping import keep_swept
from entrygo.process.clock import Clock, Ids, utc_now
from entrygo.process.logging import bind_process
from entrygo.process.runtime import run
from entrygo.process.settings import ServiceSettings
from entrygo.rpc.interceptors.auth import RequiredScopes
from entrygo.rpc.local.channel import Neighbours
from entrygo.rpc.server import AGE_GRACE_SECONDS, Ready, Register, build_server
from entrygo.service.sampler import Measure, Sampler

# Identity is read on a miss of the authenticator's cache only.
IDENTITY_POOL_SIZE = 2
# How long work that was cancelled may still write what is left to be resumed.
LEAVING_SECONDS = 1.0

Work = Callable[[asyncio.Event], Coroutine[Any, Any, None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Runtime:
    """What a service is given: its pool, that of the keys, time, ids, and the event that ends all.

    `neighbours` are the services that share its process, where any do. What it opens in `pools` besides
    outlasts its parts, and is cut off with the others where that must be.
    """

    pools: Pools
    pool: Pool
    identity: Pool
    clock: Clock
    ids: Ids
    stop: asyncio.Event
    neighbours: Neighbours | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What a service brings.

    `background` runs beside the server, each until its event is set; one that fails ends the process.
    `measures` are figures that the metrics of the service take from its schema.
    `records_events` says that the service writes: it has an outbox to publish and idempotency keys to purge.
    `conditions` are parts that health names beside the service itself, each with its question.
    `longest_rpc_seconds` is how long one of its RPCs may rightfully take, `relay_rest_seconds` how long its
    events may wait for others to be published with.
    """

    rpc_services: tuple[str, ...]
    required_scopes: RequiredScopes
    register: Register
    background: Sequence[Work] = ()
    measures: Sequence[Measure] = ()
    records_events: bool = True
    conditions: Mapping[str, Ready] = field(default_factory=dict)
    longest_rpc_seconds: int = AGE_GRACE_SECONDS
    relay_rest_seconds: float = 0.0


S = TypeVar("S", bound=ServiceSettings)
# Entered before the server starts, left after it and all background work have ended.
Wire = Callable[[S, Runtime], AbstractAsyncContextManager[Parts]]


def run_service(name: str, settings: S, wire: Wire[S]) -> None:
    """Runs the service `name`, which is also that of its schema, until SIGINT or SIGTERM."""
    run(name, settings, partial(serve, name, settings, wire))


async def serve(
    name: str,
    settings: S,
    wire: Wire[S],
    stop: asyncio.Event,
    *,
    neighbours: Neighbours | None = None,
) -> None:
    """Opens what the service needs, works until `stop`, closes everything in the reverse order.

    Where it shares its process it is one of the `neighbours` meanwhile. The pools outlast the parts, because
    a part may write while it ends.
    """

    bind_process(name)
    separate_bells()
    async with open_pools() as pools:
        runtime = Runtime(
            pools=pools,
            pool=await pools.open(
                settings.database_url.get_secret_value(), schema=name, max_size=settings.pool_size
            ),
            identity=await pools.open(
                settings.identity.database_url.get_secret_value(),
                schema="identity",
                max_size=IDENTITY_POOL_SIZE,
                name=f"{name} identity",
            ),
            clock=utc_now,
            ids=Ids(),
            stop=stop,
            neighbours=neighbours,
        )
        wired = asyncio.create_task(_wired(name, settings, wire, runtime), name=name)
        try:
            await asyncio.shield(wired)
        except asyncio.CancelledError:
            wired.cancel()
            await asyncio.wait((wired,), timeout=LEAVING_SECONDS)
            # Whoever gives a connection back waits for its server, which may be what hangs.
            pools.terminate()
            await asyncio.wait((wired,))
            raise


async def _wired(name: str, settings: S, wire: Wire[S], runtime: Runtime) -> None:
    async with wire(settings, runtime) as parts:
        await _work(name, settings, parts, runtime)


async def _work(name: str, settings: S, parts: Parts, runtime: Runtime) -> None:
    """Server and background work side by side; one that fails ends the others."""
    server = build_server(
        settings=settings.rpc,
        stopping=settings.stop,
        port=settings.port,
        authenticator=Authenticator(runtime.identity, service_tokens=settings.identity.tokens),
        required_scopes=parts.required_scopes,
        register=parts.register,
        service_names=parts.rpc_services,
        ready=partial(is_ready, runtime.pool),
        conditions=parts.conditions,
        longest_rpc_seconds=parts.longest_rpc_seconds,
    )
    if runtime.neighbours is not None:
        runtime.neighbours.add(name, server.local)
    writing = _work_of_writers(name, settings, runtime, parts) if parts.records_events else ()
    sampling = _work_of_metrics(name, settings, parts) if settings.metrics.port else ()
    async with asyncio.TaskGroup() as tasks:
        for work in (server.serve, *writing, *sampling, *parts.background):
            tasks.create_task(_ending_all(work, runtime.stop), name=name_of(work))


async def _ending_all(work: Work, stop: asyncio.Event) -> None:
    """Work that fails ends the process as a signal does: within the same limit."""
    try:
        await work(stop)
    except Exception:
        stop.set()
        raise


def name_of(work: Work) -> str:
    """As the log names a work that does not end, such as `Relay.run`."""
    function = work.func if isinstance(work, partial) else work
    return getattr(function, "__qualname__", repr(function))


def _work_of_metrics(name: str, settings: ServiceSettings, parts: Parts) -> tuple[Work, ...]:
    queue = (partial(measure_outbox, name),) if parts.records_events else ()
    url = settings.database_url.get_secret_value()
    measures = (TableMeasure(name), *queue, *parts.measures)
    return (Sampler(database_url=url, schema=name, measures=measures).run,)


def _work_of_writers(
    name: str, settings: ServiceSettings, runtime: Runtime, parts: Parts
) -> tuple[Work, ...]:
    relay = Relay(
        database_url=settings.database_url.get_secret_value(),
        schema=name,
        kafka=settings.kafka,
        seal=Seal(settings.identity.tokens),
        rest_seconds=parts.relay_rest_seconds,
    )
    old_keys = partial(purge, older_than=timedelta(days=settings.idempotency_keep_days))
    return relay.run, partial(keep_swept, runtime.pool, (old_keys,))
