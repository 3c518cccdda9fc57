"""Three brands on one truck, from setup to documents: made-up data, and sums that agree to the cent."""

import asyncio
import csv
import io
import re
from decimal import Decimal
from typing import Any

import httpx

from entrygo.domain.entry_number import entry_number
from tests.contract.rest.documented import (
    CAP,
    ENTRY_DATE,
    HOODIE,
    Rest,
    order,
    plan_request,
    sync_request,
    unique,
)
from tests.contract.rest.test_broker_answers import PATIENCE_SECONDS, POLL_SECONDS, links_of

PLAN, EXECUTE = "/api/exports/plan", "/api/exports/execute"
NUMBERS = {"north": "98-1122334", "prairie": "98-5566778", "island": "84-9900112"}


async def synced(
    rest: Rest, names: dict[str, str] | None = None, broker_id: str = "", **changes: Any
) -> dict[str, str]:
    """Three importers in good order but for `changes`; their external ids by brand."""
    broker = await rest.get(f"/api/brokers/{broker_id or rest.system.broker_id}")
    names = names or {brand: unique(brand) for brand in NUMBERS}
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
    plan = await rest.post(PLAN, plan_request(rest, order_ids, include=["entries", "savings"]))
    assert plan["savings"]["basis"] == "per_order_entry"
    assert max(plan["savings"]["saving_usd"], 0) == plan["estimated_import_savings_usd"]
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
    unknown = {**trip, "entries": [{"entry": 4, "papsNumber": paps[1]}]}
    refused = await rest.client.post(EXECUTE, json={**body, "trip": unknown})
    assert (refused.status_code, refused.json()["field"]) == (400, "trip.entries.0.entry")
    # Nine in the evening at the border; in London, and only there, it is the next day.
    late = {**trip, "estimatedArrival": f"{ENTRY_DATE}T21:00:00-08:00"}
    other_day = {**trip, "estimatedArrival": "2026-03-12T05:00:00Z"}
    refused = await rest.client.post(EXECUTE, json={**body, "trip": other_day})
    assert (refused.status_code, refused.json()["field"]) == (400, "trip.estimatedArrival")
    assert all(day in refused.text for day in (ENTRY_DATE, "2026-03-12"))
    assert (await rest.get(f"/api/exports/{plan['exportId']}"))["state"] == "BATCHED"
    done = await rest.post(EXECUTE, {**body, "trip": late})
    folder = f"/api/customs-packages/{done['customs_package_id']}/artifacts"
    ace = await rest.get(f"{folder}/ace_manifest.json")
    assert ace["trip"]["estimated_arrival_time"].startswith(ace["trip"]["estimated_arrival_date"])
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
    [left_out] = plan["excluded_orders"]
    assert (left_out["order_id"], left_out["reasons"]) == (order_ids[1], ["POWER_OF_ATTORNEY_NOT_VALID"])
    shown = await rest.get(f"/api/exports/{plan['exportId']}")
    assert shown["export"]["plan"]["excluded_orders"] == [left_out]
    assert {entry["importer_external_id"] for entry in plan["entries"]} == {names["north"], names["island"]}


def rows_of(content: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content, newline="")))


async def answer(link: str, **form: str) -> None:
    async with httpx.AsyncClient(timeout=30, trust_env=False) as broker:
        answered = await broker.post(link, data=form)
    assert answered.status_code == 303, answered.text


async def broker_by_entry(rest: Rest) -> str:
    """The demo broker's record under a name of its own, but that each entry goes in a mail of its own."""
    [demo] = [one for one in (await rest.get("/api/brokers"))["data"] if one["id"] == rest.system.broker_id]
    record = {name: value for name, value in demo.items() if value is not None and name != "id"}
    item = record | {"externalId": unique("broker"), "submitPer": "entry", "filerCode": "PA7"}
    body = {"accountId": rest.system.account_id, "items": [item]}
    [broker] = (await rest.post("/api/brokers/sync", body))["data"]
    return str(broker["id"])


async def links_by_brand(rest: Rest, export_id: str) -> dict[str, str]:
    """The link in the mail of each entry, by the brand that its page names; once all mails have left."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        # The delivery loop of another process may send some of them; there is no event to await.
        while {each["status"] for each in await submissions_of(rest, export_id)} != {"sent"}:  # noqa: ASYNC110
            await asyncio.sleep(POLL_SECONDS)
    links = links_of(rest, export_id)
    pages = [await page_of(link) for link in links]
    found = {brand: links[i] for i, page in enumerate(pages) for brand in brands_on(page)}
    assert len(found) == len(links), "each page names one brand, and each brand has a page"
    return found


async def submissions_of(rest: Rest, export_id: str) -> list[dict[str, Any]]:
    sent: list[dict[str, Any]] = (await rest.get(f"/api/exports/{export_id}"))["brokerSubmissions"]
    return sent


async def page_of(link: str) -> str:
    async with httpx.AsyncClient(timeout=30, trust_env=False) as broker:
        return (await broker.get(link)).raise_for_status().text


def brands_on(page: str) -> list[str]:
    return [brand for brand in NUMBERS if f"{brand.title()} Brands Ltd" in page]


async def test_a_truck_of_a_mail_an_entry_is_rejected_for_one_amended_and_entered_one_by_one(
    rest: Rest,
) -> None:
    broker_id = await broker_by_entry(rest)
    names = await synced(rest, {brand: unique(brand) for brand in NUMBERS}, broker_id=broker_id)
    order_ids = await orders_of(rest, names)
    going = [order_ids[0], order_ids[1], order_ids[3]]
    first = (await rest.post(PLAN, plan_request(rest, going, brokerId=broker_id)))["exportId"]
    await rest.post(EXECUTE, {"accountId": rest.system.account_id, "batchId": first})
    links = await links_by_brand(rest, first)
    assert set(links) == {"north", "prairie"}
    # One entry is rejected, and nothing else: the other one still is where it was.
    await answer(links["prairie"], answer="reject", reason="The cap is of wool.")
    assert sorted(each["status"] for each in await submissions_of(rest, first)) == ["rejected", "sent"]
    # A third brand comes along, which numbers the entries anew; each old link leads to its own importer's.
    asked = {"reason": "Wool; island goes, too", "addOrderIds": [order_ids[2]]}
    second = (await rest.post(f"/api/exports/{first}/amend", asked))["exportId"]
    await rest.post(EXECUTE, {"accountId": rest.system.account_id, "batchId": second})
    now = await links_by_brand(rest, second)
    assert set(now) == set(NUMBERS)
    for brand, link in links.items():
        [leads_to] = re.findall(r'href="([^"]+)">Go to ', await page_of(link))
        assert brands_on(await page_of(leads_to)) == [brand]
    # Each is acknowledged with its number, then what was entered is given back.
    entries = (await rest.get(f"/api/exports/{second}"))["export"]["plan"]["entries"]
    brand_of = {names[brand]: brand for brand in NUMBERS}
    numbers = {entry["number"]: entry_number("PA7", 300 + entry["number"]) for entry in entries}
    for entry in entries:
        link = now[brand_of[entry["importer_external_id"]]]
        await answer(link, answer="acknowledge", entry_number=numbers[entry["number"]])
    shown = await rest.get(f"/api/exports/{second}")
    assert {each["entry"]: each["entry_number"] for each in shown["brokerSubmissions"]} == numbers
    assert shown["customsPackage"]["state"] == "acknowledged_by_broker"
    for entry in entries:
        fees = entry["fees"]["merchandise_processing_fee_usd"]
        body = {"entryNumber": numbers[entry["number"]], "feesUsd": fees}
        found = await rest.post(f"/api/exports/{second}/entries/{entry['number']}/summary", body)
        assert found["outcome"]["openTasks"] == 0, found["tasks"]
    entered = (await rest.get(f"/api/exports/{second}"))["entrySummaries"]
    assert {each["entry"]: each["entryNumber"] for each in entered} == numbers


async def test_a_truck_goes_from_a_blocked_brand_to_what_was_really_entered(rest: Rest) -> None:
    # One brand cannot go; the others are executed without it.
    names = await synced(rest, prairie={"validTo": "2026-01-31"})
    order_ids = await orders_of(rest, names)
    plan = await rest.post(PLAN, plan_request(rest, order_ids, onBlocked="exclude", include=["entries"]))
    assert plan["excluded_order_ids"] == [order_ids[1]]
    first = plan["exportId"]
    await rest.post(EXECUTE, {"accountId": rest.system.account_id, "batchId": first})
    # The broker rejects the package for one of its entries.
    [link] = links_of(rest, first)
    await answer(link, answer="reject", reason="Entry 2: the cap's tariff number is wrong.")
    assert (await rest.get(f"/api/exports/{first}"))["brokerSubmission"]["status"] == "rejected"
    # The power of attorney is renewed: the amendment takes the brand along that stayed behind.
    await synced(rest, names)
    asked = {"reason": "Tariff number confirmed; the third brand goes, too", "addOrderIds": [order_ids[1]]}
    amended = await rest.post(f"/api/exports/{first}/amend", asked)
    assert (amended["supersedes"], amended["excluded_order_ids"]) == (first, [])
    second = amended["exportId"]
    entries = (await rest.get(f"/api/exports/{second}"))["export"]["plan"]["entries"]
    assert {entry["importer_external_id"] for entry in entries} == set(names.values())
    executed = await rest.post(EXECUTE, {"accountId": rest.system.account_id, "batchId": second})
    assert (await rest.get(f"/api/exports/{first}"))["state"] == "SUPERSEDED"
    # It is acknowledged, and each entry's number comes with what was entered.
    [link] = links_of(rest, second)
    await answer(link, answer="acknowledge")
    numbers = {entry["number"]: entry_number("PA7", 100 + entry["number"]) for entry in entries}
    for entry in entries:
        lines = [
            {
                "htsCode": line["hts_code"],
                "countryOfOrigin": line["country_of_origin"],
                "valueUsd": line["value_usd"],
                "dutyUsd": line["duty_low_usd"] or 0,
            }
            for line in entry["duty"]["lines"]
        ]
        body: dict[str, Any] = {
            "entryNumber": numbers[entry["number"]],
            "lines": lines,
            "feesUsd": entry["fees"]["merchandise_processing_fee_usd"],
        }
        if entry["number"] == 2:
            # By the broker itself, with a value of its own.
            table = "\n".join(
                ["hts_code,country_of_origin,value_usd,duty_usd"]
                + [
                    f"{each['htsCode']},{each['countryOfOrigin']},{each['valueUsd'] + 50},7.5"
                    for each in lines
                ]
            )
            await answer(
                link,
                answer="summary",
                summary_entry="2",
                summary_number=numbers[2],
                summary_fees=str(body["feesUsd"]),
                summary_lines=table,
            )
            continue
        found = await rest.post(f"/api/exports/{second}/entries/{entry['number']}/summary", body)
        # Of the demo's jacket no rate is loaded: its duty is compared with nothing.
        is_known = entry["duty"]["low_usd"] is not None
        assert found["outcome"]["state"] == ("matches" if is_known else "entered"), found["tasks"]
        assert found["outcome"]["openTasks"] == 0
    found = await rest.get(f"/api/exports/{second}")
    shown = {each["entry"]: each for each in found["entrySummaries"]}
    assert {each["entryNumber"] for each in shown.values()} == set(numbers.values())
    assert [number for number, each in shown.items() if each["state"] == "differs"] == [2]
    assert shown[2]["givenBy"] == "broker_link"
    assert "VALUE_DIFFERS" in shown[2]["reasons"]
    # What differs is looked at, and every order's cost adds up to what was entered.
    listed = await rest.get(f"/api/entry-summaries?exportId={second}")
    for task in next(each["tasks"] for each in listed["data"] if each["outcome"]["entry"] == 2):
        path = f"/api/exports/{second}/entries/2/tasks/{task['id']}"
        settled = await rest.post(path, {"note": "Freight was added; agreed with the broker."})
    assert settled["outcome"]["state"] == "settled"
    costs = rows_of((await rest.client.get(f"/api/exports/{second}/actual-landed-costs.csv")).text)
    assert {row["order_id"] for row in costs} == set(order_ids)
    for number, outcome in shown.items():
        parts = [row for row in costs if row["entry"] == str(number)]
        for column, total in (("actual_duty", outcome["dutyUsd"]), ("actual_fees", outcome["feesUsd"])):
            assert sum((Decimal(row[column]) for row in parts), Decimal(0)) == Decimal(str(total))
    assert executed["exportId"] == second
    reported = [event["type"] for event in (await rest.get(f"/api/exports/{second}"))["events"]]
    assert reported.count("entry_summary.recorded") == 3
    assert "entry_task.closed" in reported
    # An entry is filed: from now on it is corrected, not made a second time.
    await rest.refused(
        f"/api/exports/{second}/amend", {"reason": "one more"}, status=409, code="ENTRY_ALREADY_FILED"
    )
