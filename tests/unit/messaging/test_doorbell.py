"""Who waits for a commit of the own process is woken by it, or by the end of the process."""

import asyncio

import pytest

from entrygo.messaging.doorbell import Doorbell, ring, separate_bells

FOR_EVER = 3600.0


@pytest.fixture
def stop() -> asyncio.Event:
    return asyncio.Event()


@pytest.fixture
def bell() -> Doorbell:
    return Doorbell()


async def test_a_ring_wakes_who_waits(bell: Doorbell, stop: asyncio.Event) -> None:
    with bell.answered(stop):
        waiting = asyncio.create_task(bell.wait(FOR_EVER))
        await asyncio.sleep(0)
        ring()
        assert await waiting


async def test_a_ring_before_the_wait_counts_once(bell: Doorbell, stop: asyncio.Event) -> None:
    with bell.answered(stop):
        ring()
        ring()
        assert await bell.wait(FOR_EVER)
        assert not await bell.wait(0.0)


async def test_the_end_of_the_process_wakes_who_waits_and_whoever_waits_then(
    bell: Doorbell, stop: asyncio.Event
) -> None:
    with bell.answered(stop):
        waiting = asyncio.create_task(bell.wait(FOR_EVER))
        await asyncio.sleep(0)
        stop.set()
        assert not await waiting
        assert not await bell.wait(FOR_EVER)


async def test_who_does_not_answer_is_not_rung(bell: Doorbell, stop: asyncio.Event) -> None:
    with bell.answered(stop):
        pass
    ring()
    assert not await bell.wait(0.0)


async def test_services_of_one_process_wake_their_own_alone(stop: asyncio.Event) -> None:
    bells = {}
    may_commit, over = asyncio.Event(), asyncio.Event()

    async def serve(name: str) -> None:
        separate_bells()
        bells[name] = Doorbell()
        with bells[name].answered(stop):
            await may_commit.wait()
            if name == "planning":
                # As a task of the service does, which began within it.
                await asyncio.create_task(commit())
                over.set()
            await over.wait()

    async def commit() -> None:
        ring()

    serving = [asyncio.create_task(serve(name)) for name in ("sync", "planning")]
    await asyncio.sleep(0)
    may_commit.set()
    await asyncio.gather(*serving)
    assert await bells["planning"].wait(0.0)
    assert not await bells["sync"].wait(0.0)
