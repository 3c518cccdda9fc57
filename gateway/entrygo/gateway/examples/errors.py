"""The details that some error codes carry: as the reference shows them."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

# errorCode and status → the details that documentation shows.
ERROR_DETAILS: Mapping[tuple[str, int], Mapping[str, Any]] = MappingProxyType(
    {
        ("VALIDATION_ERROR", 400): {
            "issues": [{"path": "items.0.items.0.productId", "message": "Required", "code": "invalid_type"}]
        },
        ("INVALID_ACCOUNT_SCOPE", 403): {"apiKeyAccountId": "acc_123", "payloadAccountId": "acc_999"},
        ("INVALID_ORDER_REFERENCE", 400): {
            "requestedOrderIds": ["ord_123", "ord_missing"],
            "foundOrderIds": ["ord_123"],
        },
        ("INVALID_EXPORT_STATE", 409): {"currentState": "COMPLETED"},
    }
)
