"""Three brands on one truck, from setup to documents: made-up data, and sums that agree to the cent."""

import csv
import io
from decimal import Decimal
from typing import Any

from tests.contract.rest.documented import CAP, HOODIE, Rest, order, plan_request, sync_request, unique

PLAN, EXECUTE = "/api/exports/plan", "/api/exports/execute"
NUMBERS = {"north": "98-1122334", "prairie": "98-5566778", "island": "84-9900112"}


async def synced(rest: Rest, **changes: Any) -> dict[str, str]:
    """Three importers in good order but for `changes`; their external ids by brand."""
    broker = await rest.get(f"/api/brokers/{rest.system.broker_id}")
    names = {brand: unique(brand) for brand in NUMBERS}
    items = [
        {
            "externalId": names[brand],
            "name": f"{brand.title()} Brands Ltd",
            # Records with one number are one importer, whichever test made them.
            "number": f"{NUMBERS[brand]}{names[brand][-2:].upper()}",
            "address": {"line1": "1 Powell Street", "city": "Vancouver", "region": "BC", "country": "CA"},
            "nonResident": True,
            "bond": {"type": "continuous", "amountUsd": 100000},
            "powersOfAttorney": [{"broker": broker["externalId"], **changes.get(brand, {})}],
        }
        for brand in NUMBERS
    ]
    await rest.post("/api/importers/sync", {"accountId": rest.system.account_id, "items": items})
    return names


async def orders_of(rest: Rest, names: dict[str, str]) -> list[str]:
    given = [
        order(HOODIE, CAP, importerExternalId=names["north"]),
        order(CAP, importerExternalId=names["prairie"]),
        order(CAP, CAP, importerExternalId=names["island"]),
        order(HOODIE, importerExternalId=names["north"]),
    ]
    answer = await rest.post("/api/orders/sync", sync_request(rest, *given))
    return [found["id"] for found in answer["data"]]


async def test_three_importers_go_on_one_truck_with_an_entry_and_documents_each(rest: Rest) -> None:
    names = await synced(rest)
    order_ids = await orders_of(rest, names)
    plan = await rest.post(PLAN, plan_request(rest, order_ids, include=["entries"]))
    entries = {entry["importer_external_id"]: entry for entry in plan["entries"]}
    assert set(entries) == set(names.values())
    assert "BLOCKED" not in {entry["readiness_state"] for entry in plan["entries"]}
    assert not any(number in str(plan) for number in NUMBERS.values())
    values = {brand: entries[name]["value_usd"] for brand, name in names.items()}
    assert values == {"north": 475, "prairie": 35, "island": 70}
    inspected = await rest.get(f"/api/exports/{plan['exportId']}")
    assert inspected["export"]["plan"]["entries"] == plan["entries"]

    paps = {number: f"CCBT{unique('p')[2:10].upper()}" for number in (1, 2, 3)}
    trip = {
        "conveyance": "TRK-17",
        "seals": ["S-1"],
        "entries": [{"entry": number, "papsNumber": each} for number, each in paps.items()],
    }
    body = {"accountId": rest.system.account_id, "batchId": plan["exportId"], "trip": trip}
    done = await rest.post(EXECUTE, body)
    folder = f"/api/customs-packages/{done['customs_package_id']}/artifacts"
    ace = await rest.get(f"{folder}/ace_manifest.json")
    assert [each["control_number"] for each in ace["shipments"]] == list(paps.values())
    total = Decimal(0)
    for entry in plan["entries"]:
        name = f"entry-{entry['number']}_commercial_customs_invoice.csv"
        rows = csv.DictReader(io.StringIO((await rest.client.get(f"{folder}/{name}")).text, newline=""))
        value = sum((Decimal(row["line_value_usd"]) for row in rows), Decimal(0))
        assert value == Decimal(str(entry["value_usd"]))
        total += value
        dataset = await rest.get(f"{folder}/entry-{entry['number']}_entry_dataset.json")
        brand = next(brand for brand, own in names.items() if own == entry["importer_external_id"])
        assert dataset["parties"]["importer_of_record"]["number"].startswith(NUMBERS[brand])
    manifest = await rest.get(f"{folder}/manifest.json")
    assert Decimal(manifest["totals"]["merchandise_value_usd"]) == total == 580


async def test_an_importer_whose_power_of_attorney_has_ended_stays_behind_when_asked(rest: Rest) -> None:
    names = await synced(rest, prairie={"validTo": "2026-01-31"})
    order_ids = await orders_of(rest, names)
    blocked = await rest.post(PLAN, plan_request(rest, order_ids, include=["entries"], dryRun=True))
    assert blocked["readinessState"] == "BLOCKED"
    states = {entry["importer_external_id"]: entry["readiness_state"] for entry in blocked["entries"]}
    assert [name for name, state in states.items() if state == "BLOCKED"] == [names["prairie"]]
    plan = await rest.post(PLAN, plan_request(rest, order_ids, onBlocked="exclude", include=["entries"]))
    assert plan["readinessState"] != "BLOCKED"
    assert plan["excluded_order_ids"] == [order_ids[1]]
    assert {entry["importer_external_id"] for entry in plan["entries"]} == {names["north"], names["island"]}
