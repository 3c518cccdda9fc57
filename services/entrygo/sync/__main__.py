"""The sync process: `python -m entrygo.sync`."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

from entrygo.proto.sync.v1 import sync_pb2_grpc
from entrygo.service.run import Parts, Runtime, run_service
from entrygo.sync.servicer import REQUIRED_SCOPES, SERVICE_NAME, SyncServicer
from entrygo.sync.settings import Settings
from entrygo.sync.use_cases import SyncUseCases


@asynccontextmanager
async def wire(settings: Settings, runtime: Runtime) -> AsyncIterator[Parts]:
    """Puts the parts of the service together."""
    servicer = SyncServicer(SyncUseCases(pool=runtime.pool, clock=runtime.clock, ids=runtime.ids))
    yield Parts(
        rpc_service=SERVICE_NAME,
        required_scopes=REQUIRED_SCOPES,
        register=partial(sync_pb2_grpc.add_SyncServicer_to_server, servicer),
    )


if __name__ == "__main__":
    run_service("sync", Settings(), wire)
