"""From a broker's record to its server: what is frozen, where it goes, what test mode does instead."""

import asyncio
import io
import json
import zipfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote

import pytest

from entrygo.domain.errors import ServiceUnavailable
from entrygo.domain.facts import Broker, HttpsEndpoint
from entrygo.domain.principal import Visible
from entrygo.execution.broker.answers import Answer
from entrygo.execution.broker.channels.base import BeforeData, Delivery, Outcome, Result
from entrygo.execution.broker.noted_answers import NoteCommand
from entrygo.execution.broker.resubmission import ResubmitCommand
from entrygo.execution.state.records import SubmissionStatus
from entrygo.postgres.pool import transaction
from entrygo.proto.events.v1 import events_pb2
from tests.contract.post import HOST, PASSWORD, USER, post
from tests.contract.sides import CREDENTIALS, SftpServer, UploadServer, sftp_server, upload_server
from tests.harness.certificates import Authority
from tests.integration.execution.channels import AGAIN
from tests.integration.execution.world import LIVE, TEST, Process, World
from tests.unit.execution.snapshots import make_snapshot


def use_broker(world: World, **changes: object) -> None:
    broker = make_snapshot().broker.model_dump() | changes
    world.planning.snapshots["batch_123"] = make_snapshot(broker=Broker.model_validate(broker))


def to_upload(world: World, server: UploadServer) -> None:
    use_broker(world, channel="https", https=HttpsEndpoint(url=f"{server.url}?key=k", credential="upload"))


def to_sftp(world: World, server: SftpServer) -> None:
    use_broker(world, channel="sftp", sftp=server.endpoint())


async def submission(process: Process, visible: Visible = LIVE) -> events_pb2.BrokerSubmission:
    last = (await process.events(visible=visible))[-1]
    return last.broker_submission_changed.broker_submission


@pytest.fixture
def uploading(make_world: Callable[..., World]) -> World:
    return make_world(broker_allow_private=True, broker_credentials=CREDENTIALS)


async def test_a_package_is_uploaded_to_a_broker_who_takes_https(uploading: World, tmp_path: Path) -> None:
    async with upload_server(tmp_path, tls=False) as server:
        to_upload(uploading, server)
        process = await uploading.process()
        answer = await process.answer()
    sent = answer.broker_submission
    assert (sent.submission_type, sent.status) == ("HTTPS", "sent")
    assert sent.destination == server.url, "without the query, which may hold a secret"
    [(headers, body)] = server.requests
    assert headers["idempotency-key"] == sent.id
    assert headers["authorization"] == "Bearer upload-secret"
    documents = [each for each in answer.artifacts if each.artifact_type != "package_zip"]
    assert all(each.sha256.encode() in body for each in documents)
    assert uploading.sink.mails == []


async def test_an_upload_that_is_tried_again_sends_the_same_bytes_under_the_same_name(
    uploading: World, tmp_path: Path
) -> None:
    async with upload_server(tmp_path, tls=False) as server:
        server.status = 503
        to_upload(uploading, server)
        process = await uploading.process()
        await process.execute()
        assert (await submission(process)).status == "prepared"
        server.status = 201
        await uploading.pass_time(timedelta(minutes=10))
        await process.deliver_due()
        assert (await submission(process)).status == "sent"
    (first_headers, first), (second_headers, second) = server.requests
    assert first == second
    assert first_headers["idempotency-key"] == second_headers["idempotency-key"]


async def test_a_package_is_put_on_the_server_of_a_broker_who_takes_sftp(
    uploading: World, tmp_path: Path
) -> None:
    folder = tmp_path / "broker"
    folder.mkdir()
    async with sftp_server(folder) as server:
        to_sftp(uploading, server)
        process = await uploading.process()
        answer = await process.answer()
        [(name, content)] = server.files().items()
    sent = answer.broker_submission
    assert (sent.submission_type, sent.status) == ("SFTP", "sent")
    assert sent.destination == f"sftp://127.0.0.1:{server.port}/in"
    assert name == f"cp_ch100001-{sent.id}.zip"
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert json.loads(archive.read("submission.json"))["submission_id"] == sent.id


def correct_broker(world: World, **changes: object) -> None:
    """The record at sync changes; the snapshot of the plan does not."""
    broker = world.planning.snapshots["batch_123"].broker.model_dump() | changes
    world.brokers.changed = Broker.model_validate(broker)


async def test_a_package_that_is_sent_again_goes_to_the_address_that_was_corrected(world: World) -> None:
    process = await world.process()
    world.sink.answers = ["550 no such user"]
    assert (await process.answer()).broker_submission.status == "failed"
    correct_broker(world, email="entries@broker.example")
    await process.resubmit(AGAIN)
    await process.deliver_due()
    [mail] = world.sink.mails
    assert mail.recipients == ("entries@broker.example",)
    assert mail.message["To"] == "entries@broker.example"
    last = await submission(process)
    assert (last.status, last.recipient_email) == ("sent", "entries@broker.example")


async def test_a_package_that_is_sent_again_goes_the_way_that_the_broker_takes_by_now(
    uploading: World, tmp_path: Path
) -> None:
    uploading.sink.answers = ["550 no such user"]
    process = await uploading.process()
    await process.execute()
    async with upload_server(tmp_path, tls=False) as server:
        correct_broker(uploading, channel="https", https=HttpsEndpoint(url=server.url, credential="upload"))
        await process.resubmit(AGAIN)
        await process.deliver_due()
    assert (await submission(process)).submission_type == "HTTPS"
    assert [headers["authorization"] for headers, _ in server.requests] == ["Bearer upload-secret"]


async def test_nothing_is_sent_again_while_the_brokers_record_cannot_be_read(world: World) -> None:
    process = await world.process()
    await process.execute()
    world.brokers.is_away = True
    with pytest.raises(ServiceUnavailable):
        await process.resubmit(AGAIN)
    assert await process.count("broker_submissions") == 1


async def test_a_submission_from_before_brokers_were_named_goes_where_it_went(world: World) -> None:
    process = await world.process()
    await process.execute()
    async with transaction(process.pool, LIVE) as connection:
        await connection.execute("UPDATE broker_submissions SET broker_id = ''")
    correct_broker(world, email="entries@broker.example")
    await process.resubmit(AGAIN)
    await process.deliver_due()
    assert [mail.recipients for mail in world.sink.mails] == [("broker@example.com",)] * 2


async def test_a_mail_waits_until_the_operator_has_put_the_password_right(
    make_world: Callable[..., World], tmp_path: Path
) -> None:
    authority = Authority(tmp_path)

    def world_with(password: str, port: int) -> World:
        login = f"{quote(USER, safe='')}:{quote(password, safe='')}"
        return make_world(smtp_url=f"smtps://{login}@{HOST}:{port}", smtp_ca_file=str(authority.file))

    async with post(authority.server(HOST), security="tls") as office:
        process = await world_with("not-this-one", office.port).process()
        answer = await process.answer()
        assert (answer.status, answer.broker_submission.status) == ("COMPLETED", "prepared")
        assert answer.broker_submission.error_message.startswith("535")
        assert "not-this-one" not in str(answer)
        repaired = world_with(PASSWORD, office.port)
        await repaired.pass_time(timedelta(minutes=2))
        process = await repaired.process()
        await process.deliver_due()
        assert (await submission(process)).status == "sent"
    assert len(office.sink.mails) == 1


class MeetsAtTheDoor:
    """Fails each first attempt; takes the second ones only when two are there at once."""

    def __init__(self) -> None:
        self._door = asyncio.Barrier(2)

    async def submit(self, delivery: Delivery, before_data: BeforeData) -> Result:
        if delivery.attempt == 1:
            return Result(Outcome.TRANSIENT, "later")
        async with asyncio.timeout(5):
            await self._door.wait()
        await before_data()
        return Result(Outcome.SENT, "both")

    async def close(self) -> None:
        return None


async def test_a_broker_whose_server_is_slow_holds_up_no_other(world: World) -> None:
    world.planning.snapshots["batch_456"] = make_snapshot()
    process = await world.process(channel=MeetsAtTheDoor())
    await process.execute("key-1", "batch_123")
    await process.execute("key-2", "batch_456")
    await world.pass_time(timedelta(minutes=2))
    await process.deliver_due()
    assert [(await process.events(id))[-1].type for id in ("batch_123", "batch_456")] == [
        "broker_submission.sent"
    ] * 2


async def test_what_the_server_says_of_a_package_that_it_takes_is_kept(
    uploading: World, tmp_path: Path
) -> None:
    async with upload_server(tmp_path, tls=False) as server:
        server.status, server.text = 200, '{"status": "ERROR",\n"receipt": "R-17"}' + "x" * 1000
        to_upload(uploading, server)
        process = await uploading.process()
        await process.execute()
    kept = await submission(process)
    assert (kept.status, len(kept.server_answer)) == ("sent", 500)
    assert kept.server_answer.startswith('200 OK {"status": "ERROR", "receipt": "R-17"}x')
    number = Answer(status=SubmissionStatus.ACKNOWLEDGED, noted_by="Dana Lee", note="Kim, on the phone")
    command = NoteCommand(visible=LIVE, export_id="batch_123", answer=number, key="n", fingerprint=b"n")
    await process.noted_answers.note(command)
    noted = await submission(process)
    assert (noted.status, noted.server_answer) == ("acknowledged", kept.server_answer)


async def test_the_name_that_a_mail_server_gives_a_mail_is_kept(world: World) -> None:
    world.sink.answers = ["250 2.0.0 Ok: queued as 4fXyz12Q7z"]
    process = await world.process()
    await process.execute()
    kept = await submission(process)
    assert (kept.status, kept.server_answer) == ("sent", "250 2.0.0 Ok: queued as 4fXyz12Q7z")


async def test_what_no_server_has_taken_has_no_answer_of_one(uploading: World, tmp_path: Path) -> None:
    async with upload_server(tmp_path, tls=False) as server:
        server.status = 422
        to_upload(uploading, server)
        process = await uploading.process()
        await process.execute()
    refused = await submission(process)
    assert (refused.status, refused.server_answer) == ("failed", "")
    assert refused.error_message.startswith("422")


async def test_no_secret_reaches_the_database_or_an_event(uploading: World, tmp_path: Path) -> None:
    async with upload_server(tmp_path, tls=False) as server:
        server.text = "taken with upload-secret"
        to_upload(uploading, server)
        process = await uploading.process()
        await process.execute()
    events = b"".join([event.SerializeToString() for event in await process.events()])
    async with transaction(process.pool, LIVE) as connection:
        [row] = await connection.fetch("SELECT broker_submissions::text FROM broker_submissions")
    assert b"upload-secret" not in events
    assert "upload-secret" not in row[0]
    assert server.url in row[0]


@pytest.mark.parametrize(
    ("recipient", "first", "later"),
    [
        ("accept@broker.example", "sent", "acknowledged"),
        ("reject+mid@broker.example", "sent", "rejected"),
        ("bounce@broker.example", "sent", "failed"),
        ("refuse@broker.example", "failed", "failed"),
        ("timeout@broker.example", "prepared", "prepared"),
        ("hangup@broker.example", "unknown", "unknown"),
        ("broker@broker.example", "sent", "sent"),
    ],
)
async def test_the_simulated_broker_does_what_its_address_says(
    world: World, recipient: str, first: str, later: str
) -> None:
    use_broker(world, email=recipient)
    process = await world.process()
    answer = await process.answer(visible=TEST)
    assert answer.broker_submission.status == first
    for _ in range(3):
        await world.pass_time(timedelta(seconds=2))
        await process.deliver_due()
    assert (await submission(process, TEST)).status == later
    assert world.sink.mails == []


async def test_the_simulated_broker_gives_what_a_broker_would(world: World) -> None:
    use_broker(world, email="accept@broker.example")
    process = await world.process()
    await process.execute(visible=TEST)
    await world.pass_time(timedelta(seconds=2))
    await process.deliver_due()
    last = (await process.events(visible=TEST))[-1]
    assert last.type == "broker_submission.acknowledged"
    assert last.broker_submission_changed.broker_submission.entry_number == "TST-0000001-8"
    assert last.broker_submission_changed.customs_package_state == "acknowledged_by_broker"


async def test_a_bounce_says_why_and_can_be_sent_again(world: World) -> None:
    use_broker(world, email="bounce@broker.example")
    process = await world.process()
    await process.execute(visible=TEST)
    await world.pass_time(timedelta(seconds=2))
    await process.deliver_due()
    last = (await process.events(visible=TEST))[-1].broker_submission_changed
    assert last.broker_submission.error_message.startswith("Simulated: 550")
    assert last.customs_package_state == "broker_submission_failed"
    assert last.notification_status == "failed"
    command = ResubmitCommand(visible=TEST, export_id="batch_123", reason="r", key="", fingerprint=b"")
    await process.resubmit(command)
    assert (await submission(process, TEST)).status == "prepared"


async def test_a_live_account_is_never_answered_by_the_simulation(world: World) -> None:
    use_broker(world, email="reject@broker.example")
    process = await world.process()
    await process.execute()
    await world.pass_time(timedelta(minutes=1))
    await process.deliver_due()
    assert (await submission(process)).status == "sent"
    assert len(world.sink.mails) == 1


async def test_a_submission_that_was_replaced_is_no_longer_answered(world: World) -> None:
    use_broker(world, email="reject@broker.example")
    process = await world.process()
    await process.execute(visible=TEST)
    command = ResubmitCommand(visible=TEST, export_id="batch_123", reason="r", key="", fingerprint=b"")
    await process.resubmit(command)
    await world.pass_time(timedelta(seconds=2))
    await process.deliver_due()
    assert (await submission(process, TEST)).status == "sent", "the answer to the first one is void"
    await world.pass_time(timedelta(seconds=2))
    await process.deliver_due()
    events = [event.type.rpartition(".")[2] for event in await process.events(visible=TEST)]
    assert events[3:] == ["prepared", "sending", "sent", "prepared", "sending", "sent", "rejected"]
