"""The states of an export are those of the domain's table, wherever else their names stand."""

import re

import asyncpg
import pytest

from entrygo.domain.lifecycle import State
from entrygo.inspection.projections.lifecycle import STATES
from tests.harness.policies import written_when


# Before planning's first event the read model knows no state.
@pytest.mark.parametrize(("schema", "beside"), [("planning", set()), ("inspection", {""})])
async def test_tables_take_exactly_the_states_of_the_domain(
    database_url: str, schema: str, beside: set[str]
) -> None:
    connection = await asyncpg.connect(database_url)
    try:
        condition = await written_when(connection, f"{schema}.exports")
    finally:
        await connection.close()
    (listed,) = re.findall(r"\(state = ANY \(ARRAY\[(.*?)\]", condition)
    assert set(re.findall(r"'(\w*)'", listed)) == set(State) | beside


def test_every_state_is_led_to_by_an_event() -> None:
    assert set(STATES.values()) == set(State)
