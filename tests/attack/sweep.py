"""Every RPC, every operation and every tool for agents, with a victim's values in every field.

By narrow keys: of one warehouse and one scope, of the victim's account and of another; by keys that are
expired, revoked, of test data, made up, and by none. A request need not make sense: its fields are filled by
their names, as the descriptors have them.
"""

import asyncio
import secrets
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

import grpc
from google.protobuf.descriptor import FieldDescriptor, MethodDescriptor
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass

from tests.attack.entrywise import Entrywise, make_entrywise
from tests.attack.narrow import Narrow, ids_of, marks_of, prepared
from tests.attack.tally import Tally
from tests.attack.target import Target
from tests.isolation import rest_attempts
from tests.isolation.rpc_attempts import METHODS, OPEN
from tests.isolation.test_matrix import OPERATIONS

AT_ONCE = 6
RPC_SECONDS = 15.0
# A stream that shows nothing by then is left.
STREAM_SECONDS = 1.0
BUSY_SECONDS = 0.3
DEEPEST = 4
UNAUTHENTICATED, BUSY = "UNAUTHENTICATED", "RESOURCE_EXHAUSTED"


async def sweep_rpcs(target: Target, tally: Tally) -> None:
    """Until everybody has asked everything; then again."""
    async with prepared(target, tally) as (victim, callers), _channels(target) as channels:
        turns = [
            (caller, name, variant)
            for name in METHODS
            for caller in callers
            for variant in range(len(ids_of(target, victim)))
        ]

        async def work(mine: Sequence[tuple[Narrow, str, int]]) -> None:
            for caller, name, variant in mine:
                await _ask_rpc(target, victim, channels, tally, caller, name, variant)

        await asyncio.gather(*(work(turns[start::AT_ONCE]) for start in range(AT_ONCE)))


async def sweep_operations(target: Target, tally: Tally) -> None:
    """Requests of their rightful caller, and paths with every id of the victim."""
    async with prepared(target, tally) as (victim, callers), target.http(AT_ONCE) as http:
        for caller in callers:
            headers = {"prefer": "wait=0"} | (
                {} if caller.key is None else {"authorization": f"Bearer {caller.key}"}
            )
            for operation, (method, path) in OPERATIONS.items():
                bodies = [
                    (attempt.request(target.victim).body, attempt.request(target.victim).query)
                    for attempt in rest_attempts.ATTEMPTS[operation]
                ]
                for value in ids_of(target, victim):
                    filled = path.replace("{n}", "1").replace("{filename}", "manifest.json")
                    while "{" in filled:
                        filled = f"{filled.partition('{')[0]}{value}{filled.partition('}')[2]}"
                    for body, query in bodies if value == victim.export_id or "{" in path else ():
                        async with http.stream(
                            method, filled, json=_of_victim(body, target, victim), params=query,
                            headers=headers,
                        ) as answer:  # fmt: skip
                            content = await _beginning(answer)
                        _judge_http(caller, tally, f"{method} {path}", answer.status_code, content, filled,
                                    marks_of(target, victim, caller))  # fmt: skip


async def open_links_of_entries(target: Target, tally: Tally) -> None:
    """The link of one entry shows nothing of another's, and none of its documents."""
    victim = await make_entrywise(target.victim.system)
    async with target.http(AT_ONCE) as http:
        for entry, path in enumerate(victim.links, start=1):
            others = [number for number in range(1, len(victim.links) + 1) if number != entry]
            page = await http.get(path)
            tally.count_http(page.status_code, page.content, "an entry's page")
            for other in others:
                tally.look_for((f"entry-{other}_".encode(), victim.links[other - 1].encode()), page.content,
                               f"the page of entry {entry}")  # fmt: skip
                for name in ("commercial_customs_invoice.csv", "entry_dataset.json"):
                    asked = f"{path}/documents/entry-{other}_{name}"
                    answer = await http.get(asked)
                    tally.count_http(answer.status_code, answer.content, asked)
                    if answer.status_code == 200:
                        tally.leaks.append(f"the link of entry {entry} opens entry-{other}_{name}")


def _of_victim(body: Any, target: Target, victim: Entrywise) -> Any:
    """The body with the export whose entries went one by one in the place of the other."""
    match body:
        case Mapping():
            return {name: _of_victim(value, target, victim) for name, value in body.items()}
        case list() | tuple():
            return [_of_victim(value, target, victim) for value in body]
        case target.victim.done | target.victim.open:
            return victim.export_id
        case _:
            return body


async def _beginning(answer: Any) -> bytes:
    content = b""
    try:
        async with asyncio.timeout(STREAM_SECONDS * 10):
            async for part in answer.aiter_bytes():
                content += part
                if "event-stream" in answer.headers.get("content-type", ""):
                    break
    except TimeoutError:
        pass
    return content


def _judge_http(
    caller: Narrow, tally: Tally, name: str, status: int, content: bytes, asked: str, marks: Sequence[bytes]
) -> None:
    tally.count_http(status, content, f"{name} by {caller.name}")
    tally.look_for(marks, content, f"{name} by {caller.name}", asked.encode())
    if not caller.is_known and status not in (401, 404, 405, 429):
        tally.leaks.append(f"{name} by {caller.name} was answered with {status}")


async def _ask_rpc(
    target: Target,
    victim: Entrywise,
    channels: Mapping[str, grpc.aio.Channel],
    tally: Tally,
    caller: Narrow,
    name: str,
    variant: int,
) -> None:
    part, method = METHODS[name]
    request = GetMessageClass(method.input_type)()
    account = target.victim.system.account_id if variant % 2 == 0 else target.victim.system.other_account_id
    _fill(request, _values(target, victim, account, ids_of(target, victim)[variant]))
    code, content = await _answer(channels[part], method, request, caller.key, is_known=caller.is_known)
    tally.count_rpc(grpc.StatusCode[code], f"{name} by {caller.name}")
    asked = request.SerializeToString()
    tally.look_for(marks_of(target, victim, caller), content, f"{name} by {caller.name}", asked)
    if not caller.is_known and name not in OPEN and code not in (UNAUTHENTICATED, BUSY):
        tally.leaks.append(f"{name} by {caller.name} was answered with {code}")


async def _answer(
    channel: grpc.aio.Channel, method: MethodDescriptor, request: Message, key: str | None, *, is_known: bool
) -> tuple[str, bytes]:
    path = f"/{method.containing_service.full_name}/{method.name}"
    metadata = () if key is None else (("authorization", f"Bearer {key}"),)
    content = b""
    # Who is not known is refused a second late.
    seconds = STREAM_SECONDS if is_known else RPC_SECONDS
    while True:
        try:
            if method.server_streaming:
                stream = channel.unary_stream(path, type(request).SerializeToString, bytes)
                async for part in stream(request, metadata=metadata, timeout=seconds):
                    content += part
                return "OK", content
            unary = channel.unary_unary(path, type(request).SerializeToString, bytes)
            return "OK", bytes(await unary(request, metadata=metadata, timeout=RPC_SECONDS))
        except grpc.aio.AioRpcError as error:
            if error.code().name == BUSY and key is not None:
                await asyncio.sleep(BUSY_SECONDS)
                continue
            trailers = b"".join(
                value if isinstance(value, bytes) else value.encode()
                for _, value in error.trailing_metadata() or ()
            )
            return error.code().name, content + (error.details() or "").encode() + trailers


def _values(target: Target, victim: Entrywise, account: str, plain_id: str) -> Mapping[str, str]:
    """By a word of a field's name; the first that fits."""
    return {
        "account": account, "warehouse": target.victim.system.warehouse_id, "batch": victim.export_id,
        "export": victim.export_id, "plan_hash": victim.plan_hash, "package_number": victim.package_number,
        "package": victim.package_id, "submission": victim.submission_ids[0], "entry_number": FILED_BY_OTHERS,
        "broker": victim.broker_id, "order": victim.order_ids[0], "webhook": target.victim.webhook_id,
        "importer": target.victim.importer_id, "key_id": target.victim.key_id,
        "task": target.victim.task_id, "filename": "entry-1_entry_dataset.json", "cursor": "",
        "idempotency": secrets.token_hex(8), "date": "2026-03-11", "url": "https://192.31.196.1/x",
        "email": "a@example.com", "recipient": "a@example.com", "id": plain_id,
    }  # fmt: skip


FILED_BY_OTHERS = "PA7-1234567-8"


def _fill(message: Message, values: Mapping[str, str], depth: int = 0) -> None:
    """Every text by its name, every number 1, and so on down."""
    for field in message.DESCRIPTOR.fields:
        if depth > DEEPEST or (field.message_type and field.message_type.GetOptions().map_entry):
            continue
        if field.message_type:
            if not field.message_type.full_name.startswith("google."):
                within = getattr(message, field.name)
                _fill(within.add() if field.is_repeated else within, values, depth + 1)
        elif field.type == FieldDescriptor.TYPE_STRING:
            _put(message, field, next(_fitting(field.name, values), "x"))
        elif field.cpp_type in (FieldDescriptor.CPPTYPE_INT32, FieldDescriptor.CPPTYPE_UINT32):
            _put(message, field, 1)


def _put(message: Message, field: Any, value: object) -> None:
    if field.is_repeated:
        getattr(message, field.name).append(value)
    else:
        setattr(message, field.name, value)


def _fitting(name: str, values: Mapping[str, str]) -> Iterator[str]:
    return (value for word, value in values.items() if word in name)


@asynccontextmanager
async def _channels(target: Target) -> AsyncIterator[Mapping[str, grpc.aio.Channel]]:
    found = {part: grpc.aio.insecure_channel(where) for part, where in target.victim.system.targets.items()}
    try:
        yield found
    finally:
        await asyncio.gather(*(channel.close() for channel in found.values()))
