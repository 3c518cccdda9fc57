"""The mail to the broker as bytes, composed once: every attempt sends the same. Pure, sends nothing."""

import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from entrygo.domain.principal import Tenant
from entrygo.domain.time import parse_rfc3339
from entrygo.execution.documents.base import NOTICE, RenderedArtifact
from entrygo.execution.email_address import parse_address
from entrygo.execution.invoice import PackageFacts

# Documents are text and shrink tenfold; many mail servers take no more than 10 MB, and base64 adds a third.
MAX_LOOSE_ATTACHMENTS = 5 * 1024 * 1024
_ZIP_EPOCH = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokerMail:
    """Whom a package goes to and what for; `recipient` is as the account gave it and may be unusable."""

    submission_id: str
    tenant: Tenant
    export_id: str
    package: PackageFacts
    sender: str
    recipient: str | None
    written_at: datetime
    reason: str = ""

    @property
    def subject(self) -> str:
        return f"EntryGo broker submission {self.package.number}"

    @property
    def message_id(self) -> str:
        """Equal on every attempt, so that a mailbox that compares ids keeps one copy."""
        return f"<{self.submission_id}.{self.tenant.account_id}@{self.sender.rpartition('@')[2]}>"


def compose(mail: BrokerMail, artifacts: Sequence[RenderedArtifact]) -> bytes:
    """The MIME bytes with every artifact attached; equal arguments give equal bytes."""
    message = EmailMessage(policy=SMTP)
    message["From"] = mail.sender
    message["To"] = parse_address(mail.recipient) or "undisclosed-recipients:;"
    message["Subject"] = mail.subject
    message["Date"] = format_datetime(mail.written_at)
    message["Message-ID"] = mail.message_id
    message["Auto-Submitted"] = "auto-generated"
    message["X-EntryGo-Export"] = mail.export_id
    message["X-EntryGo-Submission"] = mail.submission_id
    message.set_content(_text(mail, artifacts))
    for name, media_type, content in _attachments(mail, artifacts):
        maintype, _, subtype = media_type.partition(";")[0].partition("/")
        message.add_attachment(content, maintype=maintype, subtype=subtype, filename=name)
    message.set_boundary(f"=_entrygo_{mail.submission_id}")
    return message.as_bytes()


def _text(mail: BrokerMail, artifacts: Sequence[RenderedArtifact]) -> str:
    files = "\n".join(
        f"- {each.filename}  ({len(each.content):,} bytes, SHA-256 {each.sha256})" for each in artifacts
    )
    again = f"\nThis package is sent again: {mail.reason}\n" if mail.reason else ""
    return (
        f"Customs package {mail.package.number} (export {mail.export_id}) is attached for your review.\n"
        f"{again}\n{files}\n\nPrepared {mail.package.generated_at}. {NOTICE}\n"
    )


def _attachments(mail: BrokerMail, artifacts: Sequence[RenderedArtifact]) -> Sequence[tuple[str, str, bytes]]:
    if sum(len(each.content) for each in artifacts) <= MAX_LOOSE_ATTACHMENTS:
        return [(each.filename, each.media_type, each.content) for each in artifacts]
    return [(f"{mail.package.number}.zip", "application/zip", _zipped(artifacts))]


def _zipped(artifacts: Sequence[RenderedArtifact]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as bundle:
        for each in artifacts:
            bundle.writestr(zipfile.ZipInfo(each.filename, _ZIP_EPOCH), each.content, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def written_at(package: PackageFacts) -> datetime:
    """The Date of the first mail of a package: when the package was made."""
    return parse_rfc3339(package.generated_at)
