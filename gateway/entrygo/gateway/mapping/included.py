"""What a plan's answer shows besides, where the request asks for it."""

from collections.abc import Callable, Collection, Iterator, Sequence
from typing import Any

import orjson

from entrygo.gateway.mapping.bonds import bond_needs
from entrygo.gateway.mapping.coverage import coverage
from entrygo.gateway.mapping.duties import estimated_entries
from entrygo.gateway.mapping.exports import measured_saving, validation_messages
from entrygo.gateway.mapping.plan_issues import plan_issues
from entrygo.gateway.schemas.plan_views import PlanAnswer
from entrygo.proto.events.v1 import events_pb2
from entrygo.proto.planning.v1 import planning_pb2

# Where findings go in what else an answer holds. No text in JSON has this byte as it is.
_MARK = b"\0"
_PLACE = orjson.Fragment(b"[" + _MARK + b"]")
# Findings of a piece: some hundred kilobytes.
_AT_ONCE = 2_000


def plan_pieces(
    answer_of: Callable[[planning_pb2.PlanExportResponse], PlanAnswer],
    message: planning_pb2.PlanExportResponse,
    included: Collection[str],
) -> Sequence[bytes]:
    """The answer as JSON, with those parts; `message` is left without its findings.

    They stand in the answer twice, and are written once, some at a time: all findings of a large plan are as
    large as their JSON, which is half of an answer of 34 MB. What is small is one piece.
    """
    findings = list(_written(message.plan.validation_messages))
    message.plan.ClearField("validation_messages")
    shown: dict[str, Any] = {**with_included(answer_of(message), message.plan, included)}
    shown["validationMessages"] = shown["validation"]["validation_messages"] = _PLACE
    head, between, tail = orjson.dumps(shown).split(_MARK)
    pieces = [head, *findings, between, *findings, tail]
    return pieces if len(findings) > 1 else [b"".join(pieces)]


def _written(findings: Sequence[events_pb2.ValidationMessage]) -> Iterator[bytes]:
    """The findings as what stands in a JSON array, without its brackets."""
    for start in range(0, len(findings), _AT_ONCE):
        written = orjson.dumps(validation_messages(findings[start : start + _AT_ONCE]))[1:-1]
        yield b"," + written if start else written


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
