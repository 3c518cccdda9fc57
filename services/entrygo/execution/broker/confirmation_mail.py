"""The mail that asks a recipient whether it takes an account's packages, as bytes. Pure.

Nothing in it was written by the account: it goes to people who have not agreed to hear from it.
"""

from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from entrygo.domain.principal import Tenant
from entrygo.domain.time import rfc3339
from entrygo.execution.broker.recipients import Recipient
from entrygo.execution.broker.signed_links import Link

SUBJECT = "Please confirm that you take customs packages by e-mail"


def compose_confirmation(
    recipient: Recipient, tenant: Tenant, *, sender: str, link: Link, written_at: datetime
) -> bytes:
    """The MIME bytes of one question; `recipient.asks` counts the earlier ones."""
    message = EmailMessage(policy=SMTP)
    message["From"] = sender
    message["To"] = recipient.address
    message["Subject"] = SUBJECT
    message["Date"] = format_datetime(written_at)
    message["Message-ID"] = f"<{recipient.id}.{recipient.asks}@{sender.rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(
        f"The account {tenant.account_id} wants to send customs packages for broker review, or notices of its"
        f" webhooks, to this address ({recipient.address}).\n\n"
        "Nothing is sent before you agree. Please say here, without an account, whether you take them,"
        f" until {rfc3339(link.expires_at)[:10]}:\n\n{link.url}\n\n"
        'If you do not know what this is about, choose "No" on that page, or do nothing.\n'
    )
    return message.as_bytes()
