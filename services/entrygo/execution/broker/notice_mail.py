"""The mail that says that a webhook was disabled, as bytes, and when it is tried again. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import format_datetime

from entrygo.domain.principal import Tenant
from entrygo.execution.broker.channels.base import Outcome
from entrygo.execution.broker.mime import mail_bytes

# After each attempt that did not surely arrive; with the first, five in some thirty hours.
PAUSES = (timedelta(minutes=1), timedelta(minutes=15), timedelta(hours=4), timedelta(hours=24))


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookNotice:
    """What is said of a disabled webhook, and to whom; `host` is all that is said of its URL."""

    id: str
    recipient: str
    webhook_id: str
    host: str
    reason: str
    # RFC 3339, UTC.
    failing_since: str


def compose_notice(
    notice: WebhookNotice, tenant: Tenant, *, sender: str, public_url: str, written_at: datetime
) -> bytes:
    """The MIME bytes; every attempt sends these. ValueError for a header with a line break."""
    page = f"{public_url.rstrip('/')}/setup/webhooks/{notice.webhook_id}"
    head = (
        ("From", sender),
        ("To", notice.recipient),
        ("Subject", f"Webhook disabled: {notice.host}"),
        ("Date", format_datetime(written_at)),
        ("Message-ID", f"<{notice.id}@{sender.rpartition('@')[2]}>"),
        ("Auto-Submitted", "auto-generated"),
    )
    text = (
        f"EntryGo no longer sends the events of account {tenant.account_id} to {notice.host}:"
        f" the webhook {notice.webhook_id} is disabled.\n\n"
        f"Failing since: {notice.failing_since}\n"
        f"Why: {notice.reason}\n\n"
        "What happens meanwhile is held. Once the receiver works, enable the webhook and send what was held,"
        f" on its page\n\n{page}\n\nor on the command line:\n\n"
        f"entrygo webhooks enable {notice.webhook_id}\nentrygo webhooks replay {notice.webhook_id}\n"
    )
    return mail_bytes(head, text, (), "")


def pause_after(outcome: Outcome, attempts: int) -> timedelta | None:
    """How long to wait after so many attempts (1 or more); None: there is no other.

    One that may have arrived is tried again, unlike a package: the same Message-ID twice does no harm, a
    notice that nobody got does.
    """
    if outcome in (Outcome.SENT, Outcome.REFUSED) or attempts > len(PAUSES):
        return None
    return PAUSES[attempts - 1]
