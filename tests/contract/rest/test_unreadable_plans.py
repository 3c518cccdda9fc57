"""A stored plan that was damaged fails its export once, by name, and the export can be planned again."""

import zlib

import pytest

from tests.contract.rest.documented import Rest, golden_orders, plan_request, unique

EXECUTE = "/api/exports/execute"
DAMAGED = {
    "not compressed": b"\x00\x01",
    "not JSON": zlib.compress(b'{"schema_version": 1, "acc'),
    "of a form to come": zlib.compress(b'{"schema_version": 2}'),
}


@pytest.mark.parametrize("damage", DAMAGED)
async def test_export_fails_once_when_its_plan_cannot_be_read_and_leaves_after_a_new_plan(
    rest: Rest, damage: str
) -> None:
    order_ids = await golden_orders(rest)
    plan = await rest.post("/api/exports/plan", plan_request(rest, order_ids))
    export_id, key = plan["exportId"], unique("execute")
    await damage_plan(rest, export_id, DAMAGED[damage])
    body = {"accountId": rest.system.account_id, "batchId": export_id}
    await rest.refused(EXECUTE, body, status=409, code="SNAPSHOT_UNREADABLE", key=key)
    again = await rest.refused(EXECUTE, body, status=409, code="INVALID_EXPORT_STATE", key=key)
    assert again["details"]["currentState"] == "FAILED"
    assert await failures(rest, export_id) == ["SNAPSHOT_UNREADABLE"]
    await rest.post("/api/exports/plan", plan_request(rest, order_ids, batchId=export_id))
    answer = await rest.post(EXECUTE, body, key)
    assert answer["status"] == "COMPLETED"
    assert await failures(rest, export_id) == ["SNAPSHOT_UNREADABLE"]


async def damage_plan(rest: Rest, export_id: str, content: bytes) -> None:
    changed = await rest.system.fetch(
        "UPDATE planning.plans SET snapshot = $1 WHERE export_id = $2 RETURNING revision", content, export_id
    )
    assert [row["revision"] for row in changed] == [1]


async def failures(rest: Rest, export_id: str) -> list[str]:
    """The codes of every failed execution in the timeline."""
    export = await rest.get(f"/api/exports/{export_id}")
    return [
        event["payload"]["errorCode"]
        for event in export["events"]
        if event["type"] == "export.execution_failed"
    ]
