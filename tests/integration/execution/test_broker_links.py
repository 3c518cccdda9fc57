"""The signed link in the mail: what its holder sees and may do, and where it ends."""

import asyncio
import io
import re
import zipfile
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest
from pydantic import SecretStr

from entrygo.domain.errors import InvalidExportState, NotFound, RevisionLimitReached, ValidationFailed
from entrygo.domain.principal import Mode, Tenant
from entrygo.execution.broker.answers import MAX_ANSWERS, Answer
from entrygo.execution.broker.channels.base import Outcome
from entrygo.execution.broker.messages import summary_message
from entrygo.execution.broker.resubmission import ResubmitCommand
from entrygo.execution.broker.signed_links import LinkExpired, LinkNotValid, LinkReplaced
from entrygo.execution.state.records import SubmissionStatus
from entrygo.postgres.pool import transaction
from tests.integration.execution.channels import ScriptedChannel
from tests.integration.execution.world import LIVE, TEST, Process, World

ACKNOWLEDGED = Answer(status=SubmissionStatus.ACKNOWLEDGED)
REJECTED = Answer(status=SubmissionStatus.REJECTED, reason="The MID is missing.")
RESUBMIT = ResubmitCommand(
    visible=LIVE, export_id="batch_123", reason="corrected", key="again", fingerprint=b"r"
)
_LINK = re.compile(r"https://entrygo\.example/broker/(\S+)")


@pytest.fixture
def world(make_world: Callable[..., World]) -> World:
    return make_world(link_secret=SecretStr("s" * 32), public_url="https://entrygo.example")


def newest_token(world: World) -> str:
    body = world.sink.mails[-1].message.get_body(("plain",))
    assert body is not None
    found = _LINK.search(body.get_content())
    assert found is not None
    return found[1]


async def types(process: Process) -> list[str]:
    return [event.type.rpartition(".")[2] for event in await process.events()]


async def test_the_mail_carries_a_link_that_shows_the_package(world: World) -> None:
    process = await world.process()
    answer = await process.answer()
    found = await process.links.find(newest_token(world))
    assert found.submission.id == answer.broker_submission.id
    assert found.package.number == "cp_ch100001"
    *documents, archive = answer.artifacts
    assert [each.sha256 for each in found.artifacts] == [each.sha256 for each in documents]
    assert found.pack.sha256 == archive.sha256
    assert found.expires_at == world.now + timedelta(days=90)


async def test_the_link_says_in_short_what_is_shipped(world: World) -> None:
    process = await world.process()
    await process.execute()
    found = await process.links.find(newest_token(world))
    summary = summary_message(found.package.summary)
    assert summary is not None
    assert summary.orders == sum(entry.orders for entry in summary.entries) > 0
    assert Decimal(summary.value_usd) == sum(Decimal(entry.value_usd) for entry in summary.entries) > 0
    assert summary.shipper
    assert summary.arrives_on


async def test_a_document_behind_the_link_is_one_of_its_package(world: World) -> None:
    process = await world.process()
    await process.execute()
    found = await process.links.find(newest_token(world))
    assert found.document("manifest.json") in found.artifacts
    with pytest.raises(NotFound):
        found.document("customs_package.zip")


async def test_the_pack_behind_the_link_holds_every_document(world: World) -> None:
    process = await world.process()
    answer = await process.answer()
    found = await process.links.find(newest_token(world))
    content = await process.packages.objects.get(LIVE.tenant, found.pack.sha256)
    assert len(content) == found.pack.size_bytes
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert [*archive.namelist(), "customs_package.zip"] == [each.filename for each in answer.artifacts]


async def test_a_broker_acknowledges_and_later_gives_the_entry_number(world: World) -> None:
    process = await world.process()
    await process.execute()
    links, token = process.links, newest_token(world)
    first = await links.answer(token, ACKNOWLEDGED)
    assert (first.submission.status, first.submission.answered_at) == ("acknowledged", world.now)
    await links.answer(token, Answer(status=SubmissionStatus.ACKNOWLEDGED, entry_number="ABC-1234567-6"))
    last = (await process.events())[-1].broker_submission_changed
    assert last.broker_submission.entry_number == "ABC-1234567-6"
    assert last.broker_submission.answered_at == "2026-03-11T16:10:00.000Z"
    assert last.customs_package_state == "acknowledged_by_broker"
    assert last.notification_status == "sent"
    assert (await types(process))[-3:] == ["sent", "acknowledged", "acknowledged"]


async def test_an_entry_number_of_another_filer_than_the_brokers_record_names_is_not_taken(
    world: World,
) -> None:
    process = await world.process()
    await process.execute()
    links, token = process.links, newest_token(world)
    other = Answer(status=SubmissionStatus.ACKNOWLEDGED, entry_number="PA7-1234567-8")
    with pytest.raises(ValidationFailed) as caught:
        await links.answer(token, other)
    assert caught.value.field == "entryNumber"
    assert "files as ABC" in str(caught.value.details)
    assert (await types(process))[-1] == "sent"


async def test_a_broker_rejects_with_a_reason(world: World) -> None:
    process = await world.process()
    await process.execute()
    await process.links.answer(newest_token(world), REJECTED)
    last = (await process.events())[-1]
    assert last.type == "broker_submission.rejected"
    changed = last.broker_submission_changed
    assert changed.broker_submission.broker_reason == "The MID is missing."
    assert changed.customs_package_state == "rejected_by_broker"


async def test_the_same_answer_again_changes_nothing(world: World) -> None:
    process = await world.process()
    await process.execute()
    links, token = process.links, newest_token(world)
    await asyncio.gather(*(links.answer(token, REJECTED) for _ in range(8)))
    assert (await types(process)).count("rejected") == 1


async def test_a_broker_may_change_its_mind_but_not_without_end(world: World) -> None:
    process = await world.process()
    await process.execute()
    links, token = process.links, newest_token(world)
    for answer in (ACKNOWLEDGED, REJECTED) * (MAX_ANSWERS // 2):
        await links.answer(token, answer)
    with pytest.raises(RevisionLimitReached):
        await links.answer(token, ACKNOWLEDGED)
    assert (await links.find(token)).submission.status == "rejected"


async def test_an_acknowledgement_settles_what_we_did_not_know(world: World) -> None:
    channel = ScriptedChannel(Outcome.UNKNOWN)
    process = await world.process(channel=channel)
    await process.execute()
    token = _token_in(channel.deliveries[0].content)
    found = await process.links.answer(token, ACKNOWLEDGED)
    assert found.submission.status == "acknowledged"
    assert found.submission.error_message is None


async def test_an_acknowledged_submission_is_not_tried_again(world: World) -> None:
    channel = ScriptedChannel(Outcome.TRANSIENT, Outcome.SENT)
    process = await world.process(channel=channel)
    await process.execute()
    await process.links.answer(_token_in(channel.deliveries[0].content), ACKNOWLEDGED)
    last = (await process.events())[-1].broker_submission_changed.broker_submission
    assert not last.HasField("next_attempt_at")
    await world.pass_time(timedelta(hours=1))
    await process.deliver_due()
    assert len(channel.deliveries) == 1


async def test_nothing_is_answered_in_the_moment_of_sending(world: World) -> None:
    process = await world.process()
    await process.execute()
    async with transaction(process.pool, LIVE) as connection:
        await connection.execute("UPDATE broker_submissions SET status = 'sending'")
    with pytest.raises(InvalidExportState):
        await process.links.answer(newest_token(world), ACKNOWLEDGED)


async def test_a_rejected_package_is_sent_again_and_the_old_link_ends(world: World) -> None:
    process = await world.process()
    await process.execute()
    links, old = process.links, newest_token(world)
    await links.answer(old, REJECTED)
    await process.resubmit(RESUBMIT)
    await process.deliver_due()
    with pytest.raises(LinkReplaced):
        await links.find(old)
    with pytest.raises(LinkReplaced):
        await links.answer(old, ACKNOWLEDGED)
    found = await links.answer(newest_token(world), ACKNOWLEDGED)
    assert (found.submission.reason, found.submission.status) == ("corrected", "acknowledged")
    assert found.submission.broker_reason is None


async def test_a_link_is_of_no_use_after_its_time(world: World) -> None:
    process = await world.process()
    await process.execute()
    await world.pass_time(timedelta(days=90))
    with pytest.raises(LinkExpired):
        await process.links.find(newest_token(world))


async def test_a_link_of_another_account_or_mode_finds_nothing(world: World) -> None:
    process = await world.process()
    answer = await process.answer()
    signer = world.settings.links.signer()
    assert signer is not None
    for tenant in (TEST.tenant, Tenant("acc_999", Mode.LIVE)):
        link = signer.link(tenant, answer.customs_package_id, answer.broker_submission.id, world.now)
        with pytest.raises(LinkNotValid):
            await process.links.find(link.url.rpartition("/")[2])


async def test_a_deployment_without_a_secret_has_no_links(make_world: Callable[..., World]) -> None:
    plain = make_world()
    process = await plain.process()
    await process.execute()
    body = plain.sink.mails[-1].message.get_body(("plain",))
    assert body is not None
    assert "/broker/" not in body.get_content()
    with pytest.raises(LinkNotValid):
        await process.links.find("anything")


def _token_in(content: bytes) -> str:
    # Quoted-printable breaks long lines with a `=`.
    found = _LINK.search(content.decode().replace("=\r\n", ""))
    assert found is not None
    return found[1]
