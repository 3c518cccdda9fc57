"""A tenant that is busy, and does nothing wrong: 150 requests of one account in flight, all of them valid."""

import asyncio
import secrets
from collections.abc import Mapping, Sequence
from typing import Any

import grpc
import httpx
from google.protobuf.json_format import ParseDict

from entrygo.cli.up.demo_account import KINDS, read_demo_account
from entrygo.proto.planning.v1 import planning_pb2, planning_pb2_grpc
from entrygo.proto.sync.v1 import sync_pb2_grpc
from tests.attack.tally import Tally
from tests.attack.target import Target
from tests.contract.rest.documented import CAP, ENTRY_DATE

IN_FLIGHT = 150
ANSWER_SECONDS = 90.0
LOOKS = 3
# Of a large export.
ORDERS = 1000
REFUSED_SECONDS = 0.5


async def be_busy(target: Target, tally: Tally) -> None:
    """Exports from sync over plan and execute to inspect, each of 150 callers one after the other."""
    authorization = f"Bearer {await target.foreign_key()}"
    async with target.http(IN_FLIGHT) as http:
        http.headers["authorization"] = authorization
        http.timeout = httpx.Timeout(ANSWER_SECONDS)
        tenant = Tenant(http, target.victim.system.other_account_id, tally)
        await tenant.set_up(target.victim.system.targets["sync"], (("authorization", authorization),))
        async with asyncio.TaskGroup() as group:
            for _ in range(IN_FLIGHT):
                group.create_task(tenant.live())


async def plan_much(target: Target, tally: Tally) -> None:
    """Large exports are tried out on gRPC, by as many callers as one key may have, one after the other."""
    metadata = (("authorization", f"Bearer {await target.foreign_key()}"),)
    system = target.victim.system
    async with target.http(1) as http, grpc.aio.insecure_channel(system.targets["planning"]) as channel:
        http.headers["authorization"] = metadata[0][1]
        http.timeout = httpx.Timeout(ANSWER_SECONDS)
        tenant = Tenant(http, system.other_account_id, tally)
        await tenant.set_up(system.targets["sync"], metadata)
        orders = await tenant.synced(ORDERS)
        request = tenant.trial(orders)
        stub: Any = planning_pb2_grpc.PlanningStub(channel)
        async with asyncio.TaskGroup() as group:
            for _ in range(IN_FLIGHT):
                group.create_task(_try_out(stub, request, metadata, tally))


async def _try_out(
    stub: Any, request: planning_pb2.PlanExportRequest, metadata: Sequence[tuple[str, str]], tally: Tally
) -> None:
    """Plans without keeping the plan, again and again, until it is cancelled."""
    while True:
        try:
            await stub.PlanExport(request, metadata=metadata, timeout=ANSWER_SECONDS)
        except grpc.aio.AioRpcError as error:
            tally.count_rpc(error.code(), "plan")
            await asyncio.sleep(REFUSED_SECONDS)
        else:
            tally.count_rpc(grpc.StatusCode.OK, "plan")


class Tenant:
    """The account, as its own system asks for it."""

    def __init__(self, http: httpx.AsyncClient, account_id: str, tally: Tally) -> None:
        self._http = http
        self._account_id = account_id
        self._tally = tally
        self._records: dict[str, Any] = read_demo_account()

    async def set_up(self, sync: str, metadata: Sequence[tuple[str, str]]) -> None:
        """A warehouse with products and a broker of its own, under the ids that others have too."""
        async with grpc.aio.insecure_channel(sync) as channel:
            for kind in KINDS:
                fields = {"account_id": self._account_id, "items": self._records[kind.name]}
                request = ParseDict(fields, kind.request())
                await kind.send(sync_pb2_grpc.SyncStub(channel))(request, metadata=metadata)

    async def live(self) -> None:
        """One export after the other, until it is cancelled."""
        while True:
            synced = await self._post("/api/orders/sync", self._order())
            if synced is None:
                continue
            planned = await self._post("/api/exports/plan", self._plan([synced["data"][0]["id"]]))
            if planned is None:
                continue
            export = planned["exportId"]
            await self._post("/api/exports/execute", {"accountId": self._account_id, "batchId": export})
            for _ in range(LOOKS):
                answer = await self._http.get(f"/api/exports/{export}")
                self._tally.count_http(answer.status_code, answer.content, "inspect")

    async def synced(self, count: int) -> Sequence[str]:
        """The ids of so many orders."""
        items = [self._order()["items"][0] for _ in range(count)]
        answer = await self._post("/api/orders/sync", {"accountId": self._account_id, "items": items})
        return [each["id"] for each in answer["data"]]

    async def planned_with_findings(self, count: int) -> str:
        """The id of an export of so many orders, with something to be said of each."""
        items = [{**self._order()["items"][0], "destinationPostalCode": "9"} for _ in range(count)]
        answer = await self._post("/api/orders/sync", {"accountId": self._account_id, "items": items})
        planned = await self._post("/api/exports/plan", self._plan([each["id"] for each in answer["data"]]))
        export_id: str = planned["exportId"]
        return export_id

    def trial(self, order_ids: Sequence[str]) -> planning_pb2.PlanExportRequest:
        """To plan these without keeping the plan."""
        return planning_pb2.PlanExportRequest(
            account_id=self._account_id,
            warehouse_id=self._records["warehouses"][0]["id"],
            broker_id=self._records["brokers"][0]["id"],
            destination_country="US",
            order_ids=order_ids,
            dry_run=True,
            entry_date=ENTRY_DATE,
        )

    async def _post(self, path: str, body: Mapping[str, Any]) -> Any:
        headers = {"idempotency-key": secrets.token_hex(16)}
        answer = await self._http.post(path, json=body, headers=headers)
        self._tally.count_http(answer.status_code, answer.content, path)
        return answer.json() if answer.status_code == 200 else None

    def _order(self) -> Mapping[str, Any]:
        order = {
            "externalId": f"busy-{secrets.token_hex(8)}", "destinationCountry": "US",
            "destinationRegion": "CA", "destinationPostalCode": "94105", "items": [CAP],
        }  # fmt: skip
        return {"accountId": self._account_id, "items": [order]}

    def _plan(self, order_ids: Sequence[str]) -> Mapping[str, Any]:
        return {
            "accountId": self._account_id, "warehouseId": self._records["warehouses"][0]["id"],
            "brokerId": self._records["brokers"][0]["id"], "destinationCountry": "US",
            "orderIds": list(order_ids), "dryRun": False, "entryDate": ENTRY_DATE,
        }  # fmt: skip
