"""What planning does for a caller: plans, moves and reads exports, and keeps an account's policy.

Here transactions begin; a use case is given what its caller may see, and what a store does not show it is
missing.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from entrygo.planning.duty.book import DutyBook
from entrygo.planning.reference.in_force import ReferenceData
from entrygo.planning.rules.base import Rule
from entrygo.planning.sync_client import FactSource
from entrygo.planning.use_cases.amend_export import AmendExport
from entrygo.planning.use_cases.gathering import Gathering
from entrygo.planning.use_cases.handover import Handover
from entrygo.planning.use_cases.plan_export import PlanExport
from entrygo.planning.use_cases.policies import Policies
from entrygo.planning.use_cases.stored_plans import StoredPlans
from entrygo.planning.use_cases.transitions import Transitions
from entrygo.postgres.pool import Pool
from entrygo.process.clock import Clock, Ids
from entrygo.requests.fair_slots import FairSlots

# Large plans at once. One thread works at a time, while another waits for sync or PostgreSQL.
LARGE_AT_ONCE = 4
LARGE_PER_ACCOUNT = 2
LARGE_WAITING = 200
TURN_SECONDS = 45.0


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanningUseCases:
    """Every use case of the service."""

    plan_export: PlanExport
    amend_export: AmendExport
    handover: Handover
    transitions: Transitions
    policies: Policies
    stored_plans: StoredPlans

    @classmethod
    def on(
        cls,
        pool: Pool,
        *,
        facts: FactSource,
        rules: Sequence[Rule],
        reference_on: Callable[[date], ReferenceData],
        clock: Clock,
        ids: Ids,
        duty_on: Callable[[ReferenceData, date], DutyBook] | None = None,
    ) -> "PlanningUseCases":
        """Every use case, on one database; without `duty_on` plans say nothing of duty."""
        gathering = Gathering(
            pool=pool, facts=facts, rules=rules, reference_on=reference_on, clock=clock, duty_on=duty_on
        )
        turns = FairSlots(
            running=LARGE_AT_ONCE,
            per_account=LARGE_PER_ACCOUNT,
            in_company=1,
            waiting=LARGE_WAITING,
            patience=TURN_SECONDS,
        )
        plan_export = PlanExport(pool=pool, gathering=gathering, clock=clock, ids=ids, turns=turns)
        return cls(
            plan_export=plan_export,
            amend_export=AmendExport(pool, plan_export),
            handover=Handover(pool, clock, ids),
            transitions=Transitions(pool, clock, ids),
            policies=Policies(pool, clock, ids, rules),
            stored_plans=StoredPlans(pool, turns),
        )
