"""Giving back what was entered: kept beside what was before, compared, published, and its owner's alone."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import asyncpg
import pytest

from entrygo.domain.entry_number import entry_number
from entrygo.domain.errors import (
    IdempotencyConflict,
    InvalidExportState,
    NotFound,
    RevisionLimitReached,
    TaskNotOpen,
    ValidationFailed,
)
from entrygo.domain.principal import Visible
from entrygo.domain.snapshot import Amendment
from entrygo.execution.closing.withdrawing import WithdrawCommand
from entrygo.execution.reconciliation import use_cases
from entrygo.execution.reconciliation.commands import CloseCommand, RecordCommand
from entrygo.execution.reconciliation.summary import EntrySummary, Liquidation
from entrygo.proto.execution.v1 import execution_pb2
from entrygo.requests.pages import PageRequest
from tests.integration.execution.world import LIVE, Process, World
from tests.unit.execution.test_entry_documents import THREE
from tests.unit.execution.test_reconciling import FREE_TEE, entered, line

NUMBER = entry_number("PA7", 1)
ENTERED = entered(line(), FREE_TEE, entry_number=NUMBER, fees_usd="2.77", entry_type="11")
WRONG = entered(line(value="460", duty="300.00"), FREE_TEE, entry_number=NUMBER)


@pytest.fixture
async def process(world: World) -> Process:
    """With an executed export of three entries."""
    world.planning.snapshots["batch_123"] = THREE.model_copy(update={"export_id": "batch_123"})
    process = await world.process()
    await process.execute()
    return process


def command(summary: EntrySummary = ENTERED, key: str = "", **changes: object) -> RecordCommand:
    fields: dict[str, object] = {
        "visible": LIVE,
        "export_id": "batch_123",
        "entry": 2,
        "summary": summary,
        "key": key,
        "fingerprint": summary.model_dump_json().encode(),
    }
    return RecordCommand(**(fields | changes))  # type: ignore[arg-type]


async def record(process: Process, *args: object, **changes: object) -> execution_pb2.EntryReconciliation:
    reply = await process.reconciliations.record(command(*args, **changes))  # type: ignore[arg-type]
    return execution_pb2.EntryReconciliation.FromString(reply.body)


def close(task_id: str, note: str = "The value was corrected.") -> CloseCommand:
    return CloseCommand(
        visible=LIVE,
        export_id="batch_123",
        entry=2,
        task_id=task_id,
        note=note,
        key="",
        fingerprint=b"",
    )


async def last_types(process: Process, count: int) -> Sequence[str]:
    events = await process.events()
    assert [event.sequence for event in events] == list(range(1, len(events) + 1))
    return [event.type for event in events][-count:]


async def test_a_summary_is_compared_and_one_that_follows_resolves_what_it_corrects(process: Process) -> None:
    first = await record(process, WRONG)
    assert (first.outcome.revision, first.outcome.state, first.outcome.open_tasks) == (1, "differs", 2)
    assert list(first.outcome.reasons) == ["RATE_DIFFERS", "VALUE_DIFFERS"]
    assert first.outcome.estimated_duty_low_usd == "195.05"
    # Who filed an entry has the package, and the export counts as entered.
    assert await last_types(process, 2) == ["broker_submission.acknowledged", "entry_summary.recorded"]
    submission = (await process.events())[-2].broker_submission_changed.broker_submission
    assert submission.entry_number == NUMBER
    second = await record(process)
    assert (second.outcome.revision, second.outcome.state) == (2, "matches")
    assert [task.state for task in second.tasks] == ["resolved", "resolved"]
    assert await last_types(process, 2) == ["entry_summary.recorded", "entry_summary.recorded"]
    reported = (await process.events())[-1].entry_summary_recorded.outcome
    assert reported == second.outcome
    count = len(await process.events())
    assert await record(process) == second
    assert len(await process.events()) == count
    liquidated = ENTERED.model_copy(
        update={"liquidation": Liquidation(liquidated_on=date(2027, 10, 1), duty_usd=Decimal("200.00"))}
    )
    third = await record(process, liquidated)
    assert list(third.outcome.reasons) == ["LIQUIDATED_DIFFERENTLY"]
    listed = await process.entry_outcomes.page(LIVE, PageRequest(10), None)
    assert [(each.export_id, each.outcome.entry, each.outcome.revision) for each in listed.data] == [
        ("batch_123", 2, 3)
    ]
    async with process.pool.acquire() as connection:
        await connection.execute("SET entrygo.account_id = '*'")
        kept = await connection.fetch("SELECT revision, entry_number FROM entry_summaries ORDER BY revision")
    assert [tuple(row) for row in kept] == [(1, NUMBER), (2, NUMBER), (3, NUMBER)]


async def test_a_page_asks_the_database_as_often_as_one_row_does(
    process: Process, monkeypatch: pytest.MonkeyPatch
) -> None:
    await record(process, WRONG)
    await record(process, WRONG.model_copy(update={"entry_number": entry_number("PA7", 2)}), entry=1)
    third = command(entry=3)
    numbered = third.summary.model_copy(update={"entry_number": entry_number("PA7", 3)})
    await process.reconciliations.record(replace(third, summary=numbered))
    statements: list[str] = []
    for name in ("fetch", "fetchrow", "fetchval"):
        monkeypatch.setattr(asyncpg.Connection, name, counted(getattr(asyncpg.Connection, name), statements))
    await process.entry_outcomes.page(LIVE, PageRequest(1), None)
    asked_for_one = list(statements)
    statements.clear()
    listed = await process.entry_outcomes.page(LIVE, PageRequest(10), None)
    assert statements == asked_for_one
    assert asked_for_one
    given = [(each.outcome.entry, each.outcome.open_tasks, each.package_number) for each in listed.data]
    assert given == [(2, 2, "cp_ch100001"), (1, 3, "cp_ch100001"), (3, 2, "cp_ch100001")]
    assert [len(each.tasks) for each in listed.data] == [2, 3, 2]


def counted(method: Callable[..., Awaitable[Any]], statements: list[str]) -> Callable[..., Awaitable[Any]]:
    """The method, which notes each statement that it is given."""

    async def noting(connection: asyncpg.Connection, statement: str, *args: object, **kwargs: object) -> Any:
        statements.append(statement)
        return await method(connection, statement, *args, **kwargs)

    return noting


async def test_a_package_is_found_by_its_own_number_and_by_those_that_its_broker_gave(
    process: Process,
) -> None:
    await record(process)

    async def found(number: str, visible: Visible = LIVE) -> list[str]:
        answer = await process.entry_outcomes.find_packages(visible, number)
        assert all(list(each.entry_numbers) == [NUMBER] for each in answer.data)
        return [each.package_number for each in answer.data]

    [package] = await found(NUMBER)
    for number in (NUMBER.replace("-", ""), NUMBER.lower(), package, package.upper()):
        assert await found(number) == [package]
    for number in ("cp_ch999999", "PA7-0000002-9", "%", ""):
        assert await found(number) == []
    assert await found(NUMBER, Visible(LIVE.tenant, "wh_elsewhere")) == []


async def test_a_task_is_closed_once_with_a_note(process: Process) -> None:
    found = await record(process, WRONG)
    [rate, value] = sorted(found.tasks, key=lambda task: task.code)
    await process.reconciliations.close_task(close(rate.id))
    with pytest.raises(TaskNotOpen):
        await process.reconciliations.close_task(close(rate.id))
    reply = await process.reconciliations.close_task(close(value.id, "Agreed with the broker."))
    settled = execution_pb2.EntryReconciliation.FromString(reply.body)
    assert (settled.outcome.state, settled.outcome.open_tasks) == ("settled", 0)
    event = (await process.events())[-1].entry_task_closed
    assert (event.code, event.note) == ("VALUE_DIFFERS", "Agreed with the broker.")
    with pytest.raises(NotFound):
        await process.reconciliations.close_task(close("etk_nobodys"))


async def test_a_key_gives_its_answer_again_and_two_at_once_are_two_revisions(process: Process) -> None:
    first = await process.reconciliations.record(command(WRONG, "key-1"))
    again = await process.reconciliations.record(command(WRONG, "key-1"))
    assert (again.body, again.replayed) == (first.body, True)
    with pytest.raises(IdempotencyConflict):
        await process.reconciliations.record(command(ENTERED, "key-1"))
    given = [ENTERED, ENTERED.model_copy(update={"fees_usd": Decimal("9.99")})]
    found = await asyncio.gather(*(record(process, each) for each in given))
    assert sorted(each.outcome.revision for each in found) == [2, 3]


async def test_an_entry_is_given_back_only_so_often(
    process: Process, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(use_cases, "MAX_REVISIONS", 1)
    await record(process, WRONG)
    await record(process, WRONG)
    with pytest.raises(RevisionLimitReached):
        await record(process, ENTERED)


async def test_what_is_not_the_callers_or_not_to_be_filed_is_not_given_back(process: Process) -> None:
    foreign = Visible(LIVE.tenant, "wh_other")
    for changes in ({"visible": foreign}, {"export_id": "batch_9"}, {"entry": 4}):
        with pytest.raises(NotFound):
            await record(process, **changes)
    other = ENTERED.model_copy(update={"entry_number": entry_number("ABC", 1)})
    with pytest.raises(ValidationFailed) as caught:
        await record(process, other)
    assert caught.value.field == "entryNumber"
    await record(process)
    assert not (await process.entry_outcomes.page(foreign, PageRequest(10), None)).data
    with pytest.raises(NotFound):
        await process.entry_outcomes.costs(foreign, "batch_123")
    withdraw = WithdrawCommand(
        visible=LIVE, export_id="batch_123", reason="r", is_dry_run=False, key="", fingerprint=b""
    )
    await process.withdrawals.withdraw(withdraw)
    with pytest.raises(InvalidExportState):
        await record(process, WRONG)


async def test_what_orders_cost_is_a_table_of_every_entry(process: Process) -> None:
    await record(process)
    table = await process.entry_outcomes.costs(LIVE, "batch_123")
    lines = table.content.decode().splitlines()
    assert (len(lines), len(table.content)) == (5, table.artifact.size_bytes)
    assert table.artifact.filename == "cp_ch100001_actual-landed-costs.csv"
    assert [each.split(",")[9] for each in lines[1:]] == ['""', '"65.02"', '"130.03"', '""']


async def test_an_entry_number_that_was_given_back_is_what_an_amendment_corrects(process: Process) -> None:
    await record(process)
    second = entered(entry_number=entry_number("PA7", 2))
    await record(process, second, entry=1)
    asked = execution_pb2.AmendExportRequest(export_id="batch_123", reason="one order less")
    await process.amendments.amend(LIVE, asked)
    [amendment] = process.world.planning.amendments
    assert amendment.entry_number == f"{second.entry_number}, {NUMBER}", "by entry"


async def test_an_entry_that_was_corrected_counts_once_among_all(process: Process) -> None:
    """A month is the sum of the page: the package that was replaced has the same number."""
    other = entered(duty_usd="32.51", entry_number=entry_number("PA7", 2))
    await record(process)
    await record(process, other, entry=1)
    amendment = Amendment(supersedes="batch_123", reason="value", after_entry=True, entry_number=NUMBER)
    successor = THREE.model_copy(update={"export_id": "batch_124", "amendment": amendment})
    process.world.planning.snapshots["batch_124"] = successor
    await process.answer("key-new", export_id="batch_124")
    before = await process.entry_outcomes.page(LIVE, PageRequest(10), None)
    assert [(each.export_id, each.outcome.entry) for each in before.data] == [
        ("batch_123", 2),
        ("batch_123", 1),
    ]
    await record(process, ENTERED.model_copy(update={"fees_usd": Decimal("2.69")}), export_id="batch_124")
    listed = await process.entry_outcomes.page(LIVE, PageRequest(10), None)
    assert [(each.export_id, each.outcome.entry) for each in listed.data] == [
        ("batch_123", 1),
        ("batch_124", 2),
    ]
    kept = await process.entry_outcomes.page(LIVE, PageRequest(10), "batch_123")
    assert [each.outcome.entry for each in kept.data] == [2, 1]
