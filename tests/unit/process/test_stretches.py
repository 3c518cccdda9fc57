"""Long work lets others in, and leaves nothing out."""

import asyncio

from entrygo.process.stretches import AT_A_STRETCH, stretches


async def test_items_come_whole_and_in_order_and_others_have_a_turn_after_each_stretch() -> None:
    turns = 0

    async def others() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    asking = asyncio.create_task(others())
    items = range(3 * AT_A_STRETCH + 1)
    got: list[int] = []
    before: list[int] = []
    async for some in stretches(items):
        assert len(some) <= AT_A_STRETCH
        got += some
        before.append(turns)
    asking.cancel()
    assert got == list(items)
    assert before == sorted(set(before))
    assert len(before) == 4


async def test_nothing_comes_of_nothing() -> None:
    nothing: tuple[int, ...] = ()
    assert [some async for some in stretches(nothing)] == []
