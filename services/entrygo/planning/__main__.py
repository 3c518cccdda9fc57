"""Runs the planning service: settings → pools → use cases → gRPC server and relay."""

import asyncio
from functools import partial

from entrygo.identity.authenticator import Authenticator
from entrygo.messaging.relay import Relay
from entrygo.planning.plan_export import PlanExport
from entrygo.planning.policy.use_cases import Policies
from entrygo.planning.reference.library import Library
from entrygo.planning.rules import RULES
from entrygo.planning.servicer import REQUIRED_SCOPES, SERVICE_NAME, PlanningServicer
from entrygo.planning.settings import Settings
from entrygo.planning.sync_client import SyncFacts
from entrygo.planning.transitions import Transitions
from entrygo.postgres.idempotency import keep_purged
from entrygo.postgres.pool import open_pool
from entrygo.postgres.readiness import is_ready
from entrygo.process.clock import Ids, utc_now
from entrygo.process.runtime import run
from entrygo.proto.planning.v1 import planning_pb2_grpc
from entrygo.rpc.channel import open_channel
from entrygo.rpc.server import build_server


async def main(settings: Settings, stop: asyncio.Event) -> None:
    url = settings.database_url.get_secret_value()
    identity_url = settings.identity_database_url.get_secret_value()
    token = settings.service_token.get_secret_value() if settings.service_token else None
    ids = Ids()
    pool = await open_pool(url, schema="planning", max_size=settings.pool_size)
    identity_pool = await open_pool(identity_url, schema="identity", max_size=2)
    async with pool, identity_pool, open_channel(settings.sync_target) as sync:
        library = Library(pool)
        await library.refresh()
        plan_export = PlanExport(
            pool=pool,
            facts=SyncFacts(sync),
            rules=RULES,
            reference_on=library.on,
            clock=utc_now,
            ids=ids,
        )
        servicer = PlanningServicer(
            pool,
            plan_export,
            Transitions(pool, utc_now, ids),
            Policies(pool, utc_now, ids, RULES),
            max_orders=settings.max_orders,
        )
        server = build_server(
            settings=settings,
            port=settings.port,
            authenticator=Authenticator(identity_pool, utc_now, service_token=token),
            required_scopes=REQUIRED_SCOPES,
            register=partial(planning_pb2_grpc.add_PlanningServicer_to_server, servicer),
            service_names=(SERVICE_NAME,),
            ready=partial(is_ready, pool),
        )
        relay = Relay(database_url=url, schema="planning", kafka=settings)
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(server.serve(stop))
            tasks.create_task(relay.run(stop))
            tasks.create_task(library.keep_fresh(stop))
            tasks.create_task(
                keep_purged(pool, keep_days=settings.idempotency_keep_days, clock=utc_now, stop=stop)
            )


if __name__ == "__main__":
    loaded = Settings()
    run("planning", loaded, partial(main, loaded))
