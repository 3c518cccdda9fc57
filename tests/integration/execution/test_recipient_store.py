"""Questions to the recipients of mail, and the mails of a day, as they are kept."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest

from entrygo.execution.broker.recipient_store import RecipientBacklog, RecipientStore
from entrygo.execution.broker.recipients import WHOLE_ACCOUNT, RecipientState
from entrygo.postgres.pool import EVERYONE, transaction
from tests.integration.execution.world import LEASE, LIVE, Process, World

ADDRESS, ID = "broker@example.com", "rcp_1"


@asynccontextmanager
async def stored(process: Process) -> AsyncIterator[RecipientStore]:
    async with transaction(process.pool, LIVE) as connection:
        yield RecipientStore(connection, LIVE)


async def due(process: Process) -> list[str]:
    async with transaction(process.pool, EVERYONE) as connection:
        return [recipient_id for _, recipient_id in await RecipientBacklog(connection).due(10)]


async def test_a_question_is_asked_by_one_and_by_another_once_its_lease_is_over(world: World) -> None:
    process = await world.process()
    async with stored(process) as store:
        await store.want_asked(ID, ADDRESS)
    async with stored(process) as store:
        assert [await store.claim_ask(ID, LEASE) is not None for _ in range(2)] == [True, False]
    await world.pass_lease()
    async with stored(process) as store:
        assert await store.claim_ask(ID, LEASE) is not None


async def test_whoever_wants_a_question_that_is_being_asked_has_it_asked_no_second_time(world: World) -> None:
    process = await world.process()
    async with stored(process) as store:
        await store.want_asked(ID, ADDRESS)
    async with stored(process) as store:
        await store.claim_ask(ID, LEASE)
        await store.want_asked("rcp_2", ADDRESS)
    assert await due(process) == []


@pytest.mark.parametrize("state", [RecipientState.CONFIRMED, RecipientState.REVOKED])
async def test_a_decision_ends_the_question(world: World, state: RecipientState) -> None:
    process = await world.process()
    async with stored(process) as store:
        await store.want_asked(ID, ADDRESS)
    assert await due(process) == [ID]
    async with stored(process) as store:
        await store.set_state("rcp_2", ADDRESS, state)
    assert await due(process) == []


@pytest.mark.parametrize(("days", "kept"), [(7, 4), (8, 2)])
async def test_the_first_mail_of_a_day_removes_the_counts_of_long_ago(
    world: World, days: int, kept: int
) -> None:
    process = await world.process()
    async with stored(process) as store:
        await store.count(WHOLE_ACCOUNT, ADDRESS)
    await world.pass_time(timedelta(days=days))
    async with stored(process) as store:
        await store.count(WHOLE_ACCOUNT, ADDRESS)
    assert await process.count("mail_counts") == kept
