"""The sync process: `python -m entrygo.sync`."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import partial

import grpc

from entrygo.identity.own_keys import OwnKeys
from entrygo.postgres.idempotency import purge
from entrygo.postgres.sweeping import keep_swept
from entrygo.process.refusals import read_or_exit
from entrygo.proto.identity.v1 import identity_pb2_grpc
from entrygo.proto.sync.v1 import sync_pb2_grpc
from entrygo.rpc.keys_servicer import REQUIRED_SCOPES as KEY_SCOPES
from entrygo.rpc.keys_servicer import SERVICE_NAME as KEYS_SERVICE_NAME
from entrygo.rpc.keys_servicer import KeysServicer
from entrygo.service.run import Parts, Runtime, run_service
from entrygo.sync.habits import Habits
from entrygo.sync.servicer import REQUIRED_SCOPES, SERVICE_NAME, SyncServicer
from entrygo.sync.settings import Settings
from entrygo.sync.use_cases import SyncUseCases

# Nobody waits for what is said of orders: small syncs by the hundred are published a few at a time.
RELAY_REST_SECONDS = 0.15


@asynccontextmanager
async def wire(settings: Settings, runtime: Runtime) -> AsyncIterator[Parts]:
    """Puts the parts of the service together."""
    use_cases = SyncUseCases(pool=runtime.pool, clock=runtime.clock, ids=runtime.ids, habits=Habits())
    servicer = SyncServicer(use_cases)
    keys = KeysServicer(OwnKeys(runtime.identity, runtime.ids), use_cases.check_warehouse)
    old_requests = partial(purge, older_than=timedelta(days=settings.idempotency_keep_days))
    yield Parts(
        rpc_services=(SERVICE_NAME, KEYS_SERVICE_NAME),
        required_scopes={**REQUIRED_SCOPES, **KEY_SCOPES},
        register=partial(_register, servicer, keys),
        # Identity has no process of its own.
        background=(partial(keep_swept, runtime.identity, (old_requests,)),),
        relay_rest_seconds=RELAY_REST_SECONDS,
    )


def _register(servicer: SyncServicer, keys: KeysServicer, server: grpc.aio.Server) -> None:
    sync_pb2_grpc.add_SyncServicer_to_server(servicer, server)
    identity_pb2_grpc.add_KeysServicer_to_server(keys, server)


if __name__ == "__main__":
    run_service("sync", read_or_exit(Settings), wire)
