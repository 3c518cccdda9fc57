"""The ledger accepts the kinds of channels that there are."""

import re

from entrygo.execution.broker.channels import CHANNELS
from tests.harness.policies import written_when
from tests.integration.execution.world import World

QUOTED = re.compile(r"'([A-Z0-9_]+)'::text")


async def test_the_check_of_a_submissions_type_lists_the_registered_channels(world: World) -> None:
    process = await world.process()
    async with process.pool.acquire() as connection:
        condition = await written_when(connection, "execution.broker_submissions")
    (listed,) = re.findall(r"\(submission_type = ANY \(ARRAY\[(.*?)\]", condition)
    assert set(QUOTED.findall(listed)) == {kind.type for kind in CHANNELS}
