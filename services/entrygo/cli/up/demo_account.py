"""The demo account: made on the first start, completed on every further one, never overwritten."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from importlib.resources import files
from typing import Any

import grpc
from google.protobuf.json_format import ParseDict
from google.protobuf.message import Message

from entrygo.domain.principal import Mode
from entrygo.identity.use_cases import create_account, create_key
from entrygo.postgres.pool import open_pool
from entrygo.process.clock import Ids, utc_now
from entrygo.process.settings import RpcClientSettings
from entrygo.proto.identity.v1 import identity_pb2, identity_pb2_grpc
from entrygo.proto.sync.v1 import sync_pb2, sync_pb2_grpc
from entrygo.rpc.channel import open_channel

CALL_SECONDS = 15.0


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of setup data: how it is asked for and how it is sent."""

    name: str
    request: type[Message]
    get: Callable[[Any], Any]
    send: Callable[[Any], Any]


KINDS = (
    Kind("products", sync_pb2.SyncProductsRequest, lambda s: s.GetProduct, lambda s: s.SyncProducts),
    Kind("warehouses", sync_pb2.SyncWarehousesRequest,
         lambda s: s.GetWarehouse, lambda s: s.SyncWarehouses),
    Kind("brokers", sync_pb2.SyncBrokersRequest, lambda s: s.GetBroker, lambda s: s.SyncBrokers),
)  # fmt: skip


def read_demo_account() -> dict[str, Any]:
    """As it ships; certifications that have run out by today are those of the current year."""
    content: dict[str, Any] = json.loads(
        files("entrygo.cli").joinpath("demo_account.json").read_text("utf-8")
    )
    for product in content["products"]:
        product["usmca"] = certified_on(utc_now().date(), product["usmca"])
    return content


def certified_on(day: date, usmca: Mapping[str, str]) -> dict[str, str]:
    """The claim with its period of one year moved on to the year of `day`, if it ended before."""
    claim, last = dict(usmca), date.fromisoformat(usmca["blanket_to"])
    if last < day:
        for name in ("blanket_from", "blanket_to"):
            claim[name] = date.fromisoformat(usmca[name]).replace(year=day.year).isoformat()
    return claim


async def ensure_account(
    identity_url: str, sync_target: str, key: str | None, security: RpcClientSettings
) -> str:
    """The account exists and a live key works: the one remembered, or a new one. Returns the key."""
    account = read_demo_account()["account"]
    async with open_channel(sync_target, security) as channel:
        if key and await _belongs_to(channel, key, account["id"]):
            return key
    pool = await open_pool(identity_url, schema="identity", max_size=1)
    try:
        ids = Ids()
        await create_account(pool, ids, name=account["name"], account_id=account["id"])
        _, secret = await create_key(pool, ids, utc_now, account_id=account["id"], mode=Mode.LIVE)
    finally:
        await pool.close()
    return secret


async def ensure_setup_data(sync_target: str, key: str, security: RpcClientSettings) -> list[str]:
    """Send the products, the warehouse and the broker that are missing; returns their ids."""
    content = read_demo_account()
    async with open_channel(sync_target, security) as channel:
        stub = sync_pb2_grpc.SyncStub(channel)
        return [
            made for kind in KINDS for made in await _ensure(stub, kind, content[kind.name], content, key)
        ]


async def _ensure(
    stub: sync_pb2_grpc.SyncStub,
    kind: Kind,
    items: Sequence[dict[str, Any]],
    content: dict[str, Any],
    key: str,
) -> list[str]:
    missing = [item for item in items if not await _exists(stub, kind, item["id"], key)]
    if missing:
        request = ParseDict({"account_id": content["account"]["id"], "items": missing}, kind.request())
        await kind.send(stub)(request, metadata=_metadata(key), timeout=CALL_SECONDS)
    return [item["id"] for item in missing]


async def _exists(stub: sync_pb2_grpc.SyncStub, kind: Kind, item_id: str, key: str) -> bool:
    try:
        await kind.get(stub)(sync_pb2.GetRequest(id=item_id), metadata=_metadata(key), timeout=CALL_SECONDS)
    except grpc.aio.AioRpcError as error:
        if error.code() is grpc.StatusCode.NOT_FOUND:
            return False
        raise
    return True


async def _belongs_to(channel: grpc.aio.Channel, key: str, account_id: str) -> bool:
    stub = identity_pb2_grpc.IdentityStub(channel)
    try:
        answer = await stub.WhoAmI(
            identity_pb2.WhoAmIRequest(), metadata=_metadata(key), timeout=CALL_SECONDS
        )
    except grpc.aio.AioRpcError as error:
        if error.code() in (grpc.StatusCode.UNAUTHENTICATED, grpc.StatusCode.PERMISSION_DENIED):
            return False
        raise
    return bool(answer.account_id == account_id)


def _metadata(key: str) -> tuple[tuple[str, str], ...]:
    return (("authorization", f"Bearer {key}"),)
