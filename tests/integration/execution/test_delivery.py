"""Deliveries hold nobody up: not each other, not execute; and what is known is never forgotten."""

import asyncio
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from urllib.parse import urlsplit

import pytest

from entrygo.domain.errors import ServiceUnavailable
from entrygo.domain.principal import Mode, Tenant, Visible
from entrygo.domain.snapshot import Snapshot
from entrygo.execution import wiring
from entrygo.execution.broker.breaker import BreakerState
from entrygo.execution.broker.bulkhead import Bulkhead
from entrygo.execution.broker.channels.base import BeforeData, Delivery, Outcome, Result, Silent
from entrygo.execution.broker.metrics import DELIVERIES
from entrygo.execution.broker.rooms import Unwanted
from entrygo.execution.broker.silences import Tried
from entrygo.execution.documents.base import Document
from entrygo.execution.documents.document_sets import render_package
from entrygo.execution.making import package_maker
from entrygo.execution.package.artifacts import RenderedArtifact
from entrygo.execution.package.facts import PackageFacts
from entrygo.execution.state.events import EventRecorder
from entrygo.postgres.pool import EVERYONE, open_pool, transaction
from entrygo.postgres.pools import open_pools
from entrygo.process.clock import Ids
from entrygo.proto.execution.v1 import execution_pb2
from tests.harness.network import Weather, way_to
from tests.integration.execution.channels import HeldChannel, ScriptedChannel
from tests.integration.execution.world import LIVE, Process, World, add_exports

OTHER = Visible.whole(Tenant("acc_456", Mode.LIVE))
SILENT = "silent.example"
BURST = 21


class SilentDomain:
    """A mail server that falls silent over one recipient's domain until it is healed."""

    def __init__(self, *, before_data: bool) -> None:
        self._before_data = before_data
        self._is_healed = asyncio.Event()
        self.hanging = 0
        self.two_hang = asyncio.Event()
        self.one_is_sent = asyncio.Event()
        self.sent: list[str] = []

    def heal(self) -> None:
        self._is_healed.set()

    async def submit(self, delivery: Delivery, before_data: BeforeData) -> Result:
        if self._before_data:
            await before_data()
        if (delivery.recipient or "").endswith(SILENT) and not self._is_healed.is_set():
            self.hanging += 1
            if self.hanging == 2:
                self.two_hang.set()
            await self._is_healed.wait()
            if not self._before_data:
                return Result(Outcome.TRANSIENT, "The connection was lost.", Silent.DESTINATION)
        if not self._before_data:
            await before_data()
        self.sent.append(delivery.submission_id)
        self.one_is_sent.set()
        return Result(Outcome.SENT, "250 OK")

    async def close(self) -> None:
        return None


async def execute_all(process: Process, ids: list[str]) -> list[execution_pb2.ExecuteExportResponse]:
    return list(await asyncio.gather(*(process.answer(each, export_id=each) for each in ids)))


async def statuses(process: Process) -> list[str]:
    async with transaction(process.pool, EVERYONE) as connection:
        rows = await connection.fetch("SELECT status FROM broker_submissions ORDER BY status")
    return [row["status"] for row in rows]


@pytest.mark.parametrize("before_data", [True, False])
async def test_a_burst_to_a_silent_domain_is_answered_holds_up_no_other_and_settles_once_it_is_healed(
    make_world: Callable[..., World], *, before_data: bool
) -> None:
    # However long the documents of all of them take, nobody gives a slot up meanwhile.
    world = make_world(delivery_wait_seconds=0.2, delivery_silent_seconds=3600)
    channel = SilentDomain(before_data=before_data)
    process = await world.process(channel=channel)
    answers = await execute_all(process, add_exports(world, BURST, f"held@{SILENT}"))
    assert {answer.status for answer in answers} == {"COMPLETED"}
    found = [answer.broker_submission.status for answer in answers]
    # `sending` says that a slot is held: two at one domain.
    assert found.count("sending") + found.count("prepared") == BURST
    await channel.two_hang.wait()
    assert (await statuses(process)).count("sending") == channel.hanging == 2
    assert all(
        answer.broker_submission.HasField("next_attempt_at")
        for answer in answers
        if answer.broker_submission.status == "prepared"
    )
    await execute_all(process, add_exports(world, 1, "well@quick.example"))
    # Its answer does not wait for the mail as long as a busy machine may take.
    await channel.one_is_sent.wait()
    channel.heal()
    # What waits for its next attempt is due after half a minute at most.
    for _ in range(2):
        await world.pass_time(timedelta(seconds=40))
        await until_settled(process)
    assert await statuses(process) == ["sent"] * (BURST + 1)
    assert len(channel.sent) == len(set(channel.sent)) == BURST + 1


async def test_a_submission_that_found_no_slot_is_due_at_once(make_world: Callable[..., World]) -> None:
    world = make_world(delivery_wait_seconds=0.2, delivery_silent_seconds=3600)
    channel = SilentDomain(before_data=True)
    process = await world.process(channel=channel)
    await execute_all(process, add_exports(world, 3, f"held@{SILENT}"))
    assert channel.hanging == 2
    channel.heal()
    # No time has passed: it waited for the end of another delivery, and that is all.
    await until_settled(process)
    assert await statuses(process) == ["sent"] * 3


async def until_settled(process: Process) -> None:
    """Runs the delivery loop until nothing more is due."""
    async with asyncio.timeout(30):
        while True:
            before = await statuses(process)
            await process.deliver_due()
            if await statuses(process) == before:
                return


def silent_places() -> dict[str, str]:
    """As Prometheus reads them."""
    _, silent, _ = DELIVERIES.collect()
    return {sample.labels["place"]: sample.labels["state"] for sample in silent.samples}


async def test_what_waits_for_a_silent_destination_is_not_even_picked_and_is_sent_when_it_answers(
    make_world: Callable[..., World],
) -> None:
    world = make_world(delivery_wait_seconds=10)
    channel = ScriptedSilence()
    process = await world.process(channel=channel)
    for export_id in add_exports(world, 3, f"held@{SILENT}"):
        await process.execute(export_id, export_id=export_id)
    assert silent_places() == {f"mail:{SILENT}": BreakerState.OPEN}
    await world.pass_time(timedelta(minutes=1))
    await process.deliver_due()
    assert channel.attempts == 3, "left alone"
    [late] = await execute_all(process, add_exports(world, 1, f"late@{SILENT}"))
    assert (late.status, late.broker_submission.status, late.broker_submission.attempts) == (
        "COMPLETED", "prepared", 0,
    )  # fmt: skip
    # Another process knows nothing of it.
    channel.is_silent = False
    other = await world.process(channel=channel)
    await world.pass_time(timedelta(minutes=1))
    await until_settled(other)
    assert await statuses(other) == ["sent"] * 4


class ScriptedSilence:
    """No answer before the point of no return, as long as a test says."""

    def __init__(self) -> None:
        self.is_silent = True
        self.attempts = 0

    async def submit(self, delivery: Delivery, before_data: BeforeData) -> Result:
        self.attempts += 1
        if self.is_silent:
            return Result(Outcome.TRANSIENT, "timed out", Silent.DESTINATION)
        await before_data()
        return Result(Outcome.SENT, "250 OK")

    async def close(self) -> None:
        return None


async def test_the_pause_after_an_attempt_without_an_answer_begins_with_the_attempt(
    make_world: Callable[..., World],
) -> None:
    process = await make_world(delivery_wait_seconds=10).process(channel=ScriptedSilence())
    ticks = iter((0.0, 40.0))
    process.dispatcher._delivery = replace(process.recovery.delivery, seconds=lambda: next(ticks))
    await process.execute()
    async with transaction(process.pool, LIVE) as connection:
        assert await connection.fetchval("SELECT next_attempt_at <= now() FROM broker_submissions")


async def test_a_mail_that_was_accepted_while_postgresql_was_away_is_sent_once_it_is_back(
    make_world: Callable[..., World],
) -> None:
    world = make_world(delivery_wait_seconds=0)
    channel = HeldChannel()
    url = world.settings.database_url.get_secret_value()
    async with way_to(urlsplit(url).port or 0) as way:
        pool = await open_pool(
            url.replace(f":{urlsplit(url).port}/", f":{way.port}/"), schema="execution", max_size=4
        )
        process = await world.process(channel=channel, pool=pool)
        await process.execute()
        await channel.reached.wait()
        way.turn(Weather.REFUSES)
        way.came.clear()
        channel.go.set()
        # The first try to write the result down has failed.
        await way.came.wait()
        # The lease runs out meanwhile, and another process takes it for lost.
        await world.pass_lease()
        other = await world.process()
        await other.deliver_due()
        assert await statuses(other) == ["unknown"]
        way.turn(Weather.FAIR)
        async with asyncio.timeout(20):
            await process.dispatcher.idle()
        assert await statuses(other) == ["sent"]
        pool.terminate()
    assert world.sink.mails == []


async def test_a_process_that_was_paused_does_not_judge_its_own_attempt(
    make_world: Callable[..., World],
) -> None:
    world = make_world(delivery_wait_seconds=0)
    channel = HeldChannel()
    process = await world.process(channel=channel)
    await process.execute()
    await channel.reached.wait()
    await world.pass_lease()
    await process.recovery.deliver_due()
    assert await statuses(process) == ["sending"]
    channel.go.set()
    await process.dispatcher.idle()
    assert [event.type.rpartition(".")[2] for event in await process.events()][-2:] == ["sending", "sent"]


async def test_a_late_report_of_an_earlier_attempt_changes_nothing(world: World) -> None:
    held = HeldChannel()
    slow = await world.process(channel=held)
    first = asyncio.create_task(slow.execute())
    await held.reached.wait()
    async with transaction(slow.pool, LIVE) as connection:
        # As if a further attempt had been made meanwhile, and nobody could say what came of it.
        await connection.execute("UPDATE broker_submissions SET attempts = 2, status = 'unknown'")
    held.go.set()
    await first
    assert await statuses(slow) == ["unknown"]


async def test_due_submissions_are_picked_account_by_account_where_a_destination_takes_them(
    world: World,
) -> None:
    process = await world.process(channel=ScriptedChannel(*[Outcome.TRANSIENT] * 9))
    busy = add_exports(world, 4, "busy@one.example")
    [quiet] = add_exports(world, 1, "quiet@other.example")
    for export_id in busy:
        await process.execute(export_id, export_id=export_id)
    await world.pass_time(timedelta(minutes=1))
    await process.execute(quiet, export_id=quiet, visible=OTHER)
    await world.pass_time(timedelta(minutes=5))

    async def due(
        *without: str, limit: int = 9, mail: bool = True, ids: Sequence[str] = (), tried: Tried | None = None
    ) -> list[str]:
        unwanted = Unwanted(
            tried=frozenset([tried] if tried else ()), destinations=frozenset(without), mail=not mail
        )
        found = await process.recovery.delivery.due(limit, without=unwanted, except_for=list(ids))
        return [each.export_id for each in found]

    # The oldest of each account first, although all of the busy one's are older.
    first, second, third = await due(limit=3)
    assert (second, {first, third} < set(busy)) == (quiet, True)
    assert await due("mail:one.example") == [quiet]
    assert await due(tried=(LIVE.tenant.account_id, "mail:one.example")) == [quiet]
    assert len(await due(tried=(OTHER.tenant.account_id, "mail:one.example"))) == 5, "of that account alone"
    assert await due(mail=False) == []
    assert len(await due()) == 5


async def test_executes_are_made_a_few_at_once_account_by_account_and_no_queue_is_endless(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wiring, "EXECUTES_AT_ONCE", 1)
    monkeypatch.setattr(wiring, "EXECUTES_WAITING", 3)
    process = await world.process()
    *busy, refused = add_exports(world, 4, "busy@one.example")
    [quiet] = add_exports(world, 1, "quiet@other.example")
    gates = [asyncio.Event() for _ in range(4)]
    world.planning.gates = list(gates)
    tasks = [asyncio.create_task(process.execute(each, export_id=each)) for each in busy]
    await world.planning.waiting.acquire()
    await waiting_for_a_turn(process.executions._steps.turns, 2)
    tasks.append(asyncio.create_task(process.execute(quiet, export_id=quiet, visible=OTHER)))
    await waiting_for_a_turn(process.executions._steps.turns, 3)
    with pytest.raises(ServiceUnavailable):
        await process.execute(refused, export_id=refused)
    gates[0].set()
    await world.planning.waiting.acquire()
    gates[1].set()
    await world.planning.waiting.acquire()
    # The quiet account did not wait for all of the busy one's.
    assert quiet in world.planning.owners
    assert sum(each in world.planning.owners for each in busy) == 2
    for gate in gates:
        gate.set()
    assert len(await asyncio.gather(*tasks)) == 4
    assert (await process.answer(refused, export_id=refused)).status == "COMPLETED"


async def test_caller_of_an_execute_that_takes_long_is_answered_and_finds_what_became_of_it(
    world: World,
) -> None:
    process = await world.process()
    [waits, follows] = add_exports(world, 2, "broker@one.example")
    gate = asyncio.Event()
    world.planning.gates = [gate]
    process.executions._answer_wait = timedelta(0)
    with pytest.raises(ServiceUnavailable, match="retry with the same key"):
        await process.execute(waits, export_id=waits)
    process.executions._answer_wait = timedelta(minutes=1)
    gate.set()
    reply = await process.execute(waits, export_id=waits)
    assert reply.replayed
    assert [export for export, _ in world.planning.completed] == [waits]
    assert (await process.answer(follows, export_id=follows)).status == "COMPLETED"


class Renders:
    """Stands in for making documents, in the threads of the process: none ends before it may."""

    def __init__(self) -> None:
        self.may_end = threading.Event()
        self.under_way: Counter[str] = Counter()
        self.most: Counter[str] = Counter()
        self._began = threading.Semaphore(0)

    def __call__(
        self, documents: Sequence[Document], snapshot: Snapshot, package: PackageFacts
    ) -> tuple[RenderedArtifact, ...]:
        broker = snapshot.broker.email or ""
        self.under_way[broker] += 1
        self.most[broker] = max(self.most[broker], self.under_way[broker])
        self._began.release()
        self.may_end.wait(60)
        self.under_way[broker] -= 1
        return render_package(documents, snapshot, package)

    async def began(self, count: int) -> None:
        for _ in range(count):
            assert await asyncio.to_thread(self._began.acquire, timeout=60)


@pytest.fixture
def renders(monkeypatch: pytest.MonkeyPatch) -> Renders:
    made = Renders()
    monkeypatch.setattr(package_maker, "render_package", made)
    return made


async def test_documents_of_one_account_are_made_two_at_a_time_beside_anothers(
    world: World, renders: Renders
) -> None:
    process = await world.process()
    busy = add_exports(world, 6, "busy@one.example")
    [quiet] = add_exports(world, 1, "quiet@other.example")
    tasks = [asyncio.create_task(process.execute(each, export_id=each)) for each in busy]
    await renders.began(2)
    await waiting_for_a_turn(process.executions._steps.preparation.makings, 2)
    await waiting_for_a_turn(process.executions._steps.turns, 2)
    tasks.append(asyncio.create_task(process.execute(quiet, export_id=quiet, visible=OTHER)))
    # It waits for none of the busy account's, of which two alone have begun.
    await renders.began(1)
    assert renders.under_way == {"busy@one.example": 2, "quiet@other.example": 1}
    renders.may_end.set()
    await asyncio.gather(*tasks)
    assert renders.most["busy@one.example"] == 2


async def test_a_large_package_waits_for_another_one_and_holds_no_turn_meanwhile(
    world: World, renders: Renders, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wiring, "EXECUTES_AT_ONCE", 2)
    process = await world.process()
    large = add_exports(world, 3, "large@one.example")
    [small] = add_exports(world, 1, "small@other.example")
    world.planning.large |= set(large)
    tasks = [asyncio.create_task(process.execute(each, export_id=each)) for each in large]
    await renders.began(1)
    await waiting_for_a_turn(process.executions._steps.large_turns, 2)
    tasks.append(asyncio.create_task(process.execute(small, export_id=small, visible=OTHER)))
    await renders.began(1)
    assert renders.under_way == {"large@one.example": 1, "small@other.example": 1}
    renders.may_end.set()
    await asyncio.gather(*tasks)
    assert renders.most["large@one.example"] == 1
    assert sorted(export for export, _ in world.planning.completed) == sorted([*large, small])


async def test_what_inspect_asks_waits_for_no_connection_that_executes_hold(world: World) -> None:
    [export_id] = add_exports(world, 1, "busy@one.example")
    url = world.settings.database_url.get_secret_value()
    async with open_pools() as pools:
        pool, reading_pool = [await pools.open(url, schema="execution", max_size=1) for _ in range(2)]
        process = await world.process(pool=pool, reading_pool=reading_pool)
        package_id = (await process.answer(export_id=export_id)).customs_package_id
        async with transaction(pool, EVERYONE):
            events = await process.packages.events_after(
                LIVE, export_id=export_id, package_id="", sequence=0, event_id=""
            )
            held = await process.packages.events_after(
                LIVE, export_id=export_id, package_id="", sequence=1, event_id=events[0].id
            )
            document = await process.packages.artifact(LIVE, package_id, "manifest.json")
    assert (held, document.filename) == (events[1:], "manifest.json")


async def waiting_for_a_turn(turns: Bulkhead, count: int) -> None:
    """Until so many executions wait for one of these."""
    async with asyncio.timeout(30):
        while turns.waiting() < count:  # noqa: ASYNC110
            await asyncio.sleep(0.01)


class FailingRecorder(EventRecorder):
    """The last thing that a step writes cannot be written."""

    async def record(self, *_: object, **__: object) -> None:
        raise ServiceUnavailable


async def test_a_step_that_is_not_committed_keeps_no_slot(world: World) -> None:
    process = await world.process(channel=ScriptedChannel(Outcome.SENT))
    *lost, kept = add_exports(world, 4, "well@quick.example")
    steps = process.executions._steps
    process.executions._steps = replace(
        steps, writing=replace(steps.writing, recorder=FailingRecorder(Ids()))
    )
    for export_id in lost:
        with pytest.raises(ServiceUnavailable):
            await process.answer(export_id, export_id=export_id)
    process.executions._steps = steps
    assert await statuses(process) == []
    assert (await process.answer(kept, export_id=kept)).broker_submission.status == "sent"
