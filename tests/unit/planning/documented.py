"""The plan of the documented example, word for word."""

from typing import Any

DOCUMENTED_MESSAGE: dict[str, Any] = {
    "code": "METALS_REVIEW_RECOMMENDED",
    "message": "Product JKT-001 should receive metals review before execution.",
    "severity": "warning",
    "field": "orders[0].items[0].product.section_232",
    "product_id": "prod_hoodie_001",
    "order_id": "ord_123",
}

DOCUMENTED_PLAN: dict[str, Any] = {
    "readiness_state": "REVIEW_REQUIRED",
    "compliance_score": 74,
    "validation_messages": [DOCUMENTED_MESSAGE],
    "included_order_ids": ["ord_123", "ord_124"],
    "excluded_order_ids": [],
    "flags": ["human_review_recommended"],
    "missing_data": [],
    "recommended_strategy": (
        "Group U.S.-bound orders by operational readiness and generate an export batch"
        " before broker-facing review."
    ),
    "estimated_import_savings_usd": "18.5",
    "next_recommended_action": "review_flags_then_execute",
}
