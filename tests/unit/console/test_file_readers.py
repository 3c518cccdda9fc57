"""Files are read in children of the gateway; `test_files` has what is read of them."""

import asyncio
from collections.abc import Iterator

import pytest

from entrygo.domain.errors import ServiceUnavailable, ValidationFailed
from entrygo.gateway.console.files.children import AT_ONCE, NOT_READ, FileReaders, file_readers
from entrygo.gateway.console.files.reading import Read, Wanted, read
from entrygo.imports.kinds import ORDERS
from entrygo.process.settings import LogSettings
from entrygo.process.workers import WorkerLost, Workers

ORDERS_CSV = b"order_id,ship_to_country,sku,quantity,unit_price_usd\n1,US,HOODIE,2,40\n2,US,HOODIE,x,40\n"
WANTED = Wanted(name="orders.csv", content=ORDERS_CSV, with_entries=True)
PATIENCE = 60.0


@pytest.fixture
def readers() -> Iterator[FileReaders]:
    opened = file_readers(LogSettings())
    yield opened
    opened.close()


async def test_a_child_answers_what_reading_here_answers(readers: FileReaders) -> None:
    there, here = await readers.read("acct_1", WANTED), read(WANTED)
    assert there.look == here.look
    assert there.look.kind is ORDERS
    assert await there.entries() == await here.entries()
    assert len(await there.entries()) == 2


async def test_what_is_wrong_with_a_file_is_said_as_if_it_were_read_here(readers: FileReaders) -> None:
    wanted = Wanted(name="a.csv", content=b"a,a\n1,2\n")
    with pytest.raises(ValidationFailed) as here:
        read(wanted)
    with pytest.raises(ValidationFailed) as there:
        await readers.read("acct_1", wanted)
    assert there.value.details == here.value.details


class Held(Workers):
    """Children that answer when they are let go."""

    def __init__(self) -> None:
        super().__init__("none", None, at_once=AT_ONCE)
        self.asked: list[str] = []
        self.let_go = asyncio.Event()
        self.asked_again = asyncio.Event()

    async def call(self, request: object, **_: object) -> Read:
        assert isinstance(request, Wanted)
        self.asked.append(request.name)
        self.asked_again.set()
        await self.let_go.wait()
        return read(request)


async def test_an_account_that_sends_many_files_keeps_one_of_the_places() -> None:
    children = Held()
    readers = FileReaders(children)
    many = [
        asyncio.create_task(readers.read("acct_1", Wanted(name=name, content=ORDERS_CSV)))
        for name in ("a", "b", "c")
    ]
    other = asyncio.create_task(readers.read("acct_2", Wanted(name="other", content=ORDERS_CSV)))
    async with asyncio.timeout(PATIENCE):
        while "other" not in children.asked:
            await children.asked_again.wait()
            children.asked_again.clear()
            await asyncio.sleep(0)
    assert children.asked == ["a", "other"]
    children.let_go.set()
    await asyncio.gather(*many, other)
    assert children.asked == ["a", "other", "b", "c"]


class Lost(Workers):
    async def call(self, request: object, **_: object) -> Read:
        raise WorkerLost


async def test_a_file_whose_reader_is_lost_may_be_sent_again() -> None:
    readers = FileReaders(Lost("none", None, at_once=AT_ONCE))
    with pytest.raises(ServiceUnavailable, match=NOT_READ):
        await readers.read("acct_1", WANTED)
