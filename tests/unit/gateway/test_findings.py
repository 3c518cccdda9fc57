"""Answers with findings, written in pieces."""

import httpx
import orjson
import pytest

from entrygo.gateway.exchange import written_answer
from entrygo.gateway.mapping.exports import plan_answer
from entrygo.gateway.mapping.findings import IN_LOOP
from entrygo.gateway.mapping.included import plan_pieces, with_included
from entrygo.gateway.mapping.inspection import inspect_answer, inspect_pieces
from entrygo.proto.events.v1 import events_pb2
from entrygo.proto.inspection.v1 import inspection_pb2
from entrygo.proto.planning.v1 import planning_pb2

MANY = 2 * IN_LOOP + 1
some_or_many = pytest.mark.parametrize("findings", [0, 2, MANY])


def plan(findings: int) -> events_pb2.Plan:
    made = events_pb2.Plan(estimated_import_savings_usd="0", flags=["AD_CVD_REVIEW_REQUIRED"])
    for place in range(findings):
        made.validation_messages.add(
            code="A", message='says "so" \0', severity="info", field=f"orders[{place}]", order_id="ord_1"
        )
    return made


@some_or_many
def test_a_plan_is_written_as_the_answer_with_its_findings_twice(findings: int) -> None:
    message = planning_pb2.PlanExportResponse(export_id="exp_1", plan=plan(findings))
    included = ("issuesByProduct", "coverage")
    answer = with_included(plan_answer(message), message.plan, included)
    assert answer["validationMessages"] == answer["validation"]["validation_messages"]
    assert len(answer["validationMessages"]) == findings
    assert b"".join(plan_pieces(plan_answer, message, included)) == orjson.dumps(answer)


@some_or_many
def test_an_export_is_written_as_the_answer_with_its_findings(findings: int) -> None:
    message = inspection_pb2.Export(export_id="exp_1", state="BATCHED", plan=plan(findings))
    answer = inspect_answer(message)
    assert len(answer["validationMessages"]) == findings
    assert b"".join(inspect_pieces(message)) == orjson.dumps(answer)


def test_few_findings_are_one_piece_and_many_are_several() -> None:
    few, many = (inspection_pb2.Export(plan=plan(findings)) for findings in (IN_LOOP, MANY))
    assert len(inspect_pieces(few)) == 1
    assert len(inspect_pieces(many)) > 3


async def test_an_answer_in_pieces_says_its_whole_length() -> None:
    answer = written_answer((b'{"a":', b"[1,2", b"]}"), replayed=True, headers={"etag": '"1"'})
    async with httpx.AsyncClient(transport=httpx.ASGITransport(answer), base_url="http://gateway") as client:
        found = await client.get("/")
    assert found.content == b'{"a":[1,2]}'
    assert found.headers["content-length"] == "11"
    assert (found.headers["content-type"], found.headers["etag"]) == ("application/json", '"1"')
    assert found.headers["idempotency-replayed"] == "true"
