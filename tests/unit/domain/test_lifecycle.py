"""Every pair of states either is a listed move or is refused with the current state."""

from itertools import product

import pytest

from entrygo.domain.errors import InvalidExportState
from entrygo.domain.lifecycle import State, advance

MOVES = {
    (State.BATCHED, State.BATCHED),
    (State.BATCHED, State.EXECUTING),
    (State.BATCHED, State.CANCELLED),
    (State.EXECUTING, State.COMPLETED),
    (State.EXECUTING, State.FAILED),
    (State.FAILED, State.BATCHED),
    (State.COMPLETED, State.WITHDRAWN),
    (State.COMPLETED, State.SUPERSEDED),
}


@pytest.mark.parametrize(("current", "to"), list(product(State, State)))
def test_export_moves_only_as_the_table_lists(current: State, to: State) -> None:
    if (current, to) in MOVES:
        assert advance(current, to) is to
    else:
        with pytest.raises(InvalidExportState) as refused:
            advance(current, to)
        assert refused.value.details == {"currentState": str(current)}


def test_refused_execution_reads_as_in_the_contract() -> None:
    with pytest.raises(InvalidExportState, match=r"^Export batch cannot be executed from current state\.$"):
        advance(State.COMPLETED, State.EXECUTING)
