"""Events into the read model: once each, in order, whoever brings them, and never across accounts."""

import asyncio
import random
from datetime import UTC, datetime, timedelta

import pytest

from entrygo.domain.errors import EntryGoError
from entrygo.domain.principal import Visible
from entrygo.inspection.folding import ExportKey, fold, nothing_known
from entrygo.inspection.position_store import PositionStore
from entrygo.inspection.rebuild import rebuild
from entrygo.inspection.store import ReadModelStore
from entrygo.inspection.whole import nothing_held
from entrygo.inspection.write_store import WriteStore
from entrygo.postgres.pool import EVERYONE, Connection, single_read, single_statement, transaction
from tests.harness.postgres import SESSIONS_THAT_WAIT
from tests.integration.inspection.conftest import ALICE_TESTING, BOB, KEEP, Service
from tests.integration.inspection.owners import SERVICE_TOKEN
from tests.unit.inspection.events import ALICE, START, Event, Life


async def test_events_brought_twice_are_applied_once(service: Service) -> None:
    events = Life().lived()
    service.owners.record(events)
    for _ in range(2):
        await service.read_model.apply(EVERYONE, events)
    export = await service.inspect()
    assert (export.version, len(export.events), export.state) == (9, 9, "COMPLETED")


async def test_events_that_come_in_any_order_end_in_the_same_export(service: Service) -> None:
    events = Life().lived()
    service.owners.record(events)
    for event in random.Random(5).sample(events, len(events)):
        await service.read_model.apply(EVERYONE, [event])
    await service.reconciler.heal()
    assert await service.count("timeline") == 9
    assert (await service.inspect()).state == "COMPLETED"


async def test_a_large_plan_is_stored_compressed_and_shown_whole(service: Service) -> None:
    event = Life().planned(included_order_ids=[f"ord_{number:026}" for number in range(40_000)])
    service.owners.record([event])
    await service.read_model.apply(EVERYONE, [event])
    async with transaction(service.pool, EVERYONE) as connection:
        stored = await connection.fetchval("SELECT length(plan) FROM exports")
    assert stored < event.ByteSize() / 3
    assert (await service.inspect()).plan == event.export_planned.plan


async def test_a_gap_is_remembered_and_filled_from_its_owner(service: Service) -> None:
    events = Life().lived()
    service.owners.record(events)
    assert await service.read_model.apply(EVERYONE, events[1:]) is True
    assert await service.reconciler.heal() == 0
    assert await service.count("timeline") == 9


async def test_a_gap_stays_open_while_its_owner_is_away(service: Service) -> None:
    events = Life().lived()
    service.owners.record(events)
    service.owners.planning.is_down = True
    await service.read_model.apply(EVERYONE, events[1:])
    assert await service.reconciler.heal() == 1
    service.owners.planning.is_down = False
    assert await service.reconciler.heal() == 0


async def test_two_writers_of_the_same_exports_neither_lose_nor_double_nor_block(service: Service) -> None:
    lives = [Life(f"batch_{number}") for number in range(20)]
    events = [event for life in lives for event in life.lived()]
    service.owners.record(events)
    backwards = list(reversed(events))
    await asyncio.gather(
        *(service.read_model.apply(EVERYONE, batch) for batch in (events, backwards, events, backwards)),
        *(service.inspect(life.export_id) for life in lives),
    )
    assert await service.count("timeline") == len(events)
    assert {(await service.inspect(life.export_id)).version for life in lives} == {9}


async def write(connection: Connection, key: ExportKey, event: Event) -> None:
    """Applies an event in a transaction that holds its export."""
    held = await ReadModelStore(connection).read(EVERYONE, {key: [event]}, judged=False)
    folded = fold(held.known[key], [event])
    assert await WriteStore(connection, EVERYONE).write([folded], {}, not_before=KEEP) is not None


async def test_a_writer_waits_for_the_one_that_holds_the_export_and_goes_on_from_there(
    service: Service,
) -> None:
    life = Life()
    first, second, third = life.planned(), life.started(), life.executed()
    service.owners.record(life.events)
    await service.read_model.apply(EVERYONE, [first])
    key = ExportKey("acc_alice", "live", "batch_123")
    async with transaction(service.pool, EVERYONE) as holding:
        await ReadModelStore(holding).lock([key])
        waiting = asyncio.create_task(service.read_model.apply(EVERYONE, [third]))
        async with asyncio.timeout(30), transaction(service.pool, EVERYONE) as watching:
            while not await watching.fetchval(SESSIONS_THAT_WAIT):
                pass
        await write(holding, key, second)
    assert await waiting is False
    export = await service.inspect()
    assert (export.state, export.version) == ("COMPLETED", 3)


async def test_a_writer_waits_for_the_one_that_adds_the_export_and_goes_on_from_there(
    service: Service,
) -> None:
    life = Life()
    first, second = life.planned(), life.started()
    service.owners.record(life.events)
    key = ExportKey("acc_alice", "live", "batch_123")
    async with transaction(service.pool, EVERYONE) as adding:
        await ReadModelStore(adding).lock([key])
        waiting = asyncio.create_task(service.read_model.apply(EVERYONE, [second]))
        async with asyncio.timeout(30), transaction(service.pool, EVERYONE) as watching:
            while not await watching.fetchval(SESSIONS_THAT_WAIT):
                pass
        await write(adding, key, first)
    assert await waiting is False
    export = await service.inspect()
    assert (export.state, export.version) == ("EXECUTING", 2)


async def test_a_write_of_what_was_read_before_another_one_wrote_it_changes_nothing(service: Service) -> None:
    life, other = Life(start=datetime.now(UTC)), Life("batch_124", start=datetime.now(UTC))
    await service.read_model.apply(EVERYONE, [life.planned()])
    key, new = ExportKey("acc_alice", "live", "batch_123"), ExportKey("acc_alice", "live", "batch_124")
    started = life.started()
    async with single_read(service.pool) as connection:
        events = {key: [started], new: [other.planned()]}
        held = await ReadModelStore(connection).read(EVERYONE, events, judged=False)
    stale = [fold(held.known[each], events[each]) for each in events]
    await service.read_model.apply(EVERYONE, [started, life.executed()])
    before = await contents(service)
    for folded in (stale[:1], stale, [fold(nothing_known(key), life.events)]):
        async with single_statement(service.pool, EVERYONE) as connection:
            store = WriteStore(connection, EVERYONE)
            assert await store.write(folded, {("topic", 0): 7}, not_before=KEEP) is None
        assert await contents(service) == before


async def contents(service: Service) -> list[object]:
    """All that a write may change."""
    tables = (
        "exports",
        "timeline",
        "customs_packages",
        "event_feed",
        "event_feed_heads",
        "consumer_positions",
    )
    async with transaction(service.pool, EVERYONE) as connection:
        return [await connection.fetch(f"SELECT * FROM {table}") for table in tables]


async def test_what_the_topic_brings_while_the_owners_answer_an_inspect_is_neither_lost_nor_doubled(
    service: Service,
) -> None:
    life = Life(start=datetime.now(UTC))
    life.lived()
    whole = Visible.whole(ALICE)
    await service.read_model.apply(EVERYONE, life.events[:3])
    found = await service.read_model.find(whole, "batch_123")
    assert found is not None
    await service.read_model.apply(EVERYONE, life.events[:6])
    after = await service.read_model.apply_and_find(whole, found, life.events[3:])
    assert after is not None
    assert [entry.id for entry in after.export().events] == [event.id for event in life.events]
    assert await service.count("timeline") == await service.count("event_feed") == len(life.events)


async def test_what_an_inspect_shows_of_the_events_it_applied_is_what_is_stored(service: Service) -> None:
    life = Life()
    life.lived()
    whole = Visible.whole(ALICE)
    for first, last in ((0, 1), (1, 5), (5, 9)):
        found = await service.read_model.find(whole, "batch_123") or nothing_held(
            ExportKey("acc_alice", "live", "batch_123")
        )
        shown = await service.read_model.apply_and_find(whole, found, life.events[first:last])
        stored = await service.read_model.find(whole, "batch_123")
        assert shown is not None
        assert stored is not None
        assert shown.export() == stored.export()


async def test_a_poisoned_event_is_kept_for_a_person_and_blocks_nothing(service: Service) -> None:
    life = Life()
    life.planned()
    life.planned(estimated_import_savings_usd="a lot")
    life.started()
    service.owners.record(life.events)
    await service.read_model.apply(EVERYONE, life.events)
    export = await service.inspect()
    assert (export.state, export.plan.estimated_import_savings_usd, export.version) == (
        "EXECUTING",
        "18.5",
        3,
    )
    async with transaction(service.pool, EVERYONE) as connection:
        letter = await connection.fetchrow("SELECT origin, payload FROM dead_letters")
    assert letter is not None
    assert letter["origin"] == "planning/batch_123/2"
    assert Event.FromString(letter["payload"]) == life.events[1]


async def test_accounts_and_modes_with_equal_export_ids_never_meet(service: Service) -> None:
    lives = {tenant: Life(tenant=tenant) for tenant in (ALICE, ALICE_TESTING, BOB)}
    lives[ALICE].lived()
    lives[ALICE_TESTING].planned(plan_hash="planhash_test")
    lives[BOB].planned(plan_hash="planhash_bob")
    events = [event for life in lives.values() for event in life.events]
    service.owners.record(events)
    await service.read_model.apply(EVERYONE, events)
    hashes = {tenant: (await service.inspect(tenant=tenant)).plan.plan_hash for tenant in lives}
    assert hashes == {ALICE: "planhash_abc123", ALICE_TESTING: "planhash_test", BOB: "planhash_bob"}


async def test_a_transaction_of_one_account_sees_no_row_of_another_even_when_it_asks(
    service: Service,
) -> None:
    await service.read_model.apply(EVERYONE, Life().lived())
    for table in ("exports", "timeline", "customs_packages"):
        async with transaction(service.pool, Visible.whole(BOB)) as connection:
            assert await connection.fetchval(f"SELECT count(*) FROM {table}") == 0


@pytest.mark.parametrize("trouble", ["is_down", "refuses"])
async def test_rebuild_that_an_owner_would_not_answer_deletes_nothing(service: Service, trouble: str) -> None:
    events = Life().lived()
    service.owners.record(events)
    await service.read_model.apply(EVERYONE, events)
    setattr(service.owners.execution, trouble, True)
    with pytest.raises(EntryGoError):
        await rebuild(service.pool, service.owners.both, service_token=SERVICE_TOKEN, keep=KEEP)
    assert await service.count("timeline") == 9


async def test_a_rebuild_gives_the_same_answers_to_the_byte(service: Service) -> None:
    lives = [Life(f"batch_{number}", tenant) for number in range(30) for tenant in (ALICE, BOB)]
    for life in lives:
        life.planned(minutes=len(life.export_id))
        life.lived()
        service.owners.record(life.events)

    async def answers() -> list[bytes]:
        exports = [await service.inspect(life.export_id, life.tenant) for life in lives]
        return [export.SerializeToString(deterministic=True) for export in exports]

    mixed = random.Random(11).sample([event for life in lives for event in life.events], len(lives) * 10)
    for event in mixed:
        await service.read_model.apply(EVERYONE, [event])
    before = await answers()
    read = await rebuild(service.pool, service.owners.both, service_token=SERVICE_TOKEN, keep=KEEP)
    assert read == len(mixed)
    assert await service.count("timeline") == len(mixed)
    assert await answers() == before


async def test_a_rebuild_forgets_what_the_owners_never_said(service: Service) -> None:
    await service.read_model.apply(EVERYONE, Life("batch_ghost").lived())
    await rebuild(service.pool, service.owners.both, service_token=SERVICE_TOKEN, keep=KEEP)
    for table in ("exports", "timeline", "customs_packages"):
        assert await service.count(table) == 0


async def test_reconciling_brings_what_kafka_never_did_and_then_asks_for_the_latest_only(
    service: Service,
) -> None:
    service.owners.record(Life().lived())
    stop = asyncio.Event()
    async with asyncio.timeout(30):
        with service.changes.watch(ExportKey("acc_alice", "live", "batch_123")) as changed:
            running = asyncio.create_task(service.reconciler.run(stop))
            while await service.count("timeline") < 9:
                await changed.wait()
                changed.clear()
        await service.owners.execution.replayed_again.wait()
        stop.set()
        await running
    first, second, *_ = service.owners.execution.replayed_since
    assert first == ""
    assert second > "2026"


async def test_reconciling_brings_what_was_not_yet_committed_at_the_look_before(service: Service) -> None:
    looked_at = START + timedelta(minutes=5)
    for owner in service.owners.both:
        owner.now = looked_at
        await service.reconciler.replay(owner)
        owner.now = looked_at + timedelta(minutes=2)
    # Recorded half a minute before that look, by a transaction that was open during it.
    service.owners.record([Life(start=looked_at - timedelta(minutes=1.5)).planned()])
    await reconciled_by(service)
    assert await service.count("timeline") == 1


async def reconciled_by(service: Service) -> None:
    """Until the reconciler has brought an event."""
    stop = asyncio.Event()
    async with asyncio.timeout(30):
        with service.changes.watch(ExportKey("acc_alice", "live", "batch_123")) as changed:
            running = asyncio.create_task(service.reconciler.run(stop))
            await changed.wait()
        stop.set()
        await running


async def test_an_instant_still_to_come_up_to_which_an_owner_is_said_to_be_read_blinds_nobody(
    service: Service,
) -> None:
    async with transaction(service.pool, EVERYONE) as connection:
        for owner in service.owners.both:
            await PositionStore(connection).save_reconciled(owner.source, START + timedelta(days=1))
            owner.now = START + timedelta(minutes=5)
    service.owners.record([Life().planned()])
    await reconciled_by(service)


async def test_how_far_an_owner_was_read_is_a_time_of_that_owner(service: Service) -> None:
    behind = datetime.now(UTC) - timedelta(days=1)
    service.owners.planning.now = behind
    for owner in service.owners.both:
        await service.reconciler.replay(owner)
    async with transaction(service.pool, EVERYONE) as connection:
        until = await PositionStore(connection).reconciled_until("planning")
    assert until == behind.replace(microsecond=behind.microsecond // 1000 * 1000)


async def test_reconciling_goes_on_when_an_owner_is_away(service: Service) -> None:
    service.owners.record(Life().lived())
    service.owners.planning.is_down = True
    stop = asyncio.Event()
    async with asyncio.timeout(30):
        with service.changes.watch(ExportKey("acc_alice", "live", "batch_123")) as changed:
            running = asyncio.create_task(service.reconciler.run(stop))
            await changed.wait()
            assert await service.count("timeline") == 6
            service.owners.planning.is_down = False
            while await service.count("timeline") < 9:
                await changed.wait()
                changed.clear()
        stop.set()
        await running
