"""What a plan's answer shows besides, where the request asks for it."""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from entrygo.gateway.mapping.bonds import bond_needs
from entrygo.gateway.mapping.coverage import coverage
from entrygo.gateway.mapping.duties import estimated_entries
from entrygo.gateway.mapping.exports import measured_saving
from entrygo.gateway.mapping.findings import FINDINGS, in_pieces
from entrygo.gateway.mapping.plan_issues import plan_issues
from entrygo.gateway.schemas.plan_views import PlanAnswer
from entrygo.proto.events.v1 import events_pb2
from entrygo.proto.planning.v1 import planning_pb2


def plan_pieces(
    answer_of: Callable[[planning_pb2.PlanExportResponse], PlanAnswer],
    message: planning_pb2.PlanExportResponse,
    included: Collection[str],
) -> Sequence[bytes]:
    """The answer as JSON, with those parts; `message` is left without its findings."""

    def answer() -> Mapping[str, Any]:
        shown: dict[str, Any] = {**with_included(answer_of(message), message.plan, included)}
        shown["validationMessages"] = shown["validation"]["validation_messages"] = FINDINGS
        return shown

    return in_pieces(message.plan, answer)


def with_included(answer: PlanAnswer, plan: events_pb2.Plan, included: Collection[str]) -> PlanAnswer:
    """The answer with the parts that `include` of the request names."""
    if "issuesByProduct" in included:
        answer = {**answer, **plan_issues(plan)}
    if "coverage" in included:
        answer = {**answer, "coverage": coverage(plan)}
    if "entries" in included:
        answer = {**answer, "entries": estimated_entries(plan)}
    if "bonds" in included:
        answer = {**answer, "bonds": bond_needs(plan)}
    if "savings" in included:
        answer = {**answer, "savings": measured_saving(plan)}
    return answer
