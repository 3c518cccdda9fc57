"""The planning process: `python -m entrygo.planning`."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

from entrygo.planning.plan_export import PlanExport
from entrygo.planning.policy.use_cases import Policies
from entrygo.planning.reference.library import Library
from entrygo.planning.rules import RULES
from entrygo.planning.servicer import REQUIRED_SCOPES, SERVICE_NAME, PlanningServicer
from entrygo.planning.settings import Settings
from entrygo.planning.sync_client import SyncFacts
from entrygo.planning.transitions import Transitions
from entrygo.proto.planning.v1 import planning_pb2_grpc
from entrygo.rpc.channel import open_channel
from entrygo.service.run import Parts, Runtime, run_service


@asynccontextmanager
async def wire(settings: Settings, runtime: Runtime) -> AsyncIterator[Parts]:
    """Puts the parts of the service together; the reference data is read before the first plan."""
    pool, clock, ids = runtime.pool, runtime.clock, runtime.ids
    async with open_channel(settings.sync_target) as sync:
        library = Library(pool)
        await library.refresh()
        plan_export = PlanExport(
            pool=pool,
            facts=SyncFacts(sync),
            rules=RULES,
            reference_on=library.on,
            clock=clock,
            ids=ids,
        )
        servicer = PlanningServicer(
            pool,
            plan_export,
            Transitions(pool, clock, ids),
            Policies(pool, clock, ids, RULES),
            max_orders=settings.max_orders,
        )
        yield Parts(
            rpc_service=SERVICE_NAME,
            required_scopes=REQUIRED_SCOPES,
            register=partial(planning_pb2_grpc.add_PlanningServicer_to_server, servicer),
            background=(library.keep_fresh,),
        )


if __name__ == "__main__":
    run_service("planning", Settings(), wire)
