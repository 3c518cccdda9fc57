"""Why an order stays behind, in a plan's answer and in inspect."""

from entrygo.gateway.mapping.exports import plan_answer
from entrygo.gateway.mapping.inspection import inspect_answer
from entrygo.proto.events.v1 import events_pb2
from entrygo.proto.inspection.v1 import inspection_pb2
from entrygo.proto.planning.v1 import planning_pb2

LEFT_OUT = {"order_id": "ord_2", "external_id": "SO-2", "reasons": ["POWER_OF_ATTORNEY_NOT_VALID"]}


def plan(*excluded: events_pb2.ExcludedOrder) -> events_pb2.Plan:
    return events_pb2.Plan(
        excluded_order_ids=[each.order_id for each in excluded],
        excluded_orders=excluded,
        estimated_import_savings_usd="0",
    )


def test_a_plan_and_inspect_say_why_each_order_is_left_out() -> None:
    of_order = events_pb2.ExcludedOrder(
        order_id="ord_2", external_id="SO-2", reasons=["POWER_OF_ATTORNEY_NOT_VALID"]
    )
    answer = plan_answer(planning_pb2.PlanExportResponse(plan=plan(of_order)))
    shown = inspect_answer(inspection_pb2.Export(plan=plan(of_order)))
    assert answer["excluded_orders"] == shown["export"]["plan"]["excluded_orders"] == [LEFT_OUT]


def test_where_every_order_goes_nothing_is_said() -> None:
    assert "excluded_orders" not in plan_answer(planning_pb2.PlanExportResponse(plan=plan()))
    assert "excluded_orders" not in inspect_answer(inspection_pb2.Export(plan=plan()))["export"]["plan"]
