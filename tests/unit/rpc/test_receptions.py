"""Messages that have not come yet: so many of one caller at once, the others in turn, none for ever."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from entrygo.domain.errors import RateLimited, ServiceUnavailable
from entrygo.rpc.receptions import AT_ONCE, WAITING, InTurn, Receptions

BUSY, QUIET = "acc_busy", "acc_quiet"


async def begun(receptions: Receptions, count: int) -> list["asyncio.Task[None]"]:
    """So many calls whose message does not come."""
    started = [asyncio.Event() for _ in range(count)]

    async def call(event: asyncio.Event) -> None:
        await receptions.begin(BUSY)
        event.set()
        await asyncio.Event().wait()

    calls = [asyncio.create_task(call(event)) for event in started]
    for event in started:
        await event.wait()
    return calls


async def ended(calls: list["asyncio.Task[None]"]) -> None:
    for call in calls:
        call.cancel()
    await asyncio.gather(*calls, return_exceptions=True)


async def test_a_caller_waits_for_its_own_messages_and_no_other_does() -> None:
    receptions = Receptions()
    calls = await begun(receptions, AT_ONCE)
    assert not receptions.has_turn(BUSY)
    assert receptions.has_turn(QUIET)
    waiting = asyncio.create_task(anext(InTurn(one_message(), receptions, BUSY)))
    await asyncio.sleep(0)
    assert not waiting.done()
    await ended(calls[:1])
    assert await waiting == b"message"
    await ended(calls)
    assert receptions.has_turn(BUSY)


async def test_a_message_that_is_there_gives_its_turn_back_once() -> None:
    receptions = Receptions()
    reception = await receptions.begin(BUSY)
    calls = await begun(receptions, AT_ONCE - 1)
    assert not receptions.has_turn(BUSY)
    reception.end()
    reception.end()
    assert receptions.has_turn(BUSY)
    await receptions.begin(BUSY)
    assert not receptions.has_turn(BUSY)
    await ended(calls)


async def test_a_caller_with_too_many_of_them_is_refused() -> None:
    receptions = Receptions()
    calls = await begun(receptions, AT_ONCE)
    waiting = [asyncio.create_task(anext(InTurn(one_message(), receptions, BUSY))) for _ in range(WAITING)]
    await asyncio.sleep(0)
    with pytest.raises(RateLimited):
        await anext(InTurn(one_message(), receptions, BUSY))
    await ended(calls)
    assert await asyncio.gather(*waiting) == [b"message"] * WAITING


async def test_a_message_that_does_not_come_is_given_up_and_its_turn_with_it() -> None:
    receptions = Receptions(seconds=0.01)
    with pytest.raises(ServiceUnavailable):
        await anext(InTurn(no_message(), receptions, BUSY))
    calls = await begun(receptions, AT_ONCE)
    await ended(calls)


async def test_only_the_first_message_of_a_call_is_waited_for_in_turn() -> None:
    receptions = Receptions()
    messages = InTurn(two_messages(), receptions, BUSY)
    assert await anext(messages) == b"first"
    calls = await begun(receptions, AT_ONCE)
    assert [each async for each in messages] == [b"second"]
    await ended(calls)


async def one_message() -> AsyncIterator[bytes]:
    yield b"message"


async def two_messages() -> AsyncIterator[bytes]:
    yield b"first"
    yield b"second"


async def no_message() -> AsyncIterator[bytes]:
    await asyncio.Event().wait()
    yield b""
