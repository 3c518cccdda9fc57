"""The planning process: `python -m entrygo.planning`."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

from entrygo.planning.duty_books import DutyBooks
from entrygo.planning.reference.library import Library
from entrygo.planning.rules import RULES
from entrygo.planning.servicer import REQUIRED_SCOPES, SERVICE_NAME, PlanningServicer
from entrygo.planning.settings import Settings
from entrygo.planning.sync_client import SyncFacts
from entrygo.planning.use_cases import PlanningUseCases
from entrygo.process.refusals import read_or_exit
from entrygo.proto.planning.v1 import planning_pb2_grpc
from entrygo.rpc.local.channel import channel_to
from entrygo.service.run import Parts, Runtime, run_service


@asynccontextmanager
async def wire(settings: Settings, runtime: Runtime) -> AsyncIterator[Parts]:
    """Puts the parts of the service together; the reference data is read before the first plan."""
    async with channel_to("sync", settings.sync_target, settings.rpc.peers, runtime.neighbours) as sync:
        library = Library(runtime.pool)
        await library.refresh()
        use_cases = PlanningUseCases.on(
            runtime.pool,
            facts=SyncFacts(sync),
            rules=RULES,
            reference_on=library.on,
            clock=runtime.clock,
            ids=runtime.ids,
            duty_on=DutyBooks(library.tables).on,
        )
        servicer = PlanningServicer(use_cases, max_orders=settings.max_orders)
        yield Parts(
            rpc_services=(SERVICE_NAME,),
            required_scopes=REQUIRED_SCOPES,
            register=partial(planning_pb2_grpc.add_PlanningServicer_to_server, servicer),
            background=(library.keep_fresh,),
        )


if __name__ == "__main__":
    run_service("planning", read_or_exit(Settings), wire)
