"""Runs the sync service: settings → pools → use cases → gRPC server and relay."""

import asyncio
from functools import partial

from entrygo.identity.authenticator import Authenticator
from entrygo.messaging.relay import Relay
from entrygo.postgres.idempotency import keep_purged
from entrygo.postgres.pool import open_pool
from entrygo.postgres.readiness import is_ready
from entrygo.process.clock import Ids, utc_now
from entrygo.process.runtime import run
from entrygo.proto.sync.v1 import sync_pb2_grpc
from entrygo.rpc.server import build_server
from entrygo.sync.servicer import REQUIRED_SCOPES, SERVICE_NAME, SyncServicer
from entrygo.sync.settings import Settings
from entrygo.sync.use_cases import SyncUseCases


async def main(settings: Settings, stop: asyncio.Event) -> None:
    url = settings.database_url.get_secret_value()
    identity_url = settings.identity_database_url.get_secret_value()
    token = settings.service_token.get_secret_value() if settings.service_token else None
    pool = await open_pool(url, schema="sync", max_size=settings.pool_size)
    identity_pool = await open_pool(identity_url, schema="identity", max_size=2)
    async with pool, identity_pool:
        servicer = SyncServicer(SyncUseCases(pool=pool, clock=utc_now, ids=Ids()))
        server = build_server(
            settings=settings,
            port=settings.port,
            authenticator=Authenticator(identity_pool, utc_now, service_token=token),
            required_scopes=REQUIRED_SCOPES,
            register=partial(sync_pb2_grpc.add_SyncServicer_to_server, servicer),
            service_names=(SERVICE_NAME,),
            ready=partial(is_ready, pool),
        )
        relay = Relay(database_url=url, schema="sync", kafka=settings)
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(server.serve(stop))
            tasks.create_task(relay.run(stop))
            tasks.create_task(
                keep_purged(pool, keep_days=settings.idempotency_keep_days, clock=utc_now, stop=stop)
            )


if __name__ == "__main__":
    loaded = Settings()
    run("sync", loaded, partial(main, loaded))
