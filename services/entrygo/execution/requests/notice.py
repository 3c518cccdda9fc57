"""Reads what inspection asks to be mailed of a webhook."""

from entrygo.execution.broker.channels.base import shortened
from entrygo.execution.broker.notice_mail import WebhookNotice
from entrygo.proto.execution.v1 import execution_pb2
from entrygo.requests.email_address import email
from entrygo.requests.issues import Issues
from entrygo.requests.texts import public_id, text

MAX_HOST = 300  # characters, a port included


def read_notice(request: execution_pb2.MailWebhookNoticeRequest) -> WebhookNotice:
    """ValidationFailed with everything that is wrong with it."""
    issues = Issues()
    notice_id = issues.take(public_id, request.id, "id")
    recipient = issues.take(email, request.recipient, "recipient")
    webhook_id = issues.take(public_id, request.webhook_id, "webhookId")
    host = issues.take(text(MAX_HOST), request.host, "host")
    issues.check()
    return WebhookNotice(
        id=notice_id or "",
        recipient=recipient or "",
        webhook_id=webhook_id or "",
        host=shortened(host or ""),
        # A receiver's own words are in it.
        reason=shortened(request.reason),
        failing_since=shortened(request.failing_since),
    )
