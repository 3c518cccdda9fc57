"""The store of documents, a real S3 server, goes away and comes back: nothing is lost or half done."""

from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from pathlib import Path

import obstore
import pytest
import pytest_asyncio

from entrygo.domain.errors import ServiceUnavailable
from entrygo.domain.lifecycle import State
from entrygo.execution.broker.delivery import CONTENT_UNREADABLE
from entrygo.execution.broker.resubmission import ResubmitCommand
from entrygo.execution.objects import cloud
from tests.harness.network import Way, Weather, way_to
from tests.harness.object_store import BUCKET, S3Server
from tests.harness.processes import LOOPBACK
from tests.integration.execution.world import LIVE, Process, World

RESUBMIT = ResubmitCommand(visible=LIVE, export_id="batch_123", reason="r", key="again", fingerprint=b"")
WRITTEN_WITH_THE_DOCUMENTS = ("artifacts", "notifications", "broker_submissions", "event_log")


@pytest_asyncio.fixture
async def way(s3: S3Server, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Way]:
    monkeypatch.setattr(cloud, "RETRY_FOR", timedelta(milliseconds=300))
    async with way_to(s3.port) as way:
        for name, value in s3.environment.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://{LOOPBACK}:{way.port}")
        yield way


@pytest.fixture
def on_s3(way: Way, make_world: Callable[..., World], tmp_path: Path) -> World:
    return make_world(artifacts_url=f"s3://{BUCKET}/{tmp_path.name}", artifacts_allow_http=True)


async def stored(s3: S3Server, folder: Path) -> int:
    return sum([len(page) async for page in obstore.list(s3.store(folder.name))])


async def last_submission(process: Process) -> tuple[str, str]:
    last = (await process.events())[-1].broker_submission_changed.broker_submission
    return last.status, last.error_message


async def test_an_export_is_executed_with_its_documents_in_s3(
    on_s3: World, s3: S3Server, tmp_path: Path
) -> None:
    answer = await (await on_s3.process()).answer()
    assert answer.status == "COMPLETED"
    # The documents, the package as a ZIP and the mail; the ZIP is one of the documents.
    assert await stored(s3, tmp_path) == len(answer.artifacts) + 1
    assert len(on_s3.sink.mails) == 1


@pytest.mark.parametrize("answers", [0, 7])
async def test_an_execute_whose_store_is_away_is_an_outage_and_the_same_key_completes_it(
    on_s3: World, way: Way, s3: S3Server, tmp_path: Path, answers: int
) -> None:
    process = await on_s3.process()
    way.answers_left = answers or None
    if not answers:
        way.turn(Weather.REFUSES)
    with pytest.raises(ServiceUnavailable):
        await process.execute()
    assert on_s3.planning.states["batch_123"] is State.EXECUTING
    assert bool(await stored(s3, tmp_path)) is bool(answers)
    assert [await process.count(table) for table in WRITTEN_WITH_THE_DOCUMENTS] == [0, 0, 0, 0]
    way.turn(Weather.FAIR)
    answer = await process.answer()
    assert (answer.status, answer.broker_submission.status) == ("COMPLETED", "sent")
    assert len(on_s3.sink.mails) == 1


async def test_the_background_completes_it_and_makes_the_documents_no_more_than_once_a_lease(
    on_s3: World, way: Way
) -> None:
    process = await on_s3.process()
    way.turn(Weather.REFUSES)
    with pytest.raises(ServiceUnavailable):
        await process.execute()
    assert await process.executions.recover(10) == 1
    await process.executions.drain(10)
    assert await process.executions.recover(10) == 0
    way.turn(Weather.FAIR)
    await on_s3.pass_lease()
    assert await process.executions.recover(10) == 1
    await process.executions.drain(10)
    assert on_s3.planning.states["batch_123"] is State.COMPLETED
    assert len(on_s3.sink.mails) == 1


async def test_a_submission_whose_content_cannot_be_read_waits_and_is_sent_later(
    on_s3: World, way: Way
) -> None:
    process = await on_s3.process()
    on_s3.sink.answers = ["451 later"]
    await process.execute()
    way.turn(Weather.REFUSES)
    await on_s3.pass_time(timedelta(minutes=2))
    await process.deliver_due()
    assert await last_submission(process) == ("prepared", CONTENT_UNREADABLE)
    way.turn(Weather.FAIR)
    await on_s3.pass_time(timedelta(minutes=10))
    await process.deliver_due()
    assert (await last_submission(process))[0] == "sent"
    assert len(on_s3.sink.mails) == 1


async def test_sending_again_while_the_store_is_away_changes_nothing_and_frees_the_key(
    on_s3: World, way: Way
) -> None:
    process = await on_s3.process()
    await process.execute()
    way.turn(Weather.REFUSES)
    with pytest.raises(ServiceUnavailable):
        await process.resubmit(RESUBMIT)
    assert await process.count("broker_submissions") == 1
    way.turn(Weather.FAIR)
    await process.resubmit(RESUBMIT)
    assert await process.count("broker_submissions") == 2
