"""A planner on a real database, with facts from memory."""

from collections.abc import AsyncIterator, Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from functools import cached_property
from typing import Any

import pytest_asyncio

from entrygo.domain.errors import NotFound
from entrygo.domain.facts import Order
from entrygo.domain.principal import Mode, Tenant, Visible
from entrygo.domain.snapshot import Snapshot
from entrygo.messaging.event_log import events_after
from entrygo.planning.duty.book import DutyBook
from entrygo.planning.reference.in_force import ReferenceData, reference_on
from entrygo.planning.requests import read_amend, read_cancel, read_plan
from entrygo.planning.rules import RULES
from entrygo.planning.sync_client import Gathered
from entrygo.planning.use_cases import PlanningUseCases
from entrygo.postgres.idempotency import Reply
from entrygo.postgres.pool import Pool, open_pool, transaction
from entrygo.process.clock import Ids
from entrygo.proto.events.v1 import events_pb2
from entrygo.proto.planning.v1 import planning_pb2
from tests.factories import golden_orders, golden_products, make_broker, make_warehouse

NOW = datetime(2026, 3, 11, 16, 0, tzinfo=UTC)
MAX_ORDERS = 20_000

ALICE = Tenant("acc_123", Mode.LIVE)
ALICE_TEST = Tenant("acc_123", Mode.TEST)
BOB = Tenant("acc_bob", Mode.LIVE)


@dataclass
class MemoryFacts:
    """FactSource in memory; every tenant sees the same facts."""

    orders: dict[str, Order] = field(default_factory=lambda: {order.id: order for order in golden_orders()})
    products: dict[str, Any] = field(default_factory=lambda: {one.id: one for one in golden_products()})
    warehouse: Any = field(default_factory=make_warehouse)
    broker: Any = field(default_factory=make_broker)

    def put(self, orders: Iterable[Order]) -> None:
        self.orders |= {order.id: order for order in orders}

    async def gather(
        self, order_ids: list[str], external_order_ids: list[str], warehouse_id: str, broker_id: str
    ) -> Gathered:
        orders = {
            order.id: order
            for order in self.orders.values()
            if order.id in order_ids or order.external_id in external_order_ids
        }
        named = {item.product_id for order in orders.values() for item in order.items}
        return Gathered(
            orders=orders,
            products={id: product for id, product in self.products.items() if id in named},
            warehouse=self.warehouse if warehouse_id == self.warehouse.id else None,
            broker=self.broker if broker_id == self.broker.id else None,
        )


@dataclass
class Planner:
    """The use cases as one caller meets them."""

    pool: Pool
    facts: MemoryFacts
    visible: Visible = field(default_factory=lambda: Visible.whole(ALICE))
    duty_on: Callable[[ReferenceData, date], DutyBook] | None = None

    def as_(self, tenant: Tenant, warehouse_id: str | None = None) -> "Planner":
        return replace(self, visible=Visible(tenant, warehouse_id))

    @cached_property
    def use_cases(self) -> PlanningUseCases:
        return PlanningUseCases.on(
            self.pool,
            facts=self.facts,
            rules=RULES,
            reference_on=reference_on,
            clock=lambda: NOW,
            ids=Ids(),
            duty_on=self.duty_on,
        )

    async def reply(self, *order_ids: str, **fields: Any) -> Reply:
        fields = {
            "account_id": self.visible.tenant.account_id,
            "warehouse_id": "wh_123",
            "broker_id": "br_123",
            "order_ids": order_ids or (("ord_123", "ord_124") if "external_order_ids" not in fields else ()),
        } | fields
        request = planning_pb2.PlanExportRequest(**fields)
        return await self.use_cases.plan_export.run(self.visible, read_plan(request, max_orders=MAX_ORDERS))

    async def plan(self, *order_ids: str, **fields: Any) -> planning_pb2.PlanExportResponse:
        return planning_pb2.PlanExportResponse.FromString((await self.reply(*order_ids, **fields)).body)

    async def claim(
        self,
        export_id: str,
        execution_id: str = "exe_1",
        expected_plan_hash: str = "",
        trip: planning_pb2.ClaimedTrip | None = None,
        **truck: Any,
    ) -> Any:
        request = planning_pb2.ClaimExportRequest(
            export_id=export_id,
            execution_id=execution_id,
            expected_plan_hash=expected_plan_hash,
            takes_places=True,
            trip=trip,
            **truck,
        )
        return await self.use_cases.handover.claim(self.visible, request)

    async def complete(self, export_id: str, execution_id: str = "exe_1") -> str:
        outcome = planning_pb2.ReleaseExportRequest.Completed(customs_package_id="cp_1", executed_at="now")
        return await self._release(export_id, execution_id, completed=outcome)

    async def fail(self, export_id: str, execution_id: str = "exe_1") -> str:
        outcome = planning_pb2.ReleaseExportRequest.Failed(error_code="DOCUMENTS_FAILED", message="no")
        return await self._release(export_id, execution_id, failed=outcome)

    async def _release(self, export_id: str, execution_id: str, **outcome: Any) -> str:
        request = planning_pb2.ReleaseExportRequest(export_id=export_id, execution_id=execution_id, **outcome)
        answer = await self.use_cases.handover.release(self.visible, request)
        return str(answer.state)

    async def withdraw(
        self, export_id: str, withdrawal_id: str = "wdr_1", *, dry_run: bool = False
    ) -> planning_pb2.WithdrawExportResponse:
        request = planning_pb2.WithdrawExportRequest(
            export_id=export_id, withdrawal_id=withdrawal_id, reason="truck broke down", dry_run=dry_run
        )
        return await self.use_cases.transitions.withdraw(self.visible, request)

    async def amend_reply(self, export_id: str, *, max_orders: int = MAX_ORDERS, **fields: Any) -> Reply:
        request = planning_pb2.AmendExportRequest(
            export_id=export_id, **{"reason": "one order taken off", **fields}
        )
        return await self.use_cases.amend_export.run(self.visible, read_amend(request, max_orders=max_orders))

    async def amend(self, export_id: str, **fields: Any) -> planning_pb2.PlanExportResponse:
        reply = await self.amend_reply(export_id, **fields)
        return planning_pb2.PlanExportResponse.FromString(reply.body)

    async def claims(self) -> dict[str, str]:
        """Which order has left with which export."""
        async with transaction(self.pool, self.visible) as connection:
            rows = await connection.fetch("SELECT order_id, export_id FROM order_claims")
        return {row["order_id"]: row["export_id"] for row in rows}

    async def executed(self, *order_ids: str, execution_id: str = "exe_1", **fields: Any) -> str:
        """The id of an export that has left."""
        export_id = (await self.plan(*order_ids, **fields)).export_id
        await self.claim(export_id, execution_id)
        await self.complete(export_id, execution_id)
        return export_id

    async def cancel(self, export_id: str, key: str = "") -> Reply:
        request = planning_pb2.CancelExportRequest(
            export_id=export_id, idempotency_key=key, reason="changed plans"
        )
        return await self.use_cases.transitions.cancel(self.visible, read_cancel(request))

    async def snapshot(self, export_id: str, revision: int = 0) -> Snapshot | None:
        try:
            content = await self.use_cases.stored_plans.snapshot(self.visible, export_id, revision)
        except NotFound:
            return None
        return Snapshot.model_validate_json(content)

    async def events(self, export_id: str) -> list[events_pb2.Event]:
        async with transaction(self.pool, self.visible) as connection:
            return await events_after(connection, self.visible, export_id, 0)

    async def event_types(self, export_id: str) -> list[str]:
        events = await self.events(export_id)
        assert [event.sequence for event in events] == list(range(1, len(events) + 1))
        return [event.type for event in events]

    async def count(self, table: str) -> int:
        async with transaction(self.pool, self.visible) as connection:
            return int(await connection.fetchval(f"SELECT count(*) FROM {table}"))


@pytest_asyncio.fixture
async def planner(database_url: str) -> AsyncIterator[Planner]:
    async with await open_pool(database_url, schema="planning") as pool:
        yield Planner(pool, MemoryFacts())
