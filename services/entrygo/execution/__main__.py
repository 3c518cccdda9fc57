"""The execution process: `python -m entrygo.execution`."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import partial

from entrygo.execution.broker_links import BrokerLinks
from entrygo.execution.objects import DOWNLOAD_TIMEOUT
from entrygo.execution.planning_client import PlanningClient
from entrygo.execution.recovery import Recovery
from entrygo.execution.servicer import REQUIRED_SCOPES, SERVICE_NAME, ExecutionServicer
from entrygo.execution.settings import Settings
from entrygo.execution.sync_client import SyncBrokers
from entrygo.execution.use_cases import Executions
from entrygo.execution.wiring import build_channels, build_links, build_steps
from entrygo.process.failpoints import reach
from entrygo.proto.execution.v1 import execution_pb2_grpc
from entrygo.rpc.channel import open_channel
from entrygo.service.run import Parts, Runtime, run_service

JOIN_WAIT = timedelta(seconds=5)
DRAIN_SECONDS = 2.0


@asynccontextmanager
async def wire(settings: Settings, runtime: Runtime) -> AsyncIterator[Parts]:
    """Puts the parts of the service together; at the end, executions under way get a moment to finish."""
    pool, clock, token = runtime.pool, runtime.clock, settings.identity.token
    channels = build_channels(settings)
    async with (
        open_channel(settings.planning_target) as planning_channel,
        open_channel(settings.sync_target) as sync_channel,
    ):
        steps = build_steps(settings, pool, channels, clock=clock, ids=runtime.ids, reach=reach)
        links = BrokerLinks(pool=pool, clock=clock, recorder=steps.recorder, signer=build_links(settings))
        brokers = SyncBrokers(sync_channel, service_token=token)
        executions = Executions(
            steps, PlanningClient(planning_channel, service_token=token), join_wait=JOIN_WAIT
        )
        interval = timedelta(seconds=settings.recovery_interval_seconds)
        recovery = Recovery(executions=executions, delivery=steps.delivery, interval=interval)
        servicer = ExecutionServicer(steps, executions, links, brokers)
        yield Parts(
            rpc_service=SERVICE_NAME,
            required_scopes=REQUIRED_SCOPES,
            register=partial(execution_pb2_grpc.add_ExecutionServicer_to_server, servicer),
            background=(recovery.run,),
            longest_rpc_seconds=int(DOWNLOAD_TIMEOUT.total_seconds()),
        )
        await executions.drain(DRAIN_SECONDS)
        for channel in channels.values():
            await channel.close()


if __name__ == "__main__":
    run_service("execution", Settings(), wire)
