"""Runs the execution service: settings → pools → use cases → server, relay, recovery and delivery."""

import asyncio
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
from entrygo.identity.authenticator import Authenticator
from entrygo.messaging.relay import Relay
from entrygo.postgres.idempotency import keep_purged
from entrygo.postgres.pool import open_pool
from entrygo.postgres.readiness import is_ready
from entrygo.process.clock import Ids, utc_now
from entrygo.process.failpoints import reach
from entrygo.process.runtime import run
from entrygo.proto.execution.v1 import execution_pb2_grpc
from entrygo.rpc.channel import open_channel
from entrygo.rpc.server import build_server

JOIN_WAIT = timedelta(seconds=5)
DRAIN_SECONDS = 2.0


async def main(settings: Settings, stop: asyncio.Event) -> None:
    url = settings.database_url.get_secret_value()
    identity_url = settings.identity_database_url.get_secret_value()
    token = settings.service_token.get_secret_value() if settings.service_token else None
    pool = await open_pool(url, schema="execution", max_size=settings.pool_size)
    identity_pool = await open_pool(identity_url, schema="identity", max_size=2)
    channels = build_channels(settings)
    async with (
        pool,
        identity_pool,
        open_channel(settings.planning_target) as planning_channel,
        open_channel(settings.sync_target) as sync_channel,
    ):
        steps = build_steps(settings, pool, channels, clock=utc_now, ids=Ids(), reach=reach)
        links = BrokerLinks(pool=pool, clock=utc_now, recorder=steps.recorder, signer=build_links(settings))
        planning = PlanningClient(planning_channel, service_token=token)
        brokers = SyncBrokers(sync_channel, service_token=token)
        executions = Executions(steps, planning, join_wait=JOIN_WAIT)
        interval = timedelta(seconds=settings.recovery_interval_seconds)
        recovery = Recovery(executions=executions, delivery=steps.delivery, interval=interval)
        server = build_server(
            settings=settings,
            port=settings.port,
            authenticator=Authenticator(identity_pool, utc_now, service_token=token),
            required_scopes=REQUIRED_SCOPES,
            register=partial(
                execution_pb2_grpc.add_ExecutionServicer_to_server,
                ExecutionServicer(steps, executions, links, brokers),
            ),
            service_names=(SERVICE_NAME,),
            ready=partial(is_ready, pool),
            longest_rpc_seconds=int(DOWNLOAD_TIMEOUT.total_seconds()),
        )
        relay = Relay(database_url=url, schema="execution", kafka=settings)
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(server.serve(stop))
            tasks.create_task(relay.run(stop))
            tasks.create_task(recovery.run(stop))
            tasks.create_task(
                keep_purged(pool, keep_days=settings.idempotency_keep_days, clock=utc_now, stop=stop)
            )
        await executions.drain(DRAIN_SECONDS)
        for channel in channels.values():
            await channel.close()


if __name__ == "__main__":
    loaded = Settings()
    run("execution", loaded, partial(main, loaded))
