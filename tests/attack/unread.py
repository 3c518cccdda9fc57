"""Answers that are asked for and not read: megabytes each, on REST and on gRPC."""

import asyncio
from typing import Any

import grpc

from entrygo.proto.inspection.v1 import inspection_pb2
from tests.attack.busy import ANSWER_SECONDS, Tenant
from tests.attack.idling import held
from tests.attack.tally import Tally
from tests.attack.target import Target, status_of

ORDERS = 4000
READERS = 400
CALLERS = 100
# Of a head, and no more of the answer.
HEAD_BYTES = 64
REFUSED_SECONDS = 1.0
INSPECT = "/entrygo.proto.inspection.v1.Inspection/InspectExport"


async def leave_unread(target: Target, tally: Tally) -> None:
    """A tenant's own large export, asked for again and again by clients that read no answer to its end."""
    key = await target.foreign_key()
    system = target.victim.system
    async with (
        target.http(1) as http,
        grpc.aio.insecure_channel(system.targets["inspection"]) as channel,
    ):
        http.headers["authorization"] = f"Bearer {key}"
        http.timeout = ANSWER_SECONDS
        tenant = Tenant(http, system.other_account_id, tally)
        await tenant.set_up(system.targets["sync"], (("authorization", f"Bearer {key}"),))
        export = await tenant.planned_with_findings(ORDERS)
        head = f"GET /api/exports/{export} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {key}\r\n\r\n"
        # As a stream, a call begins without reading its answer.
        begin: Any = channel.unary_stream(INSPECT)
        request = inspection_pb2.InspectExportRequest(export_id=export).SerializeToString()

        async def call() -> None:
            await _begun(begin(request, metadata=(("authorization", f"Bearer {key}"),)), tally)

        async with asyncio.TaskGroup() as group:
            group.create_task(held(READERS, lambda: _asked(target, head.encode(), tally)))
            group.create_task(held(CALLERS, call))


async def _asked(target: Target, request: bytes, tally: Tally) -> None:
    """A connection of which the head of the answer is read, and then nothing until the other side ends it."""
    try:
        reader, writer = await target.connect(few_bytes=True)
    except OSError:
        tally.count("not connected")
        return
    try:
        writer.write(request)
        status = status_of(await reader.read(HEAD_BYTES))
        tally.count(status)
        if status == "200":
            await asyncio.Event().wait()
        await asyncio.sleep(REFUSED_SECONDS)
    except OSError:
        tally.count("closed")
    finally:
        writer.transport.abort()


async def _begun(call: Any, tally: Tally) -> None:
    """A call whose answer is left where it is."""
    try:
        await call.initial_metadata()
        tally.count_rpc(await call.code() if call.done() else grpc.StatusCode.OK, "inspect")
        await call.code()
    finally:
        call.cancel()
