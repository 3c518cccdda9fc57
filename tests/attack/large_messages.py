"""Messages of four megabytes on gRPC, and calls that never end one: with no key, a poor one, a good one."""

import asyncio
import itertools
import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import grpc

from entrygo.proto.sync.v1 import sync_pb2
from tests.attack.floods import side_by_side
from tests.attack.tally import Tally
from tests.attack.target import Target, unknown_key

SYNC_ORDERS = "/entrygo.proto.sync.v1.Sync/SyncOrders"
CONNECTIONS = 8
SENDERS = 32
# Begun with a good key, and left without a message.
UNFINISHED = 150
MESSAGE_BYTES = 4 * 1024 * 1024
# Of one message that is some kilobytes when it is packed.
UNPACKED_BYTES = 16 * 1024 * 1024 - 1
EMPTY_ORDER = b"\x12\x00"
LINES = 20
RPC_SECONDS = 20.0
OWN_CONNECTION = (("grpc.use_local_subchannel_pool", 1), ("grpc.max_send_message_length", -1))


@dataclass(frozen=True, slots=True)
class Message:
    """What is sent, and how it is packed."""

    name: str
    content: bytes
    compression: grpc.Compression = grpc.Compression.NoCompression


async def send_large_messages(target: Target, tally: Tally) -> None:
    """Every message with every key, on many streams of several connections."""
    good = f"Bearer {await target.foreign_key()}"
    keys = (good, None, good, unknown_key(), good, f"Bearer {await target.narrow_key()}")
    turns = itertools.cycle(itertools.product(keys, _messages(target)))
    where = target.victim.system.targets["sync"]
    channels = [grpc.aio.insecure_channel(where, options=OWN_CONNECTION) for _ in range(CONNECTIONS)]
    nearest = itertools.cycle(channels)
    unfinished = _begun(channels[0], good)

    async def send() -> None:
        key, message = next(turns)
        code, answer = await _ask(next(nearest), message, key)
        tally.count_rpc(code, message.name)
        tally.look_for(target.marks, answer, message.name)
        if code is grpc.StatusCode.OK:
            tally.leaks.append(f"{message.name} was taken")

    try:
        await side_by_side(SENDERS, send)
    finally:
        for call in unfinished:
            call.cancel()
        await asyncio.gather(*(channel.close() for channel in channels))


def _messages(target: Target) -> Iterator[Message]:
    empty = EMPTY_ORDER * (MESSAGE_BYTES // len(EMPTY_ORDER))
    yield Message("empty orders", empty)
    most = EMPTY_ORDER * (UNPACKED_BYTES // len(EMPTY_ORDER))
    yield Message("16 MiB of empty orders, packed", most, grpc.Compression.Gzip)
    yield Message("more than a message may hold, packed", bytes(2 * UNPACKED_BYTES), grpc.Compression.Gzip)
    yield Message("noise", random.Random(MESSAGE_BYTES).randbytes(MESSAGE_BYTES))
    yield Message("orders of nobody's products", _orders(target.victim.system.other_account_id))


def _orders(account_id: str) -> bytes:
    """A message that can be read, of as many orders as fit; what they name does not exist."""
    line = sync_pb2.OrderItem(product_id="prod_that_nobody_has_00000000", quantity="1", unit_value_usd="2.5")
    order = sync_pb2.OrderInput(external_id="x" * 60, destination_country="US", items=[line] * LINES)
    count = MESSAGE_BYTES // order.ByteSize()
    return sync_pb2.SyncOrdersRequest(account_id=account_id, items=[order] * count).SerializeToString()


def _begun(channel: grpc.aio.Channel, key: str) -> list[Any]:
    begin = channel.stream_unary(SYNC_ORDERS, bytes, bytes)
    return [begin(metadata=(("authorization", key),)) for _ in range(UNFINISHED)]


async def _ask(channel: grpc.aio.Channel, message: Message, key: str | None) -> tuple[grpc.StatusCode, bytes]:
    metadata = () if key is None else (("authorization", key),)
    call = channel.unary_unary(SYNC_ORDERS, bytes, bytes)(
        message.content, metadata=metadata, timeout=RPC_SECONDS, compression=message.compression
    )
    try:
        return grpc.StatusCode.OK, bytes(await call)
    except grpc.aio.AioRpcError as error:
        return error.code(), (error.details() or "").encode()
