"""Connections and streams that are held and not used: silent, trickling, listening for ever."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc

from entrygo.proto.inspection.v1 import inspection_pb2, inspection_pb2_grpc
from tests.attack.tally import Tally
from tests.attack.target import READ_BYTES, Target, status_of

SILENT = 700
TRICKLING = 300
LISTENERS = 100
WATCHERS = 300
TRICKLE_SECONDS = 0.5
Connect = Callable[[], Awaitable[tuple[asyncio.StreamReader, asyncio.StreamWriter]]]
OPENED_EACH = 25
BETWEEN_SECONDS = 0.05


async def hold_connections(target: Target, tally: Tally) -> None:
    """Nothing is ever sent."""
    await held(SILENT, lambda: hold_open(target.connect, tally, b""))


async def trickle(target: Target, tally: Tally) -> None:
    """Heads and bodies that come byte by byte: without a key, and with one that may not write."""
    narrow = await target.narrow_key()
    head = b"POST /api/orders/sync HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n"
    length = b"content-length: 4000000\r\n\r\n"
    forms = (head, head + length, head + b"authorization: Bearer %b\r\n" % narrow.encode() + length)
    turns = iter(range(10**9))
    await held(TRICKLING, lambda: hold_open(target.connect, tally, forms[next(turns) % len(forms)]))


async def hold_streams(target: Target, tally: Tally) -> None:
    """Streams of events on REST and gRPC with a good key, and of health without any."""
    key = await target.foreign_key()
    metadata = (("authorization", f"Bearer {key}"),)
    async with (
        target.http(LISTENERS) as http,
        grpc.aio.insecure_channel(target.victim.system.targets["inspection"]) as channel,
    ):
        inspection = inspection_pb2_grpc.InspectionStub(channel)
        health = health_pb2_grpc.HealthStub(channel)

        async def listen() -> None:
            headers = {"authorization": f"Bearer {key}", "accept": "text/event-stream"}
            async with http.stream("GET", "/api/events/stream", headers=headers) as answer:
                if answer.status_code != 200:
                    tally.count_http(answer.status_code, await answer.aread(), "a stream of events")
                    return
                tally.count("200")
                async for part in answer.aiter_bytes():
                    tally.look_for(target.marks, part, "a stream of events")

        async def watch() -> None:
            await _watched(
                inspection.WatchEvents(inspection_pb2.WatchEventsRequest(), metadata=metadata), tally
            )

        async def watch_health() -> None:
            await _watched(health.Watch(health_pb2.HealthCheckRequest()), tally)

        await asyncio.gather(held(LISTENERS, listen), held(LISTENERS, watch), held(WATCHERS, watch_health))


async def held(count: int, hold: Callable[[], Awaitable[None]]) -> None:
    """So many are held; one that ends is followed by another. Until it is cancelled."""
    async with asyncio.TaskGroup() as group:
        for number in range(count):
            group.create_task(_again_and_again(hold))
            if number % OPENED_EACH == 0:
                await asyncio.sleep(BETWEEN_SECONDS)


async def _again_and_again(hold: Callable[[], Awaitable[None]]) -> None:
    while True:
        await hold()
        await asyncio.sleep(TRICKLE_SECONDS)


async def hold_open(connect: Connect, tally: Tally, beginning: bytes) -> None:
    """A connection that goes on byte by byte after its beginning, until the other side ends it."""
    try:
        reader, writer = await connect()
    except OSError:
        tally.count("not connected")
        return
    try:
        writer.write(beginning)
        answer = asyncio.create_task(reader.read(READ_BYTES))
        while not answer.done():
            await asyncio.wait({answer}, timeout=TRICKLE_SECONDS)
            if beginning and not answer.done():
                writer.write(b"x")
        tally.count(status_of(answer.result()))
    except OSError:
        tally.count("closed")
    finally:
        writer.close()


async def _watched(call: "grpc.aio.UnaryStreamCall[Any, Any]", tally: Tally) -> None:
    try:
        async for _ in call:
            tally.count("OK")
    except grpc.aio.AioRpcError as error:
        tally.count_rpc(error.code(), "a watch")
    finally:
        call.cancel()
