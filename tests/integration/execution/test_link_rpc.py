"""The RPCs of signed links over gRPC: no key, the token alone, and no way from it to anything else."""

import re
from hashlib import sha256

import pytest

from entrygo.domain.errors import EntryGoError
from entrygo.execution.requests.fields import MAX_REASON_LENGTH
from entrygo.proto.execution.v1 import execution_pb2
from entrygo.rpc.errors import remote
from tests.harness.mail import SmtpSink
from tests.integration.execution import test_rpc
from tests.integration.execution.test_rpc import Client

client = test_rpc.client
Answer = execution_pb2.AnswerBrokerLinkRequest


@pytest.fixture
async def token(client: Client, smtp_sink: SmtpSink) -> str:
    await client.execute()
    body = smtp_sink.mails[0].message.get_body(("plain",))
    assert body is not None
    found = re.search(r"http://localhost:3000/broker/(\S+)", body.get_content())
    assert found is not None
    return found[1]


async def answer(client: Client, request: Answer) -> execution_pb2.BrokerLink:
    with remote("execution"):
        found: execution_pb2.BrokerLink = await client.stub.AnswerBrokerLink(request, timeout=10)
    return found


async def test_a_link_needs_no_key_and_shows_its_submission(client: Client, token: str) -> None:
    request = execution_pb2.FindBrokerLinkRequest(token=token)
    link = await client.stub.FindBrokerLink(request, timeout=10)
    assert (link.mode, link.export_id, link.package_number) == ("live", "batch_123", "cp_ch100001")
    assert link.broker_submission.status == "sent"
    chunks = [chunk async for chunk in client.stub.GetBrokerPack(request, timeout=10)]
    content = b"".join(chunk.content for chunk in chunks[1:])
    assert chunks[0].artifact.sha256 == sha256(content).hexdigest()
    assert chunks[0].artifact.filename == "cp_ch100001.zip"


async def test_an_entry_number_is_kept_as_form_7501_prints_it(client: Client, token: str) -> None:
    request = Answer(token=token, acknowledged=Answer.Acknowledged(entry_number=" abc 12345676 "))
    link = await answer(client, request)
    assert link.broker_submission.entry_number == "ABC-1234567-6"


async def test_a_reason_is_kept_as_one_line_of_text(client: Client, token: str) -> None:
    request = Answer(token=token, rejected=Answer.Rejected(reason=" a\r\n\x00b\u202ec "))
    assert (await answer(client, request)).broker_submission.broker_reason == "a b c"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({}, "answer"),
        ({"acknowledged": Answer.Acknowledged(entry_number="ABC-123")}, "entryNumber"),
        ({"acknowledged": Answer.Acknowledged(entry_number="ABC-1234567-6\nx")}, "entryNumber"),
        ({"rejected": Answer.Rejected(reason=" \n ")}, "reason"),
        ({"rejected": Answer.Rejected(reason="x" * (MAX_REASON_LENGTH + 1))}, "reason"),
    ],
)
async def test_an_answer_that_is_none_changes_nothing(
    client: Client, token: str, changes: dict[str, object], field: str
) -> None:
    with pytest.raises(EntryGoError) as caught:
        await answer(client, Answer(token=token, **changes))  # type: ignore[arg-type]
    assert (caught.value.error_code, caught.value.field) == ("VALIDATION_ERROR", field)
    found = await client.stub.FindBrokerLink(execution_pb2.FindBrokerLinkRequest(token=token), timeout=10)
    assert found.broker_submission.status == "sent"


async def test_a_token_that_was_not_signed_learns_nothing_about_its_answer(client: Client) -> None:
    for request in (Answer(token="a.b"), Answer(token="a.b", rejected=Answer.Rejected(reason="x"))):
        with pytest.raises(EntryGoError) as caught:
            await answer(client, request)
        assert caught.value.error_code == "LINK_NOT_VALID"


async def test_a_token_opens_no_other_rpc(client: Client, token: str) -> None:
    artifact = execution_pb2.GetArtifactRequest(customs_package_id="cp_1", filename="manifest.json")
    metadata = (("authorization", f"Bearer {token}"),)
    with pytest.raises(EntryGoError) as caught, remote("execution"):
        _ = [chunk async for chunk in client.stub.GetArtifact(artifact, metadata=metadata, timeout=10)]
    assert caught.value.error_code == "INVALID_API_KEY"


async def test_what_was_entered_is_given_back_without_a_key_and_shown_to_the_holder(
    client: Client, token: str
) -> None:
    summary = execution_pb2.EntrySummary(entry_number="ABC-1234567-6", duty_usd="12.5", entry_type="11")
    given = Answer(token=token, summarized=Answer.Summarized(entry=1, summary=summary))
    link = await answer(client, given)
    [entry] = link.entries
    assert (entry.entry, entry.entry_number, entry.duty_usd) == (1, "ABC-1234567-6", "12.50")
    assert (entry.state, entry.given_by) == ("entered", "broker_link")
    assert (link.broker_submission.status, link.broker_submission.entry_number) == (
        "acknowledged",
        "ABC-1234567-6",
    )
    wrong = Answer(token=token, summarized=Answer.Summarized(entry=1))
    with pytest.raises(EntryGoError) as caught:
        await answer(client, wrong)
    assert (caught.value.error_code, caught.value.field) == ("VALIDATION_ERROR", "entryNumber")
