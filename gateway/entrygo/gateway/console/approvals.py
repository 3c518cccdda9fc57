"""Whether a plan needs a person's approval before it can be sent: said before somebody tries."""

from collections.abc import Sequence
from dataclasses import dataclass

from entrygo.domain.approvals import codes_to_approve
from entrygo.domain.snapshot import Readiness, Severity
from entrygo.gateway.console.missing import or_none
from entrygo.gateway.console.visit import Visit
from entrygo.proto.inspection.v1 import inspection_pb2
from entrygo.proto.planning.v1 import planning_pb2


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval:
    """The findings that the account's policy wants answered for by name; `is_known`: planning said so."""

    codes: Sequence[str] = ()
    is_known: bool = True


async def approval_of(visit: Visit, found: inspection_pb2.Export) -> Approval:
    """What is asked of the current plan, whether or not somebody has approved it."""
    plan = found.plan
    if found.state != "BATCHED" or plan.readiness_state != Readiness.REVIEW_REQUIRED:
        return Approval()
    # Read before anything waits: the page goes on without these.
    warnings = {each.code for each in plan.validation_messages if each.severity == Severity.WARNING}
    policy = await or_none(visit.read(visit.services.planning.GetPolicy, planning_pb2.GetPolicyRequest()))
    if policy is None:
        return Approval(is_known=False)
    accepted = frozenset(policy.codes_without_approval)
    codes = codes_to_approve(warnings, is_required=policy.approval_required, accepted=accepted)
    return Approval(codes=codes)
