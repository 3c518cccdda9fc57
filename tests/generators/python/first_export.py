"""A first export with the client that openapi-python-client makes; prints what it came to as JSON."""

import json
import os
from typing import TypeVar
from uuid import uuid4

from generated_client import AuthenticatedClient
from generated_client.api.customs_packages import get_artifact
from generated_client.api.entries import get_actual_landed_costs
from generated_client.api.lifecycle import execute_export, inspect_export, plan_export, sync_orders
from generated_client.api.setup import get_product, sync_products
from generated_client.models import (
    ErrorBody,
    ErrorCode,
    ExecuteBody,
    MetalContentInput,
    MetalContentInputMetal,
    OrderInput,
    OrderLineInput,
    PlanBody,
    ProductInput,
    Section232,
    Section232Input,
    SyncOrdersBody,
    SyncProductsBody,
)

T = TypeVar("T")


def done(answer: T | ErrorBody | None) -> T:
    """The answer of a call that must succeed."""
    if isinstance(answer, ErrorBody):
        raise SystemExit(f"{answer.error_code}: {answer.message}")
    assert answer is not None
    return answer


def main() -> None:
    account, work = os.environ["ENTRYGO_ACCOUNT_ID"], uuid4().hex
    base_url, key = os.environ["ENTRYGO_BASE_URL"], os.environ["ENTRYGO_API_KEY"]
    with AuthenticatedClient(base_url=base_url, token=key, raise_on_unexpected_status=True) as client:
        line = OrderLineInput(product_id=os.environ["ENTRYGO_PRODUCT_ID"], quantity=2, unit_value_usd=110)
        order = OrderInput(
            external_id=f"generated-{work}",
            destination_country="US",
            destination_region="CA",
            destination_postal_code="94105",
            items=[line],
        )
        body = SyncOrdersBody(account_id=account, items=[order])
        synced = done(sync_orders.sync(client=client, body=body, idempotency_key=f"{work}-orders"))
        plan = done(
            plan_export.sync(
                client=client,
                body=PlanBody(
                    account_id=account,
                    warehouse_id=os.environ["ENTRYGO_WAREHOUSE_ID"],
                    broker_id=os.environ["ENTRYGO_BROKER_ID"],
                    order_ids=[each.id for each in synced.data],
                ),
                idempotency_key=f"{work}-plan",
            )
        )
        assert plan.export_id is not None  # Null where a plan was only tried.
        execution = done(
            execute_export.sync(
                client=client,
                body=ExecuteBody(
                    account_id=account, batch_id=plan.export_id, expected_plan_hash=plan.plan_hash
                ),
                idempotency_key=f"{work}-execute",
            )
        )
        found = done(inspect_export.sync(plan.export_id, client=client))
        manifest = done(get_artifact.sync(execution.customs_package_id, "manifest.json", client=client))
        costs = get_actual_landed_costs.sync(plan.export_id, client=client)
        unknown = inspect_export.sync("none", client=client)
        assert isinstance(unknown, ErrorBody)
        assert unknown.error_code is ErrorCode.NOT_FOUND
        print(
            json.dumps(
                {
                    "status": found.status,
                    "planned": plan.plan_hash,
                    "executed": execution.plan_hash,
                    "manifest": bool(json.loads(manifest.payload.read())),
                    "costs": costs if isinstance(costs, str) else done(costs).message,
                    "metal": metal_of_a_product(client, account, work),
                }
            )
        )


def metal_of_a_product(client: AuthenticatedClient, account: str, work: str) -> str:
    """Where the aluminum of a product was cast, read back: a name that generated code may stumble over."""
    metal = MetalContentInput(metal=MetalContentInputMetal.ALUMINUM, smelt1="CA", cast_in="CA")
    product = ProductInput(
        external_id=f"generated-{work}",
        sku=f"GENERATED-{work[:8]}",
        name="Pan",
        section232=Section232Input(metals=[metal]),
    )
    body = SyncProductsBody(account_id=account, items=[product])
    [synced] = done(sync_products.sync(client=client, body=body)).data
    kept = done(get_product.sync(synced.id, client=client))
    assert isinstance(kept.section232, Section232)
    assert isinstance(kept.section232.metals, list)
    [read] = kept.section232.metals
    return str(read.cast_in)


if __name__ == "__main__":
    main()
