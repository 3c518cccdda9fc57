"""The application: `uvicorn tests.bench.monolith.app:app --workers 2`."""

import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from decimal import Decimal
from typing import Annotated, Any

from fastapi import FastAPI, Header, HTTPException
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from tests.bench.monolith import execution, idempotency
from tests.bench.monolith.database import engine, prepare, sessions
from tests.bench.monolith.planning import plan_of, snapshot_of
from tests.bench.monolith.requests import ExecuteExport, OrderIn, PlanExport, SyncOrders
from tests.bench.monolith.settings import WORKFLOWS
from tests.bench.monolith.tables import Artifact, Export, ExportEvent, Order, Product

if WORKFLOWS:
    from tests.bench.monolith import workflows

    execute_export = workflows.execute
else:
    execute_export = execution.execute

Key = Annotated[str | None, Header(alias="idempotency-key")]


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    await prepare(engine)
    if WORKFLOWS:
        workflows.launch()
    yield
    await engine.dispose()


app = FastAPI(lifespan=lifespan)


@app.get("/readyz")
async def ready() -> dict[str, str]:
    return {"status": "ok"}


@app.post("/api/orders/sync")
async def sync_orders(body: SyncOrders, key: Key = None) -> dict[str, Any]:
    digest = idempotency.fingerprint(body)
    async with sessions.begin() as session:
        kept = await idempotency.stored_answer(session, body.account_id, "orders.sync", key, digest)
        if kept is not None:
            return kept
        statement = insert(Order)
        upsert = statement.on_conflict_do_update(
            index_elements=["account_id", "external_id"],
            set_={
                name: statement.excluded[name]
                for name in ("destination_region", "destination_postal_code", "items", "total_value_usd")
            },
        ).returning(Order.id, Order.external_id)
        rows = await session.execute(upsert, [_row(body.account_id, order) for order in body.items])
        answer = {"data": [{"id": id, "externalId": external_id} for id, external_id in rows]}
        idempotency.keep_answer(session, body.account_id, "orders.sync", key, digest, answer)
    return answer


def _row(account_id: str, order: OrderIn) -> dict[str, Any]:
    return {
        "id": f"ord_{secrets.token_hex(13)}",
        "account_id": account_id,
        "external_id": order.external_id,
        "destination_country": order.destination_country,
        "destination_region": order.destination_region,
        "destination_postal_code": order.destination_postal_code,
        "items": [item.model_dump() for item in order.items],
        "total_value_usd": sum((item.quantity * item.unit_value_usd for item in order.items), Decimal()),
    }


@app.post("/api/exports/plan")
async def plan_export(body: PlanExport, key: Key = None) -> dict[str, Any]:
    digest = idempotency.fingerprint(body)
    async with sessions.begin() as session:
        kept = await idempotency.stored_answer(session, body.account_id, "exports.plan", key, digest)
        if kept is not None:
            return kept
        chosen = select(Order).where(Order.account_id == body.account_id, Order.id.in_(body.order_ids))
        orders = list(await session.scalars(chosen.order_by(Order.id)))
        if len(orders) != len(set(body.order_ids)):
            raise HTTPException(400, "INVALID_ORDER_REFERENCE")
        named = {item["product_id"] for order in orders for item in order.items}
        products = list(await session.scalars(select(Product).where(Product.id.in_(named))))
        export_id = f"batch_{secrets.token_hex(13)}"
        snapshot = snapshot_of(body, orders, products)
        plan = plan_of(export_id, orders, products, snapshot["planHash"])
        session.add(
            Export(
                id=export_id,
                account_id=body.account_id,
                warehouse_id=body.warehouse_id,
                broker_id=body.broker_id,
                status="BATCHED",
                plan_hash=snapshot["planHash"],
                plan=plan,
                snapshot=snapshot,
            )
        )
        await session.flush()
        session.add(ExportEvent(export_id=export_id, sequence=1, type="export.planned"))
        idempotency.keep_answer(session, body.account_id, "exports.plan", key, digest, plan)
    return plan


@app.post("/api/exports/execute")
async def execute(body: ExecuteExport, key: Key = None) -> dict[str, Any]:
    digest = idempotency.fingerprint(body)
    async with sessions() as session:
        kept = await idempotency.stored_answer(session, body.account_id, "exports.execute", key, digest)
    if kept is not None:
        return kept
    answer = await execute_export(body.batch_id)
    async with sessions.begin() as session:
        idempotency.keep_answer(session, body.account_id, "exports.execute", key, digest, answer)
    return answer


@app.get("/api/exports/{export_id}")
async def inspect_export(export_id: str) -> dict[str, Any]:
    async with sessions() as session:
        export = await session.get(Export, export_id)
        if export is None:
            raise HTTPException(404, "EXPORT_NOT_FOUND")
        artifacts = await session.execute(
            select(Artifact.artifact_type, Artifact.filename, Artifact.generated_at).where(
                Artifact.export_id == export_id
            )
        )
        events = await session.scalars(
            select(ExportEvent).where(ExportEvent.export_id == export_id).order_by(ExportEvent.sequence)
        )
        return {
            **export.plan,
            "status": export.status,
            "state": export.status,
            "customsPackage": {"id": export.customs_package_id},
            "brokerSubmission": export.submission,
            "artifacts": [
                {"artifact_type": kind, "filename": filename, "generated_at": at.isoformat()}
                for kind, filename, at in artifacts
            ],
            "events": [{"type": event.type, "timestamp": event.occurred_at.isoformat()} for event in events],
        }
