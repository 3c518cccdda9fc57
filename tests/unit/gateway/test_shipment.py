"""The shipment of an execution: what is taken, what is refused in which words, and how it travels on."""

from typing import Any

import httpx
import orjson
import pytest

from entrygo.gateway.examples import exports as examples
from entrygo.gateway.json_reader import read_json
from entrygo.gateway.mapping.exports import execute_request
from entrygo.gateway.schemas.exports import ExecuteBody
from entrygo.proto.execution.v1 import execution_pb2
from tests.fakes import ACCOUNT
from tests.unit.gateway.requests import planned_export
from tests.unit.gateway.test_bodies import issues

SHIPMENT: dict[str, Any] = examples.EXECUTE_REQUEST["shipment"]  # type: ignore[assignment]
TERMS = SHIPMENT["termsOfSale"]
FREIGHT = {"kind": "freight", "amountUsd": 1}


def request_of(**changes: Any) -> execution_pb2.ExecuteExportRequest:
    body = {"accountId": ACCOUNT, "batchId": "batch_123", **changes}
    return execute_request(ExecuteBody.model_validate(read_json(orjson.dumps(body))))


async def execute(client: httpx.AsyncClient, **changes: Any) -> httpx.Response:
    plan = await planned_export(client)
    body = {"accountId": ACCOUNT, "batchId": plan["exportId"], "shipment": {**SHIPMENT, **changes}}
    return await client.post("/api/exports/execute", json=body, headers={"idempotency-key": "execute"})


def test_every_field_travels_on_and_amounts_as_decimals() -> None:
    assert request_of(shipment=SHIPMENT).shipment == execution_pb2.Shipment(
        terms_of_sale=execution_pb2.TermsOfSale(incoterm="DAP", place="Blaine, WA"),
        shipped_on="2026-03-11",
        paps_number="CCBT20260311",
        trip_number="CCBT0311A",
        packages=4,
        reason="sale",
        seller="Northshore Fulfilment Inc.",
        buyer="Northshore Imports LLC",
        charges=[
            execution_pb2.Charge(kind="freight", amount_usd="180.5", description="Richmond BC to Blaine WA"),
            execution_pb2.Charge(kind="discount", amount_usd="20"),
        ],
    )


def test_a_request_without_a_shipment_is_the_message_it_was_before_there_was_any() -> None:
    expected = execution_pb2.ExecuteExportRequest(account_id=ACCOUNT, batch_id="batch_123")
    unstated: list[dict[str, Any] | None] = [None, {}, {"charges": []}, {"seller": None}]
    for shipment in unstated:
        assert request_of(shipment=shipment).SerializeToString() == expected.SerializeToString()
    assert request_of().SerializeToString() == expected.SerializeToString()


async def test_an_execution_takes_a_shipment(client: httpx.AsyncClient) -> None:
    answer = await execute(client)
    assert (answer.status_code, answer.json()["status"]) == (200, "COMPLETED")


async def test_everything_wrong_with_a_shipment_is_told_at_once(client: httpx.AsyncClient) -> None:
    answer = await execute(
        client,
        termsOfSale={"incoterm": "DAF", "place": " "},
        shippedOn="2026-02-30",
        papsNumber="PAPS",
        charges=[{"kind": "bribe", "amountUsd": -1}],
    )
    assert issues(answer) == [
        ("shipment.termsOfSale.incoterm", "invalid_enum_value"),
        ("shipment.termsOfSale.place", "invalid_string"),
        ("shipment.shippedOn", "invalid_date"),
        ("shipment.papsNumber", "invalid_string"),
        ("shipment.charges.0.kind", "invalid_enum_value"),
        ("shipment.charges.0.amountUsd", "too_small"),
    ]


@pytest.mark.parametrize(
    ("changes", "path", "code"),
    [
        ({"termsOfSale": {"incoterm": "DAP"}}, "termsOfSale.place", "invalid_type"),
        ({"termsOfSale": {**TERMS, "place": "p" * 101}}, "termsOfSale.place", "too_big"),
        ({"termsOfSale": {**TERMS, "incoterm": "dap"}}, "termsOfSale.incoterm", "invalid_enum_value"),
        ({"papsNumber": "PCXL-1"}, "papsNumber", "invalid_string"),
        ({"tripNumber": "T" * 26}, "tripNumber", "invalid_string"),
        ({"packages": 0}, "packages", "too_small"),
        ({"packages": 1.5}, "packages", "invalid_number"),
        ({"packages": "4"}, "packages", "invalid_type"),
        ({"packages": 1_000_000}, "packages", "invalid_number"),
        ({"reason": "gift"}, "reason", "invalid_enum_value"),
        ({"seller": "s" * 201}, "seller", "too_big"),
        ({"buyer": "a\x00"}, "buyer", "invalid_string"),
        ({"charges": [FREIGHT] * 21}, "charges", "too_big"),
        ({"charges": [{"kind": "freight"}]}, "charges.0.amountUsd", "invalid_type"),
        ({"charges": [{**FREIGHT, "amountUsd": 1.005}]}, "charges.0.amountUsd", "invalid_number"),
        ({"charges": [{**FREIGHT, "amountUsd": 1e12}]}, "charges.0.amountUsd", "invalid_number"),
        ({"charges": [{**FREIGHT, "amountUsd": "1"}]}, "charges.0.amountUsd", "invalid_type"),
        ({"charges": [{**FREIGHT, "description": "d" * 101}]}, "charges.0.description", "too_big"),
    ],
)
async def test_a_shipment_is_refused_when_a_value_is_wrong(
    client: httpx.AsyncClient, changes: dict[str, Any], path: str, code: str
) -> None:
    assert issues(await execute(client, **changes)) == [(f"shipment.{path}", code)]


async def test_a_kind_that_is_unknown_is_told_with_those_that_are_known(client: httpx.AsyncClient) -> None:
    answer = await execute(client, charges=[{"kind": "bribe", "amountUsd": 1}])
    [issue] = answer.json()["details"]["issues"]
    assert "'freight', 'insurance'" in issue["message"]
    assert answer.json()["field"] == "shipment.charges.0.kind"
