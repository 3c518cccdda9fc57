"""The accounts of a campaign: each a warehouse with products and a broker, all under the same ids."""

from dataclasses import dataclass
from typing import Any

import grpc
from google.protobuf.json_format import ParseDict

from entrygo.cli.up.demo_account import KINDS, read_demo_account
from entrygo.domain.principal import Mode
from entrygo.identity.use_cases import create_account, create_key
from entrygo.postgres.pool import open_pool
from entrygo.process.clock import Ids, utc_now
from entrygo.proto.sync.v1 import sync_pb2_grpc
from tests.campaign.cluster import Cluster

NAMES = ("acc_north", "acc_east", "acc_west")
SETUP_SECONDS = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Whose key it is, and where its broker reads mail."""

    id: str
    key: str
    recipient: str
    warehouse_id: str
    broker_id: str


async def make_accounts(cluster: Cluster) -> tuple[Account, ...]:
    """The accounts with their setup data: what is another's has the same ids on purpose."""
    pool = await open_pool(cluster.database_url, schema="identity", max_size=1)
    try:
        keys = {}
        for name in NAMES:
            await create_account(pool, Ids(), name=name, account_id=name)
            _, keys[name] = await create_key(pool, Ids(), utc_now, account_id=name, mode=Mode.LIVE)
    finally:
        await pool.close()
    return tuple([await _set_up(cluster, name, key) for name, key in keys.items()])


async def _set_up(cluster: Cluster, account_id: str, key: str) -> Account:
    content = read_demo_account()
    recipient = f"entries@{account_id.removeprefix('acc_')}.example.com"
    content["brokers"][0]["email"] = recipient
    async with grpc.aio.insecure_channel(cluster.of("sync")[0].address) as channel:
        stub = sync_pb2_grpc.SyncStub(channel)
        for kind in KINDS:
            fields: dict[str, Any] = {"account_id": account_id, "items": content[kind.name]}
            metadata = (("authorization", f"Bearer {key}"),)
            await kind.send(stub)(ParseDict(fields, kind.request()), metadata=metadata, timeout=SETUP_SECONDS)
    return Account(
        id=account_id,
        key=key,
        recipient=recipient,
        warehouse_id=content["warehouses"][0]["id"],
        broker_id=content["brokers"][0]["id"],
    )
