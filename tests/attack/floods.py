"""Floods: keys that nobody was given, and bodies of the largest size."""

import asyncio
from collections.abc import Awaitable, Callable

import grpc
import httpx

from entrygo.proto.inspection.v1 import inspection_pb2, inspection_pb2_grpc
from tests.attack.tally import Tally
from tests.attack.target import Target, ask_and_leave, unknown_key

GUESSERS = 40
RPC_GUESSERS = 160
SENDERS = 6
BODY_BYTES = 8 * 1024 * 1024
RPC_SECONDS = 10.0
ASKED = inspection_pb2.ListExportsRequest()
# An object of an order without anything in it.
EMPTY_ORDER = b"{},"


async def forever(work: Callable[[], Awaitable[None]]) -> None:
    """Until it is cancelled, whatever the connection does."""
    while True:
        try:
            await work()
        except (httpx.TransportError, OSError):
            # A connection that was closed on us: the next one is tried.
            await asyncio.sleep(0.05)


async def side_by_side(count: int, work: Callable[[], Awaitable[None]]) -> None:
    """So many at once, until cancelled."""
    async with asyncio.TaskGroup() as group:
        for _ in range(count):
            group.create_task(forever(work))


async def guess_keys_on_rest(target: Target, tally: Tally) -> None:
    async with target.http(GUESSERS) as http:

        async def guess() -> None:
            answer = await http.get("/api/exports", headers={"authorization": unknown_key()})
            tally.count_http(answer.status_code, answer.content, "a guessed key")

        await side_by_side(GUESSERS, guess)


async def guess_keys_on_grpc(target: Target, tally: Tally) -> None:
    async with grpc.aio.insecure_channel(target.victim.system.targets["inspection"]) as channel:
        inspection = inspection_pb2_grpc.InspectionStub(channel)

        async def guess() -> None:
            metadata = (("authorization", unknown_key()),)
            try:
                await inspection.ListExports(ASKED, metadata=metadata, timeout=RPC_SECONDS)
                tally.leaks.append("a guessed key was taken")
            except grpc.aio.AioRpcError as error:
                tally.count_rpc(error.code(), "a guessed key")

        await side_by_side(RPC_GUESSERS, guess)


async def send_large_bodies(target: Target, tally: Tally) -> None:
    """Without a key, with one that may not write orders, and with one that may, full of empty orders."""
    body = b'{"accountId":"%b","items":[' % target.victim.system.other_account_id.encode()
    body += EMPTY_ORDER * ((BODY_BYTES - len(body) - 4) // len(EMPTY_ORDER)) + b"{}]}"
    keys = (None, await target.narrow_key(), await target.foreign_key())
    turns = iter(range(10**9))

    async def send() -> None:
        key = keys[next(turns) % len(keys)]
        shown = () if key is None else (f"Authorization: Bearer {key}",)
        lines = [
            "POST /api/orders/sync HTTP/1.1", f"Host: {target.address[0]}", "Content-Type: application/json",
            f"Content-Length: {len(body)}", *shown, "", "",
        ]  # fmt: skip
        answer = await ask_and_leave(target, "\r\n".join(lines).encode() + body)
        head, _, content = answer.partition(b"\r\n\r\n")
        if head:
            tally.count_http(int(head.split()[1]), content, "a large body")
        else:
            tally.count("closed")

    await side_by_side(SENDERS, send)
