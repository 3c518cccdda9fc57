"""Executing a successor: its package takes the other one's place, whoever dies on the way, and says so."""

import asyncio
import json
from collections.abc import Callable
from typing import Any

import pytest
from pydantic import SecretStr

from entrygo.domain.errors import EntryFiled, InvalidExportState
from entrygo.domain.lifecycle import State
from entrygo.domain.snapshot import Amendment, Change
from entrygo.execution.broker.answers import Answer
from entrygo.execution.broker.channels.base import Outcome
from entrygo.execution.broker.resubmission import ResubmitCommand
from entrygo.execution.closing.packages import SentAgainMeanwhile
from entrygo.execution.state.failpoints import AMBIGUOUS_FAILPOINTS, FAILPOINTS
from entrygo.execution.state.records import PackageState, SubmissionStatus
from entrygo.postgres.pool import transaction
from entrygo.proto.execution.v1 import execution_pb2
from tests.harness.postgres import SESSIONS_THAT_WAIT
from tests.integration.execution.channels import ScriptedChannel
from tests.integration.execution.test_broker_links import newest_token
from tests.integration.execution.test_withdrawing import subjects, text_of
from tests.integration.execution.world import LIVE, Crash, Process, World
from tests.unit.execution.snapshots import make_snapshot

OLD, NEW = "batch_123", "batch_124"
AGAIN = ResubmitCommand(visible=LIVE, export_id=OLD, reason="r", key="", fingerprint=b"")
CHANGES = (
    Change(subject="order", id="ord_9", name="wms-9", before="ord_9"),
    Change(
        subject="product", id="prod_1", name="JKT-001", field="country_of_origin", before="CN", after="VN"
    ),
)
AMENDMENT = Amendment(supersedes=OLD, reason="One order taken off", changes=CHANGES)


@pytest.fixture
def world(make_world: Callable[..., World]) -> World:
    world = make_world(link_secret=SecretStr("s" * 32), public_url="https://entrygo.example")
    plan_successor(world, AMENDMENT)
    return world


def plan_successor(world: World, amendment: Amendment, export_id: str = NEW) -> None:
    world.planning.snapshots[export_id] = make_snapshot(export_id=export_id, amendment=amendment)


async def states(process: Process) -> tuple[str, str]:
    """Of the package that is replaced, and of the one that replaces it."""
    async with process.pool.acquire() as connection:
        await connection.execute("SET entrygo.account_id = '*'")
        rows = await connection.fetch("SELECT export_id, state FROM customs_packages")
    found = {row["export_id"]: row["state"] for row in rows}
    return found[OLD], found.get(NEW, "")


async def executed(process: Process) -> str:
    """The token of the package that is to be replaced."""
    await process.answer("key-old", export_id=OLD)
    return newest_token(process.world)


async def test_package_takes_the_place_of_the_other_and_says_so_everywhere(world: World) -> None:
    process = await world.process()
    token = await executed(process)
    answer = await process.answer("key-new", export_id=NEW)
    assert subjects(world)[-1] == "EntryGo broker submission cp_ch100001-A1"
    text = text_of(world.sink.mails[-1].message)
    assert "It replaces package cp_ch100001: One order taken off" in text
    assert "- Order wms-9: left out." in text
    assert "- Product JKT-001: country of origin was CN, is now VN." in text
    assert (await states(process))[0] == "superseded"
    closed = (await process.events(OLD))[-1]
    assert closed.type == "customs_package.superseded"
    assert closed.customs_package_closed.replaced_by_number == "cp_ch100001-A1"
    names = [each.filename for each in answer.artifacts]
    assert "amendment.csv" in names
    manifest = await document(process, answer, "manifest.json")
    replaces = json.loads(manifest)["replaces"]
    assert (replaces["package_number"], replaces["export_id"]) == ("cp_ch100001", OLD)
    assert b"Replaces cp_ch100001" in await document(process, answer, "commercial_customs_invoice.html")
    csv = (await document(process, answer, "amendment.csv")).decode()
    assert '"product","prod_1","JKT-001","country_of_origin","CN","VN"' in csv
    found = await process.links.find(token)
    assert found.replaced_by_number == "cp_ch100001-A1"
    new_token = found.replaced_by_url.rpartition("/")[2]
    assert (await process.links.find(new_token)).package.number == "cp_ch100001-A1"
    with pytest.raises(InvalidExportState, match="was superseded") as refused:
        await process.links.answer(token, Answer(status=SubmissionStatus.ACKNOWLEDGED))
    assert refused.value.details == {"currentState": "SUPERSEDED"}
    with pytest.raises(InvalidExportState, match="was superseded"):
        await process.resubmit(AGAIN)


async def test_a_package_that_replaces_another_is_found_by_its_number_as_its_papers_show_it(
    world: World,
) -> None:
    process = await world.process()
    await executed(process)
    await process.answer("key-new", export_id=NEW)
    for number in ("cp_ch100001-A1", "CP_CH100001-a1", "cp_ch100001-A1-E2"):
        found = await process.entry_outcomes.find_packages(LIVE, number)
        assert [each.package_number for each in found.data] == ["cp_ch100001-A1"], number
    [first] = (await process.entry_outcomes.find_packages(LIVE, "cp_ch100001-E1")).data
    assert first.package_number == "cp_ch100001"


async def document(process: Process, answer: execution_pb2.ExecuteExportResponse, filename: str) -> bytes:
    [digest] = [each.sha256 for each in answer.artifacts if each.filename == filename]
    return await process.packages.objects.get(LIVE.tenant, digest)


@pytest.mark.parametrize("point", FAILPOINTS)
async def test_what_a_dead_process_left_ends_with_one_package_in_the_place_of_the_other(
    world: World, point: str
) -> None:
    first = await world.process()
    await executed(first)
    doomed = await world.process(crash_at=point)
    with pytest.raises(Crash):
        await doomed.execute("key-new", export_id=NEW)
    before = await states(first)
    assert (before[0] == "superseded") == (before[1] not in ("", "reserved")), "both in one transaction"
    await world.pass_lease()
    survivor = await world.process()
    answer = await survivor.answer("key-new", export_id=NEW)
    await survivor.deliver_due()
    assert answer.status == "COMPLETED"
    sent = "broker_submission_unknown" if point in AMBIGUOUS_FAILPOINTS else "sent_to_broker"
    assert await states(survivor) == ("superseded", sent)
    assert await survivor.count("customs_packages") == 2
    closings = [each for each in await survivor.events(OLD) if each.type == "customs_package.superseded"]
    assert len(closings) == 1
    assert world.planning.states[NEW] is State.COMPLETED


async def test_what_waits_to_be_sent_of_the_replaced_package_is_never_sent(world: World) -> None:
    channel = ScriptedChannel(Outcome.TRANSIENT, Outcome.SENT)
    process = await world.process(channel=channel)
    await process.execute("key-old", export_id=OLD)
    await process.execute("key-new", export_id=NEW)
    await world.pass_lease()
    await process.deliver_due()
    assert [b"cp_ch100001-A1" in each.content for each in channel.deliveries] == [False, True]


async def test_entry_number_that_comes_before_the_successor_is_executed_stops_it(world: World) -> None:
    process = await world.process()
    token = await executed(process)
    number = "ABC-1234567-6"
    await process.links.answer(token, Answer(status=SubmissionStatus.ACKNOWLEDGED, entry_number=number))
    with pytest.raises(EntryFiled) as refused:
        await process.execute("key-new", export_id=NEW)
    assert refused.value.details == {"entryNumber": number}
    assert world.planning.states[NEW] is State.FAILED
    assert await states(process) == ("acknowledged_by_broker", "reserved")


async def test_filed_entry_is_corrected_by_a_list_and_no_second_entry_is_prepared(world: World) -> None:
    number = "ABC-1234567-6"
    correction = AMENDMENT.model_copy(update={"after_entry": True, "entry_number": number})
    plan_successor(world, correction)
    process = await world.process()
    token = await executed(process)
    await process.links.answer(token, Answer(status=SubmissionStatus.ACKNOWLEDGED, entry_number=number))
    answer = await process.answer("key-new", export_id=NEW)
    names = {each.filename for each in answer.artifacts}
    assert "post_summary_correction.csv" in names
    assert not names & {"amendment.csv", "entry_dataset.json", "ace_manifest.json"}
    csv = (await document(process, answer, "post_summary_correction.csv")).decode()
    assert f'"{number}"' in csv
    text = " ".join(text_of(world.sink.mails[-1].message).split())
    assert f"({number}): please correct that entry with CBP, and file no second one." in text


async def test_replaced_package_is_replaced_again_with_the_next_suffix(world: World) -> None:
    process = await world.process()
    await executed(process)
    await process.execute("key-new", export_id=NEW)
    plan_successor(world, AMENDMENT.model_copy(update={"supersedes": NEW}), "batch_125")
    await process.execute("key-third", export_id="batch_125")
    assert subjects(world)[-1] == "EntryGo broker submission cp_ch100001-A2"


async def test_number_that_a_failed_successor_reserved_is_passed_over(world: World) -> None:
    process = await world.process()
    token = await executed(process)
    await process.links.answer(
        token, Answer(status=SubmissionStatus.ACKNOWLEDGED, entry_number="ABC-1234567-6")
    )
    with pytest.raises(EntryFiled):
        await process.execute("key-new", export_id=NEW)
    plan_successor(world, AMENDMENT.model_copy(update={"after_entry": True}), "batch_125")
    await process.execute("key-other", export_id="batch_125")
    assert subjects(world)[-1] == "EntryGo broker submission cp_ch100001-A2"


async def test_resend_at_the_same_time_never_outlives_the_replacement(world: World) -> None:
    channel = ScriptedChannel(Outcome.UNKNOWN, *[Outcome.SENT] * 10)
    process, other = await world.process(channel=channel), await world.process(channel=channel)
    await process.execute("key-old", export_id=OLD)
    results = await asyncio.gather(
        process.execute("key-new", export_id=NEW),
        *(other.resubmit(AGAIN) for _ in range(3)),
        return_exceptions=True,
    )
    if isinstance(results[0], SentAgainMeanwhile):
        # A resend came first: the caller is asked to come again with its key.
        await process.execute("key-new", export_id=NEW)
    else:
        assert not isinstance(results[0], BaseException)
    await process.deliver_due()
    assert (await states(process))[0] == PackageState.SUPERSEDED
    with pytest.raises(InvalidExportState):
        await process.resubmit(AGAIN)


async def test_resend_that_commits_while_its_package_is_replaced_does_not_leave_after_it(
    world: World,
) -> None:
    channel = ScriptedChannel(Outcome.UNKNOWN, *[Outcome.SENT] * 5)
    process = await world.process(channel=channel)
    await process.execute("key-old", export_id=OLD)
    again = await process.resubmission._prepared(AGAIN, await process.resubmission._package(AGAIN))
    async with transaction(process.pool, LIVE) as connection, process.pool.acquire() as other:
        await process.resubmission._add(connection, again)
        executing = asyncio.create_task(process.execute("key-new", export_id=NEW))
        async with asyncio.timeout(60):
            while not await other.fetchval(SESSIONS_THAT_WAIT):  # noqa: ASYNC110
                await asyncio.sleep(0.01)
    with pytest.raises(SentAgainMeanwhile):
        await executing
    await process.execute("key-new", export_id=NEW)
    await process.deliver_due()
    assert again.id not in {each.submission_id for each in channel.deliveries}


async def test_broker_is_said_only_what_its_own_package_became(world: World) -> None:
    """Another broker than the one that has the old package learns the number, and no way in."""
    process = await world.process()
    token = await executed(process)
    broker = make_snapshot().broker.model_copy(update={"id": "br_other"})
    world.planning.snapshots[NEW] = make_snapshot(export_id=NEW, amendment=AMENDMENT, broker=broker)
    await process.execute("key-new", export_id=NEW)
    found = await process.links.find(token)
    assert (found.replaced_by_number, found.replaced_by_url) == ("cp_ch100001-A1", "")


async def test_amendment_asks_planning_with_what_the_broker_said(world: World) -> None:
    process = await world.process()
    token = await executed(process)
    await process.links.answer(
        token, Answer(status=SubmissionStatus.ACKNOWLEDGED, entry_number="ABC-1234567-6")
    )
    request = execution_pb2.AmendExportRequest(export_id=OLD, reason="r", after_entry=True)
    await process.amendments.amend(LIVE, request)
    [asked] = world.planning.amendments
    assert (asked.entry_number, asked.after_entry, asked.export_id) == ("ABC-1234567-6", True, OLD)


async def test_amendment_asks_planning_for_everything_that_it_was_asked_for(world: World) -> None:
    process = await world.process()
    await executed(process)
    request = execution_pb2.AmendExportRequest(export_id=OLD)
    given: dict[str, Any] = {
        "reason": "r",
        "entry_date": "2026-11-27",
        "on_blocked": "exclude",
        "dry_run": True,
        "after_entry": True,
        "idempotency_key": "k",
        **{field.name: [field.name] for field in request.DESCRIPTOR.fields if field.is_repeated},
    }
    assert {field.name for field in request.DESCRIPTOR.fields} == {"export_id", *given}
    request.MergeFrom(execution_pb2.AmendExportRequest(**given))
    await process.amendments.amend(LIVE, request)
    [asked] = world.planning.amendments
    assert {name: getattr(asked, name) for name in given} == given
