"""A broker that takes a submission an entry: each leaves once, is answered, sent again, withdrawn alone."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from decimal import Decimal

import pytest
from pydantic import SecretStr

from entrygo.domain.errors import EntryFiled, NotFound, ValidationFailed
from entrygo.domain.snapshot import Amendment, FiledEntry, PlannedEntry, Snapshot
from entrygo.execution.broker.answers import Answer
from entrygo.execution.broker.channels.base import Outcome
from entrygo.execution.broker.events import package_state_after
from entrygo.execution.broker.noted_answers import NoteCommand
from entrygo.execution.broker.resubmission import ResubmitCommand
from entrygo.execution.broker.signed_links import LinkReplaced
from entrygo.execution.requests.reconciliation import linked_command
from entrygo.execution.state.failpoints import AMBIGUOUS_FAILPOINTS, FAILPOINTS
from entrygo.execution.state.records import PackageState, SubmissionStatus
from entrygo.proto.execution.v1 import execution_pb2
from tests.integration.execution.channels import ScriptedChannel
from tests.integration.execution.test_broker_links import newest_token
from tests.integration.execution.test_withdrawing import content_of, package_state, subjects, text_of
from tests.integration.execution.world import LIVE, TEST, Process, World
from tests.unit.execution.snapshots import make_snapshot

NUMBERS = ("ABC-1234567-6", "ABC-1234568-4")
OLD, NEW = "batch_123", "batch_124"
NAME = "EntryGo broker submission cp_ch100001 entry"


def two_entries(**changes: object) -> Snapshot:
    """A plan whose two orders are an entry each."""
    entries = tuple(
        PlannedEntry(number=number, order_ids=(order_id,), lines=1, value_usd=Decimal(100), entry_type="11")
        for number, order_id in enumerate(("ord_123", "ord_124"), start=1)
    )
    found = make_snapshot(entries=entries, **changes)
    return found.model_copy(update={"broker": found.broker.model_copy(update={"submit_per": "entry"})})


@pytest.fixture
def world(make_world: Callable[..., World]) -> World:
    world = make_world(link_secret=SecretStr("s" * 32), public_url="https://entrygo.example")
    world.planning.snapshots[OLD] = two_entries()
    return world


def tokens(world: World) -> dict[int, str]:
    """The link of each entry's newest mail."""
    found = {}
    for mail in world.sink.mails:
        subject = str(mail.message["Subject"]).partition(":")[0]
        text = text_of(mail.message)
        token = text.partition("https://entrygo.example/broker/")[2].split()[0]
        found[int(subject[-1])] = token
    return found


def acknowledged(entry_number: str | None = None, numbers: Mapping[int, str] | None = None) -> Answer:
    return Answer(
        status=SubmissionStatus.ACKNOWLEDGED, entry_number=entry_number, entry_numbers=numbers or {}
    )


async def problem_of(refused: Awaitable[object]) -> str:
    """What is said to be wrong with a request that is refused."""
    with pytest.raises(ValidationFailed) as raised:
        await refused
    return str((raised.value.details or {})["issues"][0]["message"])


async def test_what_the_server_says_of_each_entrys_mail_is_kept_with_it(world: World) -> None:
    world.sink.answers = ["250 queued as A", "250 queued as B"]
    process = await world.process()
    await process.execute()
    sent = {
        event.broker_submission_changed.broker_submission.entry: event.broker_submission_changed
        for event in await process.events()
        if event.type == "broker_submission.sent"
    }
    said = {each.broker_submission.server_answer for each in sent.values()}
    assert (set(sent), said) == ({1, 2}, {"250 queued as A", "250 queued as B"})


async def test_each_entry_leaves_in_a_mail_of_its_own_with_its_documents_and_its_link(world: World) -> None:
    process = await world.process()
    answer = await process.answer()
    assert [each.entry for each in answer.broker_submissions] == [1, 2]
    assert [each.status for each in answer.broker_submissions] == ["sent", "sent"]
    assert answer.broker_submission == answer.broker_submissions[0]
    assert len(answer.notification_ids) == 3
    assert sorted(subjects(world)) == [f"{NAME} 1", f"{NAME} 2"]
    [second] = [each.message for each in world.sink.mails if "entry 2" in str(each.message["Subject"])]
    names = {part.get_filename() for part in second.iter_attachments()}
    assert names
    assert all(str(each).startswith("entry-2_") for each in names)
    for entry, token in tokens(world).items():
        found = await process.links.find(token)
        assert found.submission.entry == entry
        own = [each.filename for each in found.artifacts if each.filename.startswith("entry-")]
        assert own
        assert {each.partition("_")[0] for each in own} == {f"entry-{entry}"}


@pytest.mark.parametrize("point", FAILPOINTS)
async def test_whoever_dies_wherever_no_entry_leaves_twice(world: World, point: str) -> None:
    doomed = await world.crashed(point)
    await doomed.dispatcher.idle()
    survivor = await world.process()
    await world.pass_lease()
    await survivor.recovery.recover_executions()
    answer = await survivor.answer()
    await survivor.deliver_due()
    await survivor.deliver_due()
    sent = subjects(world)
    assert len(set(sent)) == len(sent), "none twice"
    if point not in AMBIGUOUS_FAILPOINTS:
        assert sorted(sent) == [f"{NAME} 1", f"{NAME} 2"]
        assert await package_state(survivor) == "sent_to_broker"
    else:
        assert await package_state(survivor) == "broker_submission_unknown"
    assert [each.entry for each in answer.broker_submissions] == [1, 2]
    assert await survivor.count("customs_packages") == 1
    assert await survivor.count("broker_submissions") == 2


async def test_the_package_stands_where_the_worst_of_its_entries_stands(world: World) -> None:
    process = await world.process()
    await process.execute()
    links = tokens(world)
    await process.links.answer(links[1], acknowledged(entry_number=NUMBERS[0]))
    assert await package_state(process) == "sent_to_broker"
    await process.links.answer(links[2], Answer(status=SubmissionStatus.REJECTED, reason="No MID."))
    assert await package_state(process) == "rejected_by_broker"
    await process.links.answer(links[2], acknowledged(entry_number=NUMBERS[1]))
    assert await package_state(process) == "acknowledged_by_broker"
    states = [
        each.broker_submission_changed.customs_package_state
        for each in await process.events()
        if each.HasField("broker_submission_changed")
    ]
    assert states[-3:] == ["sent_to_broker", "rejected_by_broker", "acknowledged_by_broker"]


async def test_two_answers_at_once_leave_the_package_where_both_stand(world: World) -> None:
    process = await world.process()
    await process.execute()
    links = tokens(world)
    await asyncio.gather(
        *(process.links.answer(links[n], acknowledged(entry_number=NUMBERS[n - 1])) for n in (1, 2))
    )
    assert await package_state(process) == "acknowledged_by_broker"


@pytest.mark.parametrize(
    ("statuses", "state"),
    [
        (("acknowledged", "acknowledged"), PackageState.ACKNOWLEDGED),
        (("acknowledged", "sent"), PackageState.SENT),
        (("sent", "sending"), PackageState.GENERATED),
        (("prepared", "acknowledged"), PackageState.GENERATED),
        (("unknown", "sending"), PackageState.UNKNOWN),
        (("failed", "unknown"), PackageState.FAILED),
        (("rejected", "failed"), PackageState.REJECTED),
    ],
)
def test_worst_comes_first(statuses: tuple[str, ...], state: PackageState) -> None:
    assert package_state_after(map(SubmissionStatus, statuses)) is state
    assert package_state_after(map(SubmissionStatus, reversed(statuses))) is state


async def test_an_answer_is_of_the_entry_of_its_link_alone(world: World) -> None:
    process = await world.process()
    await process.execute()
    links = tokens(world)
    found = await process.links.answer(links[2], acknowledged(entry_number=NUMBERS[1]))
    assert found.submission.entry_numbers == {2: NUMBERS[1]}
    assert (await process.links.find(links[1])).submission.status is SubmissionStatus.SENT
    of_another = acknowledged(numbers={2: NUMBERS[0]})
    assert "no entry 2" in await problem_of(process.links.answer(links[1], of_another))
    summarized = execution_pb2.AnswerBrokerLinkRequest.Summarized(
        entry=1, summary=execution_pb2.EntrySummary(entry_number=NUMBERS[0])
    )
    with pytest.raises(ValidationFailed) as refused:
        linked_command(found.submission, summarized)
    assert "This link is of entry 2" in str(refused.value.details)
    assert linked_command((await process.links.find(links[1])).submission, summarized).entry == 1


async def test_no_entry_takes_the_number_that_another_has_though_each_is_answered_alone(world: World) -> None:
    process = await world.process()
    await process.execute()
    links = tokens(world)
    await process.links.answer(links[2], acknowledged(entry_number=NUMBERS[0]))
    same = acknowledged(entry_number=NUMBERS[0])
    assert "Each entry has a number of its own" in await problem_of(process.links.answer(links[1], same))
    assert (await process.links.find(links[1])).submission.status is SubmissionStatus.SENT
    await process.links.answer(links[2], acknowledged(entry_number=NUMBERS[1]))
    taken = await process.links.answer(links[1], same)
    assert taken.submission.entry_numbers == {1: NUMBERS[0]}


async def test_one_entry_is_sent_again_and_the_others_link_lives_on(world: World) -> None:
    process = await world.process()
    await process.execute()
    links = tokens(world)
    again = ResubmitCommand(visible=LIVE, export_id=OLD, reason="r", key="", fingerprint=b"", entry=2)
    await process.resubmit(again)
    await process.deliver_due()
    assert subjects(world)[-1] == f"{NAME} 2"
    assert len(world.sink.mails) == 3
    with pytest.raises(LinkReplaced):
        await process.links.find(links[2])
    assert (await process.links.find(links[1])).submission.entry == 1
    assert (await process.links.find(newest_token(world))).submission.entry == 2


@pytest.mark.parametrize(("entry", "problem"), [(None, "say which"), (7, "no submission of entry 7")])
async def test_what_is_sent_again_has_to_be_named(world: World, entry: int | None, problem: str) -> None:
    process = await world.process()
    await process.execute()
    again = ResubmitCommand(visible=LIVE, export_id=OLD, reason="r", key="", fingerprint=b"", entry=entry)
    assert problem in await problem_of(process.resubmit(again))


async def test_a_package_that_went_as_a_whole_has_no_entry_to_name(world: World) -> None:
    world.planning.snapshots[OLD] = make_snapshot()
    process = await world.process()
    await process.execute()
    again = ResubmitCommand(visible=LIVE, export_id=OLD, reason="r", key="", fingerprint=b"", entry=1)
    assert "leave it out" in await problem_of(process.resubmit(again))


async def test_an_answer_is_noted_of_one_entry(world: World) -> None:
    process = await world.process(channel=ScriptedChannel(Outcome.UNKNOWN, Outcome.SENT))
    await process.execute()
    arrived = Answer(status=SubmissionStatus.SENT, noted_by="Dana", note="Kim, on the phone")
    unknown = [each.entry for each in (await process.answer()).broker_submissions if each.status == "unknown"]
    command = NoteCommand(
        visible=LIVE, export_id=OLD, answer=arrived, key="", fingerprint=b"", entry=unknown[0]
    )
    await process.noted_answers.note(command)
    assert await package_state(process) == "sent_to_broker"


async def test_a_withdrawal_is_said_of_each_entry_by_its_number(world: World) -> None:
    process = await world.process()
    await process.execute()
    await process.links.answer(tokens(world)[2], acknowledged(entry_number=NUMBERS[1]))
    answer = await process.withdraw()
    assert sorted(each.entry for each in answer.broker_notices) == [1, 2]
    await process.deliver_due()
    notices = {
        str(each.message["Subject"]).partition(":")[0][-1]: each.message
        for each in world.sink.mails
        if str(each.message["Subject"]).startswith("EntryGo withdrawal")
    }
    assert f"{NUMBERS[1]} (entry 2)" in text_of(notices["2"])
    assert NUMBERS[1] not in text_of(notices["1"])
    data = json.loads(content_of(notices["2"], "withdrawal_notice.json"))
    assert (data["entry"], data["entry_numbers"]) == (2, [{"entry": 2, "entry_number": NUMBERS[1]}])


async def test_the_simulated_broker_answers_each_entry_with_its_number(world: World) -> None:
    snapshot = two_entries()
    broker = snapshot.broker.model_copy(update={"email": "accept@example.com"})
    world.planning.snapshots[OLD] = snapshot.model_copy(update={"broker": broker, "mode": "test"})
    process = await world.process()
    await process.execute(visible=TEST)
    await world.pass_lease()
    await process.deliver_due()
    answered = [
        each.broker_submission_changed.broker_submission
        for each in await process.events(visible=TEST)
        if each.type == "broker_submission.acknowledged"
    ]
    numbers = [(each.entry, each.entry_number) for each in answered]
    assert sorted(numbers) == [(1, "TST-0000001-8"), (2, "TST-0000002-6")]


async def test_whole_package_takes_a_number_for_each_entry(world: World) -> None:
    snapshot = two_entries()
    whole = snapshot.model_copy(
        update={"broker": snapshot.broker.model_copy(update={"submit_per": "package"})}
    )
    world.planning.snapshots[OLD] = whole
    process = await world.process()
    await process.execute()
    token = newest_token(world)
    both = acknowledged(numbers=dict(enumerate(NUMBERS, start=1)))
    found = (await process.links.answer(token, both)).submission
    assert (found.entry_number, dict(found.entry_numbers)) == (NUMBERS[0], {1: NUMBERS[0], 2: NUMBERS[1]})
    for given, problem in (
        ({1: NUMBERS[1]}, "that given for entry 1 is another entry's"),
        ({3: "ABC-1234569-2"}, "no entry 3"),
        ({2: "XYZ-1234567-2"}, "files as ABC"),
    ):
        assert problem in await problem_of(process.links.answer(token, acknowledged(numbers=given)))
    torn = acknowledged(NUMBERS[1], {1: NUMBERS[0]})
    assert "another number of entry 1" in await problem_of(process.links.answer(token, torn))
    page = await process.entry_outcomes.find_packages(LIVE, NUMBERS[1].lower())
    assert [(each.export_id, list(each.entry_numbers)) for each in page.data] == [(OLD, list(NUMBERS))]
    await process.withdraw()
    await process.deliver_due()
    notice = " ".join(text_of(world.sink.mails[-1].message).split())
    assert f"{NUMBERS[0]} (entry 1), {NUMBERS[1]} (entry 2)" in notice


async def test_planning_is_asked_with_the_number_of_each_entry(world: World) -> None:
    process = await world.process()
    await process.execute()
    await process.links.answer(tokens(world)[2], acknowledged(entry_number=NUMBERS[1]))
    await process.amendments.amend(LIVE, execution_pb2.AmendExportRequest(export_id=OLD, reason="r"))
    [asked] = world.planning.amendments
    assert [(each.entry, each.entry_number) for each in asked.entry_numbers] == [(2, NUMBERS[1])]
    assert asked.entry_number == NUMBERS[1]


@pytest.mark.parametrize("known", [(1,), (1, 2)])
async def test_a_number_of_an_entry_that_the_correction_does_not_know_stops_it(
    world: World, known: tuple[int, ...]
) -> None:
    filed = tuple(FiledEntry(entry=each, entry_number=NUMBERS[each - 1]) for each in known)
    amendment = Amendment(supersedes=OLD, reason="r", after_entry=True, entry_number=NUMBERS[0], filed=filed)
    world.planning.snapshots[NEW] = two_entries(export_id=NEW, amendment=amendment)
    process = await world.process()
    await process.execute()
    links = tokens(world)
    for entry in (1, 2):
        await process.links.answer(links[entry], acknowledged(entry_number=NUMBERS[entry - 1]))
    if known == (1, 2):
        await process.execute("key-new", export_id=NEW)
        return
    with pytest.raises(EntryFiled) as refused:
        await process.execute("key-new", export_id=NEW)
    assert refused.value.details == {"entryNumber": NUMBERS[1]}


async def test_no_number_is_of_a_package_that_is_not_there(world: World) -> None:
    process: Process = await world.process()
    with pytest.raises(NotFound):
        await process.noted_answers.note(
            NoteCommand(visible=LIVE, export_id=OLD, answer=acknowledged(), key="", fingerprint=b"")
        )
