"""The execution process: `python -m entrygo.execution`."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

from entrygo.execution.clients.planning import PlanningClient
from entrygo.execution.clients.sync import SyncBrokers
from entrygo.execution.making.child_maker import MODULE, ChildMaker
from entrygo.execution.making.setup import MakerSetup
from entrygo.execution.objects.cloud import DOWNLOAD_TIMEOUT
from entrygo.execution.servicer import REQUIRED_SCOPES, SERVICE_NAME, ExecutionServicer
from entrygo.execution.settings import Settings
from entrygo.execution.state.measures import measure
from entrygo.execution.ways import build_channels
from entrygo.execution.wiring import PACKAGES_AT_ONCE, ExecutionParts, Surroundings, build_parts
from entrygo.process.failpoints import reach
from entrygo.process.refusals import read_or_exit
from entrygo.process.workers import open_workers
from entrygo.proto.execution.v1 import execution_pb2_grpc
from entrygo.rpc.conditions import ARTIFACTS
from entrygo.rpc.local.channel import channel_to
from entrygo.service.run import Parts, Runtime, run_service

DRAIN_SECONDS = 0.4
# Connections for what inspect asks: one indexed look each, behind which no execute stands.
READING_CONNECTIONS = 2


@asynccontextmanager
async def wire(settings: Settings, runtime: Runtime) -> AsyncIterator[Parts]:
    """Puts the parts of the service together; at the end, executions under way get a moment to finish."""
    token = settings.identity.token
    channels = build_channels(settings)
    open_own = partial(runtime.pools.open, settings.database_url.get_secret_value(), schema="execution")
    lease_pool = await open_own(max_size=settings.delivery.pool_size, name="execution leases")
    reading_pool = await open_own(max_size=READING_CONNECTIONS, name="execution reading")
    to = partial(channel_to, security=settings.rpc.peers, neighbours=runtime.neighbours)
    async with (
        open_workers(MODULE, MakerSetup.of(settings), at_once=PACKAGES_AT_ONCE) as workers,
        to("planning", settings.planning_target) as planning_channel,
        to("sync", settings.sync_target) as sync_channel,
    ):
        around = Surroundings(
            settings=settings,
            pool=runtime.pool,
            lease_pool=lease_pool,
            reading_pool=reading_pool,
            channels=channels,
            planning=PlanningClient(planning_channel, service_token=token),
            brokers=SyncBrokers(sync_channel, service_token=token),
            maker=ChildMaker(workers),
            clock=runtime.clock,
            ids=runtime.ids,
            reach=reach,
        )
        parts = build_parts(around)
        try:
            yield _served(parts)
            # A mail whose text has left gets the rest of the grace time for its server's reply.
            await parts.dispatcher.drain(settings.stop.stop_grace_seconds)
        finally:
            # Also when the background did not end in time: others may then resume what is left at once.
            await parts.drain(DRAIN_SECONDS)
            for channel in channels.values():
                await channel.close()


def _served(parts: ExecutionParts) -> Parts:
    servicer = ExecutionServicer(parts.use_cases)
    return Parts(
        rpc_services=(SERVICE_NAME,),
        required_scopes=REQUIRED_SCOPES,
        conditions={ARTIFACTS: parts.are_artifacts_sound},
        register=partial(execution_pb2_grpc.add_ExecutionServicer_to_server, servicer),
        background=(parts.recovery.run,),
        measures=(measure,),
        longest_rpc_seconds=int(DOWNLOAD_TIMEOUT.total_seconds()),
    )


if __name__ == "__main__":
    run_service("execution", read_or_exit(Settings), wire)
