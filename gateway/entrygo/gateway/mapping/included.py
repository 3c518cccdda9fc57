"""What a plan's answer shows besides, where the request asks for it."""

from collections.abc import Collection
from typing import Any, cast

import orjson

from entrygo.gateway.mapping.bonds import bond_needs
from entrygo.gateway.mapping.coverage import coverage
from entrygo.gateway.mapping.duties import estimated_entries
from entrygo.gateway.mapping.exports import measured_saving
from entrygo.gateway.mapping.plan_issues import plan_issues
from entrygo.gateway.schemas.plan_views import PlanAnswer
from entrygo.proto.events.v1 import events_pb2


def plan_content(answer: PlanAnswer, plan: events_pb2.Plan, included: Collection[str]) -> bytes:
    """The answer as JSON, with those parts. Its findings stand there twice, and are written once.

    They are let go before the rest is written: those of a large plan are as large as their JSON.
    """
    shown: dict[str, Any] = {**with_included(answer, plan, included)}
    findings = orjson.Fragment(orjson.dumps(shown["validationMessages"]))
    for holder in (cast("dict[str, Any]", answer), shown):
        holder["validationMessages"] = findings
    shown["validation"]["validation_messages"] = findings
    return orjson.dumps(shown)


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
