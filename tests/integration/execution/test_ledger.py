"""The ledger accepts the kinds of channels that there are."""

import re

from entrygo.execution.broker.channels import CHANNELS
from tests.integration.execution.world import World

QUOTED = re.compile(r"'([A-Z0-9_]+)'::text")


async def test_the_check_of_a_submissions_type_lists_the_registered_channels(world: World) -> None:
    process = await world.process()
    async with process.pool.acquire() as connection:
        check = await connection.fetchval(
            "SELECT pg_get_constraintdef(oid) FROM pg_constraint"
            " WHERE conname = 'broker_submissions_submission_type_check'"
        )
    assert set(QUOTED.findall(check)) == {kind.type for kind in CHANNELS}
