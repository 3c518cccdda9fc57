"""What a plan says of its orders."""

import hashlib
import json
from decimal import Decimal
from typing import Any

from tests.bench.monolith.requests import PlanExport
from tests.bench.monolith.tables import Order, Product

REVIEW_COSTS = 26


def snapshot_of(body: PlanExport, orders: list[Order], products: list[Product]) -> dict[str, Any]:
    """The facts of an export at the moment of its plan, with their hash."""
    facts: dict[str, Any] = {
        "warehouseId": body.warehouse_id,
        "brokerId": body.broker_id,
        "orders": [
            {"id": order.id, "external_id": order.external_id, "items": order.items} for order in orders
        ],
        "products": {
            product.id: {
                "sku": product.sku,
                "customs_description": product.customs_description,
                "hts_code": product.hts_code,
                "country_of_origin": product.country_of_origin,
            }
            for product in products
        },
    }
    canonical = json.dumps(facts, sort_keys=True, separators=(",", ":")).encode()
    return {**facts, "planHash": hashlib.sha256(canonical).hexdigest()}


def plan_of(export_id: str, orders: list[Order], products: list[Product], plan_hash: str) -> dict[str, Any]:
    by_id = {product.id: product for product in products}
    messages, savings = [], Decimal()
    for order in orders:
        for number, item in enumerate(order.items):
            product = by_id[item["product_id"]]
            savings += product.savings_per_unit_usd * Decimal(item["quantity"])
            if product.needs_metals_review:
                messages.append(
                    {
                        "code": "METALS_REVIEW_RECOMMENDED",
                        "message": f"Product {product.sku} should receive metals review before execution.",
                        "severity": "warning",
                        "field": f"orders[].items[{number}].product.section_232",
                        "product_id": product.id,
                        "order_id": order.id,
                    }
                )
    return {
        "exportId": export_id,
        "batch_id": export_id,
        "state": "BATCHED",
        "status": "BATCHED",
        "planHash": plan_hash,
        "readinessState": "REVIEW_REQUIRED" if messages else "READY",
        "complianceScore": 100 - (REVIEW_COSTS if messages else 0),
        "validationMessages": messages,
        "included_order_ids": [order.id for order in orders],
        "excluded_order_ids": [],
        "flags": ["human_review_recommended"] if messages else [],
        "missing_data": [],
        "estimated_import_savings_usd": float(savings),
        "next_recommended_action": "review_flags_then_execute" if messages else "execute",
    }
