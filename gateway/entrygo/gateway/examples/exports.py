"""The examples of the published documentation, shown in the OpenAPI document."""

from typing import Any

from entrygo.gateway.examples import AT

_MESSAGE = {
    "code": "METALS_REVIEW_RECOMMENDED",
    "message": "Product JKT-001 should receive metals review before execution.",
    "severity": "warning",
    "field": "orders[0].items[0].product.section_232",
    "product_id": "prod_hoodie_001",
    "order_id": "ord_123",
}
_ITEMS = [
    {"productId": "prod_hoodie_001", "quantity": 2, "unitValueUsd": 110},
    {"productId": "prod_cap_002", "quantity": 1, "unitValueUsd": 35},
]
_ORDER = {
    "externalId": "wms-order-1001",
    "destinationCountry": "US",
    "destinationRegion": "CA",
    "destinationPostalCode": "94105",
}
_SHA256 = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"


def _artifact(kind: str, filename: str, media_type: str) -> dict[str, Any]:
    return {
        "artifact_type": kind,
        "filename": filename,
        "generated_at": AT,
        "media_type": media_type,
        "size_bytes": 4096,
        "sha256": _SHA256,
    }


_ARTIFACTS = [
    _artifact("cci_human_readable", "commercial_customs_invoice.html", "text/html; charset=utf-8"),
    _artifact("cci_csv", "commercial_customs_invoice.csv", "text/csv; charset=utf-8"),
    _artifact("manifest", "manifest.json", "application/json"),
]
_SUBMISSION: dict[str, object] = {
    "id": "bes_123",
    "submission_type": "EMAIL",
    "status": "sent",
    "recipient_email": "broker@example.com",
    "subject": "EntryGo broker submission cp_ch123456",
    "sent_at": AT,
    "error_message": None,
    "attempts": 1,
    "next_attempt_at": None,
    "created_at": AT,
    "reason": None,
    "destination": "broker@example.com",
    "entry_number": None,
    "broker_reason": None,
    "answered_at": None,
    "kind": "package",
    "noted_by": None,
    "note": None,
    "entry": None,
    "entry_numbers": [],
    "server_answer": "250 2.0.0 Ok: queued as 4fXyz12Q7z",
}
_STRATEGY = (
    "Group U.S.-bound orders by operational readiness and generate an export batch "
    "before broker-facing review."
)

SYNC_ORDERS_REQUEST = {
    "accountId": "acc_123",
    "items": [{**_ORDER, "items": _ITEMS, "metadata": {"source": "warehouse-wms", "wave": "wave-17"}}],
}
SYNC_ORDERS_ANSWER = {
    "data": [{"id": "ord_123", "accountId": "acc_123", **_ORDER, "totalValueUsd": 255, "items": _ITEMS}]
}
PLAN_REQUEST = {
    "accountId": "acc_123",
    "warehouseId": "wh_123",
    "brokerId": "br_123",
    "destinationCountry": "US",
    "orderIds": ["ord_123", "ord_124"],
    "dryRun": False,
}
PLAN_ANSWER = {
    "exportId": "batch_123",
    "state": "BATCHED",
    "batch_id": "batch_123",
    "planHash": "planhash_abc123",
    "status": "BATCHED",
    "readinessState": "REVIEW_REQUIRED",
    "complianceScore": 74,
    "validationMessages": [_MESSAGE],
    "included_order_ids": ["ord_123", "ord_124"],
    "excluded_order_ids": [],
    "flags": ["human_review_recommended"],
    "missing_data": [],
    "recommended_strategy": _STRATEGY,
    "estimated_import_savings_usd": 18.5,
    "next_recommended_action": "review_flags_then_execute",
    "validation": {
        "readiness_state": "REVIEW_REQUIRED",
        "compliance_score": 74,
        "validation_messages": [_MESSAGE],
    },
}
ISSUES_ANSWER = {
    "exportId": "batch_123",
    "planHash": "planhash_abc123",
    "readinessState": "BLOCKED",
    "revision": 1,
    "stale": False,
    "issue_totals": {"products_blocking": 1, "orders_blocked_by_products": 284, "orders_blocked": 285},
    "issues_by_product": [
        {
            "code": "PRODUCT_ORIGIN_INVALID",
            "message": "Product CAP-002 origin China is not an ISO country code.",
            "severity": "error",
            "product_id": "prod_cap_002",
            "sku": "CAP-002",
            "orders_blocked": 284,
            "orders_affected": 284,
            "lines_affected": 301,
            "fix": {"method": "PATCH", "path": "/api/products/prod_cap_002", "field": "countryOfOrigin"},
            "accepted": "ISO 3166-1 alpha-2 code of the country of origin: CN",
            "suggestion": "CN",
            "remedy": None,
        }
    ],
    "issues_by_order": [
        {
            "code": "ORDER_POSTAL_CODE_INVALID",
            "message": "2139 is not a U.S. ZIP code.",
            "severity": "error",
            "orders_blocked": 1,
            "orders_affected": 1,
            "lines_affected": 0,
            "example": {
                "field": "orders[0].destination_postal_code",
                "order_id": "ord_123",
                "external_id": "wms-order-1001",
            },
            "suggestions": [
                {
                    "order_id": "ord_123",
                    "external_id": "wms-order-1001",
                    "field": "destinationPostalCode",
                    "suggestion": "02139",
                }
            ],
        }
    ],
    "issues_of_export": [
        {
            "code": "BOND_NOT_VALID",
            "message": "The bond of importer brand-northshore does not cover 2026-03-11.",
            "severity": "error",
            "field": "importers[brand-northshore].bond",
        }
    ],
}
_NO_FIELDS = {"count": 0, "first": []}
_CHANGES = ("added", "removed", "changed")
_NO_ITEMS = {**{f"{each}_count": 0 for each in _CHANGES}, **{each: [] for each in _CHANGES}}
PLAN_DIFF_ANSWER = {
    "exportId": "batch_123",
    "from": {"revision": 1, "planHash": "planhash_abc123", "planned_at": "2026-03-11T16:00:00.000Z"},
    "to": {"revision": 2, "planHash": "planhash_def456", "planned_at": "2026-03-11T16:20:00.000Z"},
    "is_same": False,
    "plan": {
        "count": 1,
        "first": [{"field": "readiness_state", "before": "BLOCKED", "after": "REVIEW_REQUIRED"}],
    },
    "warehouse": _NO_FIELDS,
    "broker": _NO_FIELDS,
    "importers": _NO_ITEMS,
    "orders": {**_NO_ITEMS, "added_count": 1, "added": [{"id": "ord_125", "name": "wms-order-1003"}]},
    "products": {
        **_NO_ITEMS,
        "changed_count": 1,
        "changed": [
            {
                "id": "prod_cap_002",
                "name": "CAP-002",
                "changes": {
                    "count": 1,
                    "first": [{"field": "country_of_origin", "before": "China", "after": "CN"}],
                },
            }
        ],
    },
    "reference_rows": _NO_ITEMS,
    "messages": {"appeared_count": 0, "disappeared_count": 0, "appeared": [], "disappeared": []},
}
EXECUTE_REQUEST = {
    "accountId": "acc_123",
    "batchId": "batch_123",
    "shipment": {
        "termsOfSale": {"incoterm": "DAP", "place": "Blaine, WA"},
        "shippedOn": "2026-03-11",
        "papsNumber": "CCBT20260311",
        "tripNumber": "CCBT0311A",
        "packages": 4,
        "reason": "sale",
        "seller": "Northshore Fulfilment Inc.",
        "buyer": "Northshore Imports LLC",
        "charges": [
            {"kind": "freight", "amountUsd": 180.5, "description": "Richmond BC to Blaine WA"},
            {"kind": "discount", "amountUsd": 20},
        ],
    },
}
EXECUTE_ANSWER = {
    "exportId": "batch_123",
    "state": "COMPLETED",
    "batch_id": "batch_123",
    "status": "COMPLETED",
    "customs_package_id": "cp_123",
    "planHash": "planhash_abc123",
    "artifacts": _ARTIFACTS,
    "notification_ids": ["notif_123", "notif_456"],
    "notifications": ["notif_123", "notif_456"],
    "execution_timestamp": AT,
    "brokerSubmission": _SUBMISSION,
    "brokerSubmissions": [_SUBMISSION],
}
INSPECT_ANSWER = {
    "exportId": "batch_123",
    "status": "COMPLETED",
    "state": "COMPLETED",
    "readinessState": "REVIEW_REQUIRED",
    "complianceScore": 74,
    "validationMessages": [_MESSAGE],
    "planHash": "planhash_abc123",
    "artifacts": _ARTIFACTS,
    "export": {
        "batch_id": "batch_123",
        "status": "COMPLETED",
        "planHash": "planhash_abc123",
        "lifecycle_state": "COMPLETED",
        "plan": {
            "readinessState": "REVIEW_REQUIRED",
            "included_order_ids": ["ord_123", "ord_124"],
            "excluded_order_ids": [],
            "flags": ["human_review_recommended"],
            "missing_data": [],
            "recommended_strategy": _STRATEGY,
            "revision": 1,
            "planned_at": "2026-03-11T16:00:00.000Z",
            "entry_type": "11",
            "total_value_usd": 290,
            "entries": [{"number": 1, "orders": 2, "lines": 2, "value_usd": 290}],
        },
        "execution": {"customs_package_id": "cp_123", "executed_at": AT},
        "inspection": {"artifact_count": 3, "notification_count": 1},
    },
    "batch": {
        "id": "batch_123",
        "state": "COMPLETED",
        "raw_state": "completed",
        "warehouse_id": "wh_123",
        "broker_id": "br_123",
        "destination_country": "US",
        "estimated_savings_usd": 18.5,
        "next_recommended_action": "review_flags_then_execute",
        "created_at": "2026-03-11T16:00:00.000Z",
        "executed_at": AT,
    },
    "customsPackage": {"id": "cp_123", "packageNumber": "cp_ch123456", "state": "sent_to_broker"},
    "notifications": [
        {"id": "notif_123", "channel": "EMAIL", "status": "sent", "created_at": AT, "recipient": "broker"}
    ],
    "brokerSubmission": _SUBMISSION,
    "brokerSubmissions": [_SUBMISSION],
    "snapshot": {
        "included_order_ids": ["ord_123", "ord_124"],
        "planHash": "planhash_abc123",
        "entry_date": "2026-03-11",
        "ruleset_version": "1",
        "reference_version": "2026-03",
    },
    "events": [
        {"id": "evt_123", "type": "export.executed", "created_at": AT, "payload": {"batchId": "batch_123"}}
    ],
    "stale": False,
    "withdrawal": None,
    "supersedes": None,
    "supersededBy": None,
    "entrySummaries": [],
}
CUSTOMS_PACKAGE_ANSWER = {
    "id": "cp_123",
    "exportBatchId": "batch_123",
    "packageNumber": "cp_ch123456",
    "state": "sent_to_broker",
    "createdAt": AT,
    "artifacts": _ARTIFACTS,
}
