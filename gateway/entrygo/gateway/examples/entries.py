"""What was entered, and its comparison with what was estimated: as the reference shows them."""

from entrygo.gateway.examples import AT

ENTRY_SUMMARY_REQUEST = {
    "entryNumber": "ABC-1234567-6",
    "entryType": "01",
    "entryDate": "2026-03-12",
    "summaryDate": "2026-03-20",
    "lines": [
        {
            "line": 1,
            "htsCode": "6202.40.75.11",
            "countryOfOrigin": "CA",
            "valueUsd": 225,
            "quantity": 0.167,
            "unit": "doz",
            "dutyUsd": 61.88,
        }
    ],
    "feesUsd": 33.58,
}
ENTRY_OUTCOME = {
    "entry": 1,
    "entryNumber": "ABC-1234567-6",
    "revision": 1,
    "state": "differs",
    "recordedAt": AT,
    "givenBy": "api",
    "entryType": "01",
    "entryDate": "2026-03-12",
    "summaryDate": "2026-03-20",
    "lines": 1,
    "valueUsd": 225,
    "dutyUsd": 61.88,
    "feesUsd": 33.58,
    "liquidatedOn": None,
    "liquidatedDutyUsd": None,
    "liquidatedFeesUsd": None,
    "estimatedDutyLowUsd": 60.5,
    "estimatedDutyHighUsd": 60.5,
    "estimatedFeesUsd": 33.58,
    "openTasks": 1,
    "reasons": ["VALUE_DIFFERS"],
}
ENTRY_RECONCILIATION = {
    "exportId": "batch_123",
    "customsPackageId": "cp_123",
    "packageNumber": "cp_ch123456",
    "outcome": ENTRY_OUTCOME,
    "lines": [
        {
            "line": 1,
            "htsCode": "6202407511",
            "countryOfOrigin": "CA",
            "valueUsd": 225,
            "quantity": 0.167,
            "unit": "doz",
            "dutyUsd": 61.88,
        }
    ],
    "tasks": [
        {
            "id": "etk_123",
            "code": "VALUE_DIFFERS",
            "place": "line 1",
            "message": "Another value was entered than the invoice has.",
            "expected": "220.00",
            "actual": "225.00",
            "state": "open",
            "note": None,
            "openedAt": AT,
            "closedAt": None,
        }
    ],
}
