"""The routes of what brokers entered: what they send on, and what they refuse themselves."""

from typing import Any

import httpx
import pytest

from entrygo.gateway.examples import entries
from entrygo.proto.execution.v1 import execution_pb2
from tests.fakes import FakeServices
from tests.unit.gateway.requests import executed_export

SUMMARY: dict[str, Any] = {**entries.ENTRY_SUMMARY_REQUEST}


async def given_back(client: httpx.AsyncClient, **changes: Any) -> httpx.Response:
    export = await executed_export(client)
    path = f"/api/exports/{export['exportId']}/entries/1/summary"
    return await client.post(path, json={**SUMMARY, **changes}, headers={"idempotency-key": "entered-1"})


async def test_a_summary_goes_on_as_it_was_given_and_shows_in_inspect(
    client: httpx.AsyncClient, services: FakeServices
) -> None:
    liquidation = {"liquidatedOn": "2027-01-05", "dutyUsd": 60.5}
    answer = await given_back(client, dutyUsd=61.88, liquidation=liquidation)
    assert answer.status_code == 200
    sent = services.requests[-1]
    assert isinstance(sent, execution_pb2.RecordEntrySummaryRequest)
    assert (sent.entry, sent.idempotency_key, sent.summary.entry_number) == (1, "entered-1", "ABC-1234567-6")
    [line] = sent.summary.lines
    assert (line.line, line.hts_code, line.value_usd, line.quantity, line.duty_usd) == (
        1,
        "6202.40.75.11",
        "225",
        "0.167",
        "61.88",
    )
    assert (sent.summary.duty_usd, sent.summary.fees_usd) == ("61.88", "33.58")
    assert (sent.summary.liquidation.liquidated_on, sent.summary.liquidation.duty_usd) == (
        "2027-01-05",
        "60.5",
    )
    found = answer.json()
    assert found.keys() == entries.ENTRY_RECONCILIATION.keys()
    assert found["outcome"].keys() == entries.ENTRY_OUTCOME.keys()
    inspected = (await client.get(f"/api/exports/{found['exportId']}")).json()
    assert inspected["entrySummaries"] == [found["outcome"]]
    again = await client.post(
        f"/api/exports/{found['exportId']}/entries/1/summary",
        json={**SUMMARY, "dutyUsd": 61.88, "liquidation": liquidation},
        headers={"idempotency-key": "entered-1"},
    )
    assert (again.json(), again.headers["idempotency-replayed"]) == (found, "true")


async def test_a_task_is_closed_with_a_note_and_listed_as_such(client: httpx.AsyncClient) -> None:
    found = (await given_back(client)).json()
    path = f"/api/exports/{found['exportId']}/entries/1/tasks/{found['tasks'][0]['id']}"
    assert (await client.post(path, json={})).json()["field"] == "note"
    closed = (await client.post(path, json={"note": "Agreed."})).json()
    assert [(task["state"], task["note"]) for task in closed["tasks"]] == [("closed", "Agreed.")]
    query = {"exportId": found["exportId"]}
    assert (await client.get("/api/entry-summaries", params=query)).json()["data"] == [closed]
    assert (await client.get("/api/entry-summaries", params={"exportId": "batch_9"})).json()["data"] == []


async def test_the_costs_are_a_file(client: httpx.AsyncClient) -> None:
    export = await executed_export(client)
    answer = await client.get(f"/api/exports/{export['exportId']}/actual-landed-costs.csv")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/csv; charset=utf-8")
    assert "actual-landed-costs.csv" in answer.headers["content-disposition"]


@pytest.mark.parametrize("entry", ["0", "1000", "x", "-1", "1.0"])
async def test_a_number_that_no_entry_has_is_not_found(client: httpx.AsyncClient, entry: str) -> None:
    answer = await client.post(f"/api/exports/batch_1/entries/{entry}/summary", json=SUMMARY)
    assert answer.status_code == 404


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"entryNumber": None}, "entryNumber"),
        ({"lines": [{**SUMMARY["lines"][0], "valueUsd": "225"}]}, "lines.0.valueUsd"),
        ({"lines": [{**SUMMARY["lines"][0], "dutyUsd": 1.005}]}, "lines.0.dutyUsd"),
        ({"lines": [{**SUMMARY["lines"][0], "countryOfOrigin": "CAN"}]}, "lines.0.countryOfOrigin"),
        ({"liquidation": {"dutyUsd": 1}}, "liquidation.liquidatedOn"),
        ({"entryDate": "12.03.2026"}, "entryDate"),
    ],
)
async def test_what_has_not_the_form_is_refused_by_its_path(
    client: httpx.AsyncClient, changes: dict[str, Any], path: str
) -> None:
    answer = await given_back(client, **changes)
    assert (answer.status_code, answer.json()["field"]) == (400, path)
