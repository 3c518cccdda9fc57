"""The states that the database accepts are those of the domain: one table of them, here and in SQL."""

import re

import pytest

from entrygo.domain.lifecycle import State
from entrygo.domain.snapshot import Readiness
from tests.harness.policies import written_when
from tests.integration.planning.conftest import Planner

QUOTED = re.compile(r"'([A-Z_]+)'::text")
LIST = r"\({} = ANY \(ARRAY\[(.*?)\]"


@pytest.mark.parametrize(("column", "names"), [("state", State), ("readiness_state", Readiness)])
async def test_check_of_a_column_lists_the_names_of_the_domain(
    planner: Planner, column: str, names: type[State] | type[Readiness]
) -> None:
    async with planner.pool.acquire() as connection:
        condition = await written_when(connection, "planning.exports")
    (listed,) = re.findall(LIST.format(column), condition)
    assert set(QUOTED.findall(listed)) == set(names)
