"""Spoilt protobuf on every RPC there is: the methods come from the descriptors."""

import asyncio
import random
from collections.abc import Callable, Iterator

import grpc
from google.protobuf.descriptor import MethodDescriptor
from google.protobuf.message import Message

from tests.attack.floods import side_by_side
from tests.attack.tally import Tally
from tests.attack.target import Target
from tests.isolation.rpc_attempts import ATTEMPTS, METHODS, OPEN

WORKERS = 6
# Long enough for a refusal; a stream that gives nothing is left after it.
RPC_SECONDS = 2.0
SEED = 20261128
Mutation = Callable[[bytes, random.Random], bytes]


def flipped(message: bytes, choose: random.Random) -> bytes:
    """One bit the other way."""
    if not message:
        return b"\xff"
    place = choose.randrange(len(message))
    return message[:place] + bytes([message[place] ^ (1 << choose.randrange(8))]) + message[place + 1 :]


def cut_off(message: bytes, choose: random.Random) -> bytes:
    """Its beginning."""
    return message[: choose.randrange(len(message) + 1)]


def with_noise(message: bytes, choose: random.Random) -> bytes:
    """Bytes of no meaning in it."""
    place = choose.randrange(len(message) + 1)
    return message[:place] + choose.randbytes(choose.randrange(1, 12)) + message[place:]


def of_another_type(message: bytes, choose: random.Random) -> bytes:
    """Its first field says that it is of another wire type."""
    return bytes([(message[0] & 0xF8) | choose.randrange(8)]) + message[1:] if message else b"\x0b"


def with_unknown_field(message: bytes, choose: random.Random) -> bytes:
    """A field that no schema has, of some length."""
    return message + b"\xfa\xff\xff\xff\x0f" + bytes([size := choose.randrange(64)]) + choose.randbytes(size)


def with_false_length(message: bytes, choose: random.Random) -> bytes:
    """A field that says it is longer than all that follows."""
    return message + b"\x0a\xff\xff\xff\xff\x07" + choose.randbytes(4)


def with_bad_text(message: bytes, choose: random.Random) -> bytes:
    """Text that is no UTF-8, or holds a NUL."""
    return message + b"\x0a\x04" + choose.choice((b"\xff\xfe\xfd\xfc", b"a\x00b\x00", b"\xed\xa0\x80\xc0"))


def twice(message: bytes, choose: random.Random) -> bytes:
    """Every field again."""
    return message * choose.randrange(2, 20)


def nested(message: bytes, choose: random.Random) -> bytes:
    """Groups in groups, deeper than anything reads."""
    return message + b"\x0b" * choose.randrange(50, 400)


def noise(_message: bytes, choose: random.Random) -> bytes:
    """Nothing of the message."""
    return choose.randbytes(choose.randrange(1, 300))


MUTATIONS: tuple[Mutation, ...] = (
    flipped, cut_off, with_noise, of_another_type, with_unknown_field, with_false_length,
    with_bad_text, twice, nested, noise,
)  # fmt: skip


async def send_spoilt_messages(target: Target, tally: Tally) -> None:
    """One RPC after the other, with a key of another account that may do everything there."""
    metadata = (("authorization", f"Bearer {await target.foreign_key()}"),)
    turns = _turns(target, random.Random(SEED))
    async with _Channels(target) as channels:

        async def send() -> None:
            name, method, content = next(turns)
            code, answer = await _ask(channels.to(name), method, content, metadata)
            tally.count_rpc(code, f"{name} {content.hex()[:120]}")
            tally.look_for(target.marks, answer, name, content)

        await side_by_side(WORKERS, send)


def _turns(target: Target, choose: random.Random) -> Iterator[tuple[str, MethodDescriptor, bytes]]:
    """Every RPC with every mutation, again and again; what it is asked may name the victim's records."""
    while True:
        for name, (_, method) in METHODS.items():
            for mutate in MUTATIONS:
                yield name, method, mutate(_message(name, target, choose), choose)


def _message(name: str, target: Target, choose: random.Random) -> bytes:
    if name in OPEN or name not in ATTEMPTS:
        return b"\x0a\x10" + b"a" * 16
    request: Message = choose.choice(ATTEMPTS[name]).request(target.victim)
    return request.SerializeToString()


class _Channels:
    """One to each service, for bytes."""

    def __init__(self, target: Target) -> None:
        self._targets = target.victim.system.targets
        self._open: dict[str, grpc.aio.Channel] = {}

    async def __aenter__(self) -> "_Channels":
        self._open = {part: grpc.aio.insecure_channel(where) for part, where in self._targets.items()}
        return self

    async def __aexit__(self, *_: object) -> None:
        await asyncio.gather(*(channel.close() for channel in self._open.values()))

    def to(self, name: str) -> grpc.aio.Channel:
        return self._open[METHODS[name][0]]


async def _ask(
    channel: grpc.aio.Channel,
    method: MethodDescriptor,
    content: bytes,
    metadata: tuple[tuple[str, str], ...],
) -> tuple[grpc.StatusCode, bytes]:
    """The status, and the answer, or the first of a stream's."""
    path = f"/{method.containing_service.full_name}/{method.name}"
    try:
        if not method.server_streaming:
            unary = channel.unary_unary(path, bytes, bytes)
            return grpc.StatusCode.OK, bytes(await unary(content, metadata=metadata, timeout=RPC_SECONDS))
        call = channel.unary_stream(path, bytes, bytes)(content, metadata=metadata, timeout=RPC_SECONDS)
        try:
            async for answer in call:
                return grpc.StatusCode.OK, bytes(answer)
            return grpc.StatusCode.OK, b""
        finally:
            call.cancel()
    except grpc.aio.AioRpcError as error:
        return error.code(), _details(error)


def _details(error: grpc.aio.AioRpcError) -> bytes:
    trailers = [
        value if isinstance(value, bytes) else value.encode() for _, value in error.trailing_metadata() or ()
    ]
    return b"".join([(error.details() or "").encode(), *trailers])
