"""Products, warehouses, brokers and importers: every field there and back, null where nothing was given."""

from typing import Any

import httpx
import pytest

from entrygo.gateway.routes import setup
from tests.fakes import ACCOUNT

ADDRESS = {
    "line1": "7280 River Road",
    "line2": "Unit 4",
    "city": "Richmond",
    "region": "BC",
    "postalCode": "V6X 1X5",
    "country": "CA",
}
FILING = {"reference": "PERMIT-1", "disclaimer": "D"}
REVIEW = {
    "status": "applicable",
    "headings": "9903.88.15",
    "signedOffBy": "Dana Whitfield",
    "validFrom": "2026-01-01",
    "validTo": "2026-12-31",
}
PRODUCT = {
    "id": "prod_new",
    "externalId": "JKT-009",
    "sku": "JKT-009",
    "name": "Jacket",
    "status": "active",
    "customsDescription": "Women's woven jacket",
    "htsCode": "6202308061",
    "countryOfOrigin": "CA",
    "materialComposition": "100% polyester",
    "manufacturer": {
        "name": "Northshore Apparel Ltd",
        "address": "1450 East Hastings Street",
        "city": "Vancouver",
        "region": "BC",
        "postalCode": "V5L 1S3",
        "country": "CA",
        "mid": "XCNORAPP1450VAN",
    },
    "netWeightKg": 0.82,
    "grossWeightKg": 0.95,
    "unitOfMeasure": "pcs",
    "unitValueUsd": 110,
    "usmca": {
        "criterion": "A",
        "certification": "USMCA-2026-001",
        "blanketFrom": "2026-01-01",
        "blanketTo": "2026-12-31",
    },
    "section232": {
        "status": "applicable",
        "metals": [
            {
                "metal": "steel",
                "weightKg": 0.1,
                "weightPct": 12.5,
                "valueUsd": 3,
                "meltPour": "CA",
                "smelt1": "CA",
                "smelt2": "US",
                "castIn": "CA",
                "cast": "CA",
            }
        ],
        "usMetalPct": 0,
        "evidence": "Mill certificate",
        "assessedOn": "2026-02-01",
        "metalWeightPct": 12.5,
    },
    "htsCodes": {"CA": "6202300061", "GB": "6202300010"},
    "pga": {
        "fda": {"productCode": "53CA6", "registration": "123", "priorNotice": "PN-1", "disclaimer": "A"},
        "cpsc": {
            "certificate": "GCC-1",
            "productId": "JKT-009",
            "citations": "16 CFR 1610",
            "manufacturedOn": "2026-01-05",
            "manufacturedAt": "Vancouver, CA",
            "testedOn": "2026-01-20",
            "laboratory": "Lab 1",
            "recordsContact": "Dana Whitfield",
            "disclaimer": "B",
        },
        "fcc": {"authorization": "2AB-1", "disclaimer": "C"},
        **dict.fromkeys(("usda", "fws", "epa", "dot", "ttb"), FILING),
    },
    "dangerousGoods": {
        "status": "regulated",
        "unNumber": "UN3481",
        "hazardClass": "9",
        "packingGroup": "II",
        "properShippingName": "Lithium ion batteries contained in equipment",
    },
    "section301": REVIEW,
    "section338": REVIEW,
    "adcvdCase": REVIEW,
    "supplyChain": REVIEW,
    "chapter98": {
        "provision": "9802005060",
        "declaration": "Repair order 7",
        "exportedOn": "2026-01-05",
        "repairValueUsd": 12.5,
        "usComponentsValueUsd": 3,
    },
}
WAREHOUSE = {
    "id": "wh_new",
    "externalId": "yvr-02",
    "name": "Northshore",
    "address": ADDRESS,
    "responsibleEmployee": "Dana Whitfield",
    "phone": "+1 604 555 0142",
    "email": "exports@northshore.example.com",
    "transitDays": 1,
    "importerOfRecord": {
        "name": "Northshore Brands USA LLC",
        "number": "98-7654321",
        "address": ADDRESS,
        "powerOfAttorney": False,
        "bond": "continuous",
        "section301": REVIEW,
    },
    "transport": {"carrier": "Cascade", "scac": "CCBT", "portCode": "3004", "portName": "Blaine, WA"},
    "seller": {"name": "Northshore Apparel Ltd", "address": ADDRESS},
    "buyer": {"name": "Northshore Brands USA LLC", "address": ADDRESS},
    "relatedParties": False,
    "locationOfGoods": "H123",
}
BROKER = {
    "id": "br_new",
    "externalId": "broker-2",
    "name": "Peace Arch",
    "email": "broker@example.com",
    "portCode": "3004",
    "filerCode": "PA7",
    "feeSchedules": [
        {
            "validFrom": "2025-01-01",
            "validTo": "2026-12-31",
            "currency": "USD",
            "feeFormal": 95,
            "feeInformal": 20,
            "includedLines": 5,
            "lineFee": 3,
            "orderFee": 1.5,
            "pgaFee": 0,
            "disbursementPct": 0,
            "disbursementMin": 0,
            "paymentMode": "importer_ach",
            "bondMode": "continuous",
            "singleBondRate": 0,
            "singleBondMin": 0,
            "source": "Demo",
        }
    ],
    "maxLinesPerEntry": 999,
    "maxOrdersPerEntry": 5000,
    "documents": ["cci_human_readable", "cci_csv", "manifest"],
    "attach": "zip",
    "submitPer": "entry",
    "manifestPer": "house_bill",
    "template": {
        "format": "xlsx",
        "rows": "tariff_line",
        "sheet": "Line Items",
        "encoding": "windows-1252",
        "delimiter": "pipe",
        "decimalMark": "comma",
        "dateFormat": "MM/DD/YYYY",
        "headerRow": 2,
        "columns": [
            {
                "header": "Gross Weight",
                "field": "gross_weight_kg",
                "constant": None,
                "text": None,
                "format": "0.0",
                "unit": "lb",
            }
        ],
    },
    "channel": "sftp",
    "https": {"url": "https://upload.broker.example/in", "credential": "upload"},
    "sftp": {
        "host": "sftp.broker.example",
        "port": 2222,
        "username": "northshore",
        "folder": "/in",
        "hostKey": "ssh-ed25519 AAAA",
        "credential": "sftp",
    },
}
# What answers have besides what was given, where the service that knows it was not asked.
ANSWERED: dict[str, dict[str, Any]] = {"brokers": {"emailState": None}}
IMPORTER = {
    "id": "imp_new",
    "externalId": "brand-northshore",
    "name": "Northshore Apparel Ltd",
    "number": "98-1122334",
    "address": ADDRESS,
    "nonResident": True,
    "bond": {
        "type": "continuous",
        "amountUsd": 100000,
        "surety": "Cascade Surety Inc.",
        "validFrom": "2026-02-01",
        "validTo": "2027-01-31",
    },
    "powersOfAttorney": [{"broker": "br_123", "validFrom": "2026-02-01", "validTo": "2027-12-31"}],
    "relatedParties": True,
    "seller": {"name": "Northshore Apparel Ltd", "address": ADDRESS},
    "buyer": {"name": "Northshore Imports LLC", "address": ADDRESS},
    "section301": REVIEW,
}
FACTS = [("products", PRODUCT), ("warehouses", WAREHOUSE), ("brokers", BROKER), ("importers", IMPORTER)]


@pytest.mark.parametrize(("kind", "fact"), FACTS)
async def test_a_fact_comes_back_with_every_field(
    client: httpx.AsyncClient, kind: str, fact: dict[str, Any]
) -> None:
    answer = await client.post(f"/api/{kind}/sync", json={"accountId": ACCOUNT, "items": [fact]})
    [stored] = answer.json()["data"]
    times = {"createdAt": stored["createdAt"], "updatedAt": stored["updatedAt"]}
    assert stored == fact | times | ANSWERED.get(kind, {})
    # The fakes' execution knows of no address that it would hold back.
    stored |= dict.fromkeys(ANSWERED.get(kind, {}), "allowed")
    assert (await client.get(f"/api/{kind}/{fact['id']}")).json() == stored
    listed = (await client.get(f"/api/{kind}", params={"externalId": fact["externalId"]})).json()
    assert listed == {"data": [stored], "hasMore": False, "nextCursor": None}


@pytest.mark.parametrize(("kind", "fact"), FACTS)
async def test_a_fact_shows_null_when_nothing_was_given(
    client: httpx.AsyncClient, kind: str, fact: dict[str, Any]
) -> None:
    body = {"accountId": ACCOUNT, "items": [{"externalId": "bare", "name": None}]}
    [stored] = (await client.post(f"/api/{kind}/sync", json=body)).json()["data"]
    assert stored.keys() == fact.keys() | {"createdAt", "updatedAt"} | ANSWERED.get(kind, {}).keys()
    given = {"id", "externalId", "createdAt", "updatedAt"}
    assert all(value in (None, []) for name, value in stored.items() if name not in given)


async def test_a_renamed_field_is_also_taken_by_its_former_name(
    client: httpx.AsyncClient,
) -> None:
    for name in ("castIn", "cast"):
        metal = {"metal": "aluminum", name: "NO"}
        pan = {"externalId": "PAN", "sku": "PAN", "name": "Pan", "section232": {"metals": [metal]}}
        answer = await client.post("/api/products/sync", json={"accountId": ACCOUNT, "items": [pan]})
        [kept] = answer.json()["data"][0]["section232"]["metals"]
        assert (kept["castIn"], kept["cast"]) == ("NO", "NO")


@pytest.mark.parametrize("kind", ["products", "warehouses", "brokers", "importers", "orders"])
async def test_a_fact_that_nobody_has_is_404(client: httpx.AsyncClient, kind: str) -> None:
    answer = await client.get(f"/api/{kind}/none")
    noun = kind.removesuffix("s").capitalize()
    assert (answer.status_code, answer.json()["message"]) == (404, f"{noun} not found.")


@pytest.mark.parametrize(
    ("kind", "change", "path"),
    [
        ("products", {"externalId": None}, "externalId"),
        ("products", {"netWeightKg": "1"}, "netWeightKg"),
        ("products", {"status": "gone"}, "status"),
        ("products", {"section232": {"metals": [{"metal": "gold"}]}}, "section232.metals.0.metal"),
        ("products", {"usmca": {"blanketFrom": "2026-13-01"}}, "usmca.blanketFrom"),
        ("warehouses", {"transitDays": 1.5}, "transitDays"),
        ("warehouses", {"importerOfRecord": {"powerOfAttorney": "yes"}}, "importerOfRecord.powerOfAttorney"),
        ("brokers", {"feeSchedules": [{}]}, "feeSchedules.0.validFrom"),
        ("importers", {"bond": {"type": "cash"}}, "bond.type"),
        ("importers", {"powersOfAttorney": [{"validTo": "2026-12-31"}]}, "powersOfAttorney.0.broker"),
        ("products", {"pga": {"fda": {"disclaimer": "E"}}}, "pga.fda.disclaimer"),
        ("products", {"htsCodes": {"CA": 6202}}, "htsCodes.CA"),
        ("brokers", {"maxLinesPerEntry": 0}, "maxLinesPerEntry"),
        ("brokers", {"channel": "fax"}, "channel"),
        ("brokers", {"documents": ["cci_csv", "fax"]}, "documents.1"),
        ("brokers", {"attach": "tar"}, "attach"),
        ("brokers", {"submitPer": "truck"}, "submitPer"),
        ("brokers", {"manifestPer": "parcel"}, "manifestPer"),
        ("brokers", {"sftp": {"port": 65536}}, "sftp.port"),
    ],
)
async def test_a_fact_is_refused_when_a_field_is_wrong(
    client: httpx.AsyncClient, kind: str, change: dict[str, Any], path: str
) -> None:
    body = {"accountId": ACCOUNT, "items": [{"externalId": "x", **change}]}
    answer = await client.post(f"/api/{kind}/sync", json=body)
    assert (answer.status_code, answer.json()["field"]) == (400, f"items.0.{path}")


@pytest.mark.parametrize("fact", setup.FACTS, ids=[fact.record.noun for fact in setup.FACTS])
def test_a_schema_has_every_field_of_its_message(fact: setup.Fact) -> None:
    message: Any = fact.request().DESCRIPTOR.fields_by_name["items"].message_type
    assert set(fact.schemas.record.model_fields) == set(message.fields_by_name)
