"""Where exports may be and go, for the checker: from the table of moves, so that a new row counts at once."""

from collections.abc import Mapping
from types import MappingProxyType

from entrygo.domain.lifecycle import TRANSITIONS, State
from tests.campaign.history import Action

# What an acknowledged write leaves its export in, unless something went on from there.
STATE_AFTER: Mapping[Action, State] = MappingProxyType(
    {Action.PLAN: State.BATCHED, Action.EXECUTE: State.COMPLETED, Action.CANCEL: State.CANCELLED}
)
# Where each event of planning takes an export.
STATE_OF_EVENT: Mapping[str, State] = MappingProxyType(
    {
        "export.planned": State.BATCHED,
        "export.execution_started": State.EXECUTING,
        "export.executed": State.COMPLETED,
        "export.execution_failed": State.FAILED,
        "export.cancelled": State.CANCELLED,
        "export.withdrawn": State.WITHDRAWN,
    }
)


def _reachable() -> Mapping[State, frozenset[State]]:
    """Of each state: itself, and every state that moves of the table lead to."""
    found = {state: {state} for state in State}
    for _ in State:
        for reached in found.values():
            reached |= {following for state in list(reached) for following in TRANSITIONS[state]}
    return {state: frozenset(reached) for state, reached in found.items()}


REACHABLE = _reachable()
