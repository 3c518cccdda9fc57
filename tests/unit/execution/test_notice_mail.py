"""The mail that says that a webhook was disabled: what it says, what cannot be put into it, when again."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.policy import default

import pytest

from entrygo.domain.errors import ValidationFailed
from entrygo.domain.principal import Mode, Tenant
from entrygo.execution.broker.channels.base import Outcome
from entrygo.execution.broker.notice_mail import WebhookNotice, compose_notice, pause_after
from entrygo.execution.requests.notice import read_notice
from entrygo.proto.execution.v1 import execution_pb2

NOTICE = WebhookNotice(
    id="evt_1",
    recipient="ops@example.com",
    webhook_id="wh_1",
    host="wms.example.com:8443",
    reason="Every attempt failed for 5 days: 503 Busy",
    failing_since="2026-03-06T16:10:00.000Z",
)
REQUEST = execution_pb2.MailWebhookNoticeRequest(
    id="evt_1", recipient="ops@example.com", webhook_id="wh_1", host="wms.example.com"
)


def composed(notice: WebhookNotice) -> bytes:
    return compose_notice(
        notice,
        Tenant("acc_123", Mode.LIVE),
        sender="entrygo@broker.example",
        public_url="https://entrygo.example/",
        written_at=datetime(2026, 3, 11, 16, 10, tzinfo=UTC),
    )


def test_it_says_which_since_when_why_and_how_to_enable_it_again() -> None:
    mail = message_from_bytes(composed(NOTICE), policy=default)
    assert mail["To"] == "ops@example.com"
    assert mail["Subject"] == "Webhook disabled: wms.example.com:8443"
    assert mail["Message-ID"] == "<evt_1@broker.example>"
    assert mail["Auto-Submitted"] == "auto-generated"
    body = mail.get_body(("plain",))
    assert body is not None
    text = body.get_content()
    for said in (
        "account acc_123",
        "Failing since: 2026-03-06T16:10:00.000Z",
        "Every attempt failed for 5 days: 503 Busy",
        "https://entrygo.example/setup/webhooks/wh_1",
        "entrygo webhooks enable wh_1",
        "entrygo webhooks replay wh_1",
    ):
        assert said in text


@pytest.mark.parametrize("field", ["host", "recipient", "id"])
def test_no_header_has_a_line_break(field: str) -> None:
    broken = replace(NOTICE, **{field: "a\r\nBcc: eve@example.com"})
    with pytest.raises(ValueError, match=r"linefeed|newline"):
        composed(broken)


def test_an_answer_of_the_receiver_is_one_printable_line() -> None:
    request = execution_pb2.MailWebhookNoticeRequest()
    request.CopyFrom(REQUEST)
    request.reason = "500\r\n\x1b[31mred\r\n.\r\n" + "x" * 10_000
    reason = read_notice(request).reason
    assert reason.isprintable()
    assert len(reason) == 500


def test_everything_wrong_with_what_is_asked_is_named_at_once() -> None:
    wrong = execution_pb2.MailWebhookNoticeRequest(
        id="evt_1\r\n", recipient="ops@example.com\r\nBcc: eve@example.com", webhook_id="", host="a\nb"
    )
    with pytest.raises(ValidationFailed) as failed:
        read_notice(wrong)
    assert {issue["path"] for issue in (failed.value.details or {})["issues"]} == {
        "id", "recipient", "webhookId", "host",
    }  # fmt: skip


def test_what_may_not_have_arrived_is_tried_five_times_within_two_days() -> None:
    for outcome in (Outcome.TRANSIENT, Outcome.UNKNOWN):
        pauses = [pause_after(outcome, attempts) for attempts in range(1, 6)]
        assert pauses[-1] is None
        assert all(pauses[:-1])
        assert sum((pause for pause in pauses if pause), timedelta()) < timedelta(days=2)


@pytest.mark.parametrize("outcome", [Outcome.SENT, Outcome.REFUSED])
def test_what_arrived_or_was_refused_for_good_is_not_tried_again(outcome: Outcome) -> None:
    assert pause_after(outcome, 1) is None
