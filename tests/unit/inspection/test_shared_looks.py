"""Many who ask at once share a look, and nobody gets one that began before they asked."""

import asyncio

import pytest

from entrygo.inspection.shared_looks import SharedLooks


class Looker:
    """Each look waits until it may end, and gives its number."""

    def __init__(self) -> None:
        self.begun = 0
        self.may_end = asyncio.Event()

    async def look(self) -> int:
        self.begun += 1
        number = self.begun
        await self.may_end.wait()
        return number


async def turns() -> None:
    """Until whatever can go on has gone on."""
    for _ in range(10):
        await asyncio.sleep(0)


async def test_whoever_asks_while_a_look_runs_shares_the_next() -> None:
    looks, looker = SharedLooks(), Looker()
    first = asyncio.ensure_future(looks.look("export", looker.look))
    await turns()
    others = [asyncio.ensure_future(looks.look("export", looker.look)) for _ in range(100)]
    await turns()
    assert looker.begun == 1
    looker.may_end.set()
    assert await first == 1
    assert set(await asyncio.gather(*others)) == {2}
    assert await looks.look("export", looker.look) == 3


async def test_looks_for_different_things_do_not_wait_for_each_other() -> None:
    looks, looker = SharedLooks(), Looker()
    both = [asyncio.ensure_future(looks.look(name, looker.look)) for name in ("one", "another")]
    await turns()
    assert looker.begun == 2
    looker.may_end.set()
    assert sorted(await asyncio.gather(*both)) == [1, 2]


async def test_a_look_goes_on_for_the_others_when_the_first_who_asked_leaves() -> None:
    looks, looker = SharedLooks(), Looker()
    first, other = (asyncio.ensure_future(looks.look("export", looker.look)) for _ in range(2))
    await turns()
    first.cancel()
    looker.may_end.set()
    assert await other == 1


async def test_a_failure_is_told_to_all_who_share_it_and_the_next_look_is_another() -> None:
    looks, looker = SharedLooks(), Looker()

    async def fail() -> int:
        await looker.look()
        raise LookupError

    asked = [asyncio.ensure_future(looks.look("export", fail)) for _ in range(2)]
    await turns()
    looker.may_end.set()
    for each in asked:
        with pytest.raises(LookupError):
            await each
    assert await looks.look("export", looker.look) == 2
