"""The states of an export and every move between them. Nothing else moves an export."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from entrygo.domain.errors import InvalidExportState


class State(StrEnum):
    """Where an export is; `raw_state` of the contract is the lower-case form."""

    BATCHED = "BATCHED"
    EXECUTING = "EXECUTING"
    COMPLETED = "COMPLETED"
    FAILED = "FAILED"
    CANCELLED = "CANCELLED"
    # Executed, and taken back: its orders are free.
    WITHDRAWN = "WITHDRAWN"
    # Executed, and followed by another export that has its orders.
    SUPERSEDED = "SUPERSEDED"


TRANSITIONS: Mapping[State, frozenset[State]] = MappingProxyType(
    {
        # A re-plan keeps a batched export batched.
        State.BATCHED: frozenset({State.BATCHED, State.EXECUTING, State.CANCELLED}),
        State.EXECUTING: frozenset({State.COMPLETED, State.FAILED}),
        State.FAILED: frozenset({State.BATCHED}),
        State.COMPLETED: frozenset({State.WITHDRAWN, State.SUPERSEDED}),
        State.CANCELLED: frozenset(),
        State.WITHDRAWN: frozenset(),
        State.SUPERSEDED: frozenset(),
    }
)

_VERBS = {
    State.BATCHED: "planned",
    State.EXECUTING: "executed",
    State.COMPLETED: "completed",
    State.FAILED: "failed",
    State.CANCELLED: "cancelled",
    State.WITHDRAWN: "withdrawn",
    State.SUPERSEDED: "superseded",
}


def advance(current: State, to: State) -> State:
    """`to`, when the table lists the move; InvalidExportState for every other pair."""
    if to not in TRANSITIONS[current]:
        raise InvalidExportState(
            f"Export batch cannot be {_VERBS[to]} from current state.", details={"currentState": str(current)}
        )
    return to
