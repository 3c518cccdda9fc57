"""Decisions on answers: may it go, is it settled. Pure."""

from dataclasses import dataclass

from entrygo_client import types
from entrygo_client._errors import EntryGoError

RUNNING = frozenset({"EXECUTING"})
ON_THE_WAY = frozenset({"prepared", "sending"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Lifecycle:
    """What came of a piece of work: the plan, the execution, and the export once nothing was under way."""

    plan: types.PlanAnswer
    execution: types.ExecuteAnswer
    export: types.InspectAnswer


class Refused(EntryGoError):
    """The policy does not let the plan go; nothing was executed."""

    def __init__(self, plan: types.PlanAnswer) -> None:
        self.plan = plan
        super().__init__(f"{plan['exportId']} is {plan['readinessState']}: {plan['next_recommended_action']}")


def may_go(plan: types.PlanAnswer) -> bool:
    """The policy that asks a person whenever a plan does: READY alone goes."""
    return plan["readinessState"] == "READY"


def is_settled(export: types.InspectAnswer) -> bool:
    """Whether nothing of it is under way: neither the execution nor the handing over to the broker."""
    if export["stale"] or export["status"] in RUNNING:
        return False
    return all(submission["status"] not in ON_THE_WAY for submission in export["brokerSubmissions"])
