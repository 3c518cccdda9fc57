"""Products, warehouses, brokers, importers, the policy, and an API key: as the reference shows them."""

from entrygo.gateway.examples import AT

SYNC_PRODUCTS_REQUEST = {
    "accountId": "acc_123",
    "items": [
        {
            "externalId": "CAP-002",
            "sku": "CAP-002",
            "name": "Baseball cap",
            "customsDescription": "Men's knitted cotton baseball cap",
            "htsCode": "6505003030",
            "countryOfOrigin": "CA",
            "materialComposition": "100% cotton",
            "netWeightKg": 0.09,
            "unitValueUsd": 35,
            "section232": {"status": "not_applicable"},
        }
    ],
}
PATCH_PRODUCT_REQUEST = {
    "manufacturer": {"mid": "XCNORAPP1450VAN"},
    "usmca": {"criterion": "A", "certification": "USMCA-2026-NSA-003"},
    "section232": {"evidence": None},
}
POLICY_REQUEST = {
    "accountId": "acc_123",
    "severities": {"PRODUCT_DESCRIPTION_VAGUE": "error"},
    "approvalRequired": True,
    "codesWithoutApproval": ["METALS_REVIEW_RECOMMENDED"],
    "agentsMayAct": False,
    "savingsBasis": "per_order_entry",
}
POLICY_ANSWER = {
    **{name: value for name, value in POLICY_REQUEST.items() if name != "accountId"},
    "updatedAt": AT,
}
RULES_ANSWER = {
    "data": [
        {
            "code": "METALS_REVIEW_RECOMMENDED",
            "severity": "warning",
            "raisableTo": ["error"],
            "field": "section_232",
            "basis": "Section 232, Trade Expansion Act of 1962; 19 CFR 141.87",
        }
    ]
}
TEST_BROKER_REQUEST = {"idempotencyKey": "test-peace-arch-1"}
TEST_BROKER_ANSWER = {
    "brokerId": "br_123",
    "channel": "email",
    "destination": "entries@peace-arch.example",
    "outcome": "sent",
    "message": "250 2.0.0 Ok: queued as 4XyZ",
    "madeAt": AT,
}
APPROVE_REQUEST = {
    "planHash": "planhash_abc123",
    "approvedBy": "Dana Whitfield",
    "note": "Metal trims checked against the bill of materials",
}
SYNC_WAREHOUSES_REQUEST = {
    "accountId": "acc_123",
    "items": [
        {
            "externalId": "yvr-01",
            "name": "Northshore Fulfilment Inc.",
            "address": {"line1": "7280 River Road", "city": "Richmond", "region": "BC", "country": "CA"},
            "transitDays": 0,
            "transport": {"carrier": "Cascade Crossborder Trucking", "scac": "CCBT", "portCode": "3004"},
        }
    ],
}
SYNC_BROKERS_REQUEST = {
    "accountId": "acc_123",
    "items": [
        {"externalId": "demo-broker", "name": "Peace Arch Customs Brokers", "email": "broker@example.com"}
    ],
}

PREVIEW_TEMPLATE_REQUEST = {
    "template": {
        "format": "csv",
        "delimiter": "semicolon",
        "columns": [
            {"header": "HTSUS No.", "field": "hts_code_dotted"},
            {"header": "Mode", "constant": "TRK"},
        ],
    }
}
PREVIEW_TEMPLATE_ANSWER = {
    "filename": "broker_template.csv",
    "mediaType": "text/csv",
    "header": ["HTSUS No.", "Mode"],
    "rows": [["6110.20.20.41", "TRK"]],
    "rowCount": 1,
    "source": "sample",
    "contentBase64": "IkhUU1VTIE5vLiI7Ik1vZGUiDQoiNjExMC4yMC4yMC40MSI7IlRSSyINCg==",
}

SYNC_IMPORTERS_REQUEST = {
    "accountId": "acc_123",
    "items": [
        {
            "externalId": "brand-northshore",
            "name": "Northshore Apparel Ltd",
            "number": "98-1122334",
            "address": {"line1": "1450 Powell Street", "city": "Vancouver", "region": "BC", "country": "CA"},
            "nonResident": True,
            "bond": {"type": "continuous", "amountUsd": 100000, "validTo": "2027-01-31"},
            "powersOfAttorney": [{"broker": "demo-broker", "validTo": "2027-12-31"}],
        }
    ],
}

CREATE_KEY_REQUEST = {
    "accountId": "acc_123",
    "name": "WMS, nightly export",
    "scopes": ["read", "orders:write", "exports:plan"],
    "expiresInDays": 365,
}
