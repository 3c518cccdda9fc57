"""The event feed and webhooks: as the reference shows them."""

from entrygo.gateway.examples import AT

CREATE_WEBHOOK_REQUEST = {
    "accountId": "acc_123",
    "url": "https://wms.example.com/hooks/entrygo",
    "events": ["export.executed", "broker_submission.acknowledged"],
}
EVENT_PAGE = {
    "data": [
        {
            "type": "export.executed",
            "timestamp": AT,
            "data": {
                "accountId": "acc_123",
                "mode": "live",
                "exportId": "batch_123",
                "warehouseId": "wh_123",
                "eventId": "evt_123",
                "sequence": 7,
                "state": "COMPLETED",
                "event": {"batchId": "batch_123", "customsPackageId": "cp_123"},
            },
        }
    ],
    "hasMore": False,
    "nextCursor": "WyJhY2NfMTIzIiwibGl2ZSIsN10",
}
