"""An account has many slots while it is alone, few in company, and its line never delays the others."""

import asyncio
from contextlib import AsyncExitStack

import pytest

from entrygo.domain.errors import ServiceUnavailable
from entrygo.requests.fair_slots import COMPANY_SECONDS, FairSlots


class Clock:
    """Stands still until it is moved."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def slots(clock: Clock, *, patience: float = 60.0, waiting: int = 100) -> FairSlots:
    return FairSlots(
        running=10, per_account=4, in_company=2, waiting=waiting, patience=patience, seconds=clock
    )


class Callers:
    """Requests that hold a slot until they are told to leave."""

    def __init__(self, shared: FairSlots) -> None:
        self._shared = shared
        self._leaves: list[tuple[str, asyncio.Event]] = []
        self._tasks: list[asyncio.Task[None]] = []
        self.running: list[str] = []

    async def come(self, *accounts: str) -> None:
        """Returns once each has a slot or stands in line."""
        for account in accounts:
            self._tasks.append(asyncio.create_task(self._hold(account)))
            await settled()

    async def leave(self, account: str) -> None:
        """One of the account's that run ends."""
        found = next(each for each in self._leaves if each[0] == account)
        self._leaves.remove(found)
        found[1].set()
        await settled()

    async def _hold(self, account: str) -> None:
        over = asyncio.Event()
        async with self._shared.hold(account):
            self.running.append(account)
            self._leaves.append((account, over))
            await over.wait()
            self.running.remove(account)

    async def __aenter__(self) -> "Callers":
        return self

    async def __aexit__(self, *_: object) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


async def settled() -> None:
    """Every task has gone on as far as it can."""
    for _ in range(5):
        await asyncio.sleep(0)


async def test_an_account_that_is_alone_has_all_that_an_account_may_have() -> None:
    async with Callers(slots(Clock())) as callers:
        await callers.come(*["busy"] * 6)
        assert callers.running == ["busy"] * 4


async def test_while_others_ask_an_account_gets_no_more_slots_than_it_may_have_in_company() -> None:
    async with Callers(slots(Clock())) as callers:
        await callers.come("quiet", *["busy"] * 6)
        assert callers.running == ["quiet", "busy", "busy"]
        await callers.leave("quiet")
        assert callers.running == ["busy", "busy"], "it may ask again at any moment"


async def test_what_an_account_began_alone_goes_on_and_nothing_follows_until_it_has_few() -> None:
    async with Callers(slots(Clock())) as callers:
        await callers.come(*["busy"] * 6, "quiet")
        assert callers.running == ["busy"] * 4 + ["quiet"]
        await callers.leave("busy")
        await callers.leave("busy")
        assert callers.running.count("busy") == 2
        await callers.leave("busy")
        assert callers.running.count("busy") == 2


async def test_an_account_has_all_again_once_the_others_have_been_silent_for_a_while() -> None:
    clock = Clock()
    async with Callers(slots(clock)) as callers:
        await callers.come("quiet", *["busy"] * 6)
        await callers.leave("quiet")
        clock.now += COMPANY_SECONDS + 0.1
        await callers.come("busy")
        assert callers.running == ["busy", "busy"], "who came before goes first"
        await callers.leave("busy")
        assert callers.running == ["busy"] * 4


async def test_a_quiet_account_is_served_before_the_line_of_a_busy_one() -> None:
    async with Callers(slots(Clock())) as callers:
        await callers.come(*["busy"] * 20, "quiet", "quiet")
        assert callers.running == ["busy"] * 4 + ["quiet", "quiet"]


async def test_who_finds_the_line_full_or_waits_too_long_may_ask_again() -> None:
    shared = slots(Clock(), patience=0.01, waiting=2)
    async with AsyncExitStack() as held, Callers(shared) as callers:
        for _ in range(4):
            await held.enter_async_context(shared.hold("busy"))
        with pytest.raises(ServiceUnavailable):
            await held.enter_async_context(shared.hold("busy"))
        await callers.come("busy")
        with pytest.raises(ServiceUnavailable):
            await held.enter_async_context(shared.hold("busy"))
        assert shared.running == 4


async def test_one_account_fills_half_of_the_line_at_most() -> None:
    shared = slots(Clock(), waiting=4)
    async with Callers(shared) as callers:
        await callers.come("a", "a", "a", "a", "a", "a")
        assert shared.waiting == 2
        with pytest.raises(ServiceUnavailable):
            await shared.enter("a")
        await callers.come("b", "b", "b")
        assert shared.waiting == 3


async def test_who_leaves_the_line_keeps_no_place_in_it_and_no_slot_that_it_got_in_that_moment() -> None:
    shared = slots(Clock())
    for _ in range(4):
        await shared.enter("busy")
    leaving, hesitating, staying = (asyncio.create_task(shared.enter("busy")) for _ in range(3))
    await settled()
    leaving.cancel()
    await settled()
    assert shared.waiting == 2
    shared.leave("busy")
    hesitating.cancel()
    await settled()
    assert hesitating.cancelled()
    assert staying.done()
    assert (shared.running, shared.waiting) == (4, 0)
