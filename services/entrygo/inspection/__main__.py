"""Composition root of the inspection service."""

import asyncio
from collections.abc import Mapping
from functools import partial

import grpc

from entrygo.identity.authenticator import Authenticator
from entrygo.inspection.changes import Changes
from entrygo.inspection.consumers import ExportEvents
from entrygo.inspection.owners import check_serving, execution_owner, planning_owner
from entrygo.inspection.read_model import ReadModel
from entrygo.inspection.reconciler import Reconciler
from entrygo.inspection.servicer import REQUIRED_SCOPES, SERVICE_NAME, InspectionServicer
from entrygo.inspection.settings import SCHEMA, Settings
from entrygo.inspection.system_health import Probe
from entrygo.inspection.use_cases import Inspector
from entrygo.messaging.events import EXECUTION, PLANNING, SYNC
from entrygo.messaging.projector import Projector
from entrygo.postgres.pool import Pool, open_pool
from entrygo.postgres.readiness import is_ready
from entrygo.process.clock import utc_now
from entrygo.process.runtime import run
from entrygo.proto.inspection.v1 import inspection_pb2_grpc
from entrygo.rpc.channel import open_channel
from entrygo.rpc.server import build_server

# Identity is read on a cache miss only.
IDENTITY_POOL = 4

Channels = Mapping[str, grpc.aio.Channel]


async def serve(settings: Settings, stop: asyncio.Event) -> None:
    """Opens what the service needs, works until `stop`, closes everything."""
    pool = await open_pool(
        settings.database_url.get_secret_value(), schema=SCHEMA, max_size=settings.pool_size
    )
    identity = await open_pool(
        settings.identity_database_url.get_secret_value(), schema="identity", max_size=IDENTITY_POOL
    )
    channels = {
        SYNC: open_channel(settings.sync_target),
        PLANNING: open_channel(settings.planning_target),
        EXECUTION: open_channel(settings.execution_target),
    }
    try:
        await _work(settings, pool, identity, channels, stop)
    finally:
        await asyncio.gather(
            *(channel.close() for channel in channels.values()), pool.close(), identity.close()
        )


async def _work(
    settings: Settings, pool: Pool, identity: Pool, channels: Channels, stop: asyncio.Event
) -> None:
    """Server, projector and reconciler side by side; one that fails ends the others."""
    owners = {
        PLANNING: planning_owner(channels[PLANNING]),
        EXECUTION: execution_owner(channels[EXECUTION]),
    }
    changes = Changes()
    read_model = ReadModel(pool, changes)
    reconciler = Reconciler(
        pool,
        read_model,
        tuple(owners.values()),
        utc_now,
        service_token=settings.token,
        every_seconds=settings.reconcile_seconds,
    )
    sink = ExportEvents(pool, read_model, reconciler)
    projector = Projector(kafka=settings, group=settings.kafka_group or None, sink=sink)
    inspector = Inspector(
        pool, read_model, changes, owners, poll_seconds=settings.watch_poll_seconds, stop=stop
    )
    servicer = InspectionServicer(
        inspector,
        _probes(settings, pool, projector, channels),
        owner_seconds=settings.owner_seconds,
        probe_seconds=settings.probe_seconds,
    )
    server = build_server(
        settings=settings,
        port=settings.port,
        authenticator=Authenticator(identity, utc_now, service_token=settings.token),
        required_scopes=REQUIRED_SCOPES,
        register=partial(inspection_pb2_grpc.add_InspectionServicer_to_server, servicer),
        service_names=(SERVICE_NAME,),
        ready=partial(is_ready, pool),
    )
    async with asyncio.TaskGroup() as tasks:
        for work in (server.serve, projector.run, reconciler.run):
            tasks.create_task(work(stop))


def _probes(settings: Settings, pool: Pool, projector: Projector, channels: Channels) -> tuple[Probe, ...]:
    return (
        Probe("database", partial(is_ready, pool)),
        Probe("kafka", projector.is_connected),
        *(
            Probe(name, partial(check_serving, channel, settings.probe_seconds))
            for name, channel in channels.items()
        ),
    )


def main() -> None:
    settings = Settings()
    run("inspection", settings, partial(serve, settings))


if __name__ == "__main__":
    main()
