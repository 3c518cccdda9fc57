"""The mail to the broker as bytes, composed once: every attempt sends the same. Pure, sends nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from entrygo.domain.principal import Tenant
from entrygo.domain.time import parse_rfc3339
from entrygo.execution.documents.base import RenderedArtifact
from entrygo.execution.documents.package_zip import PackageZip
from entrygo.execution.email_address import parse_address
from entrygo.execution.invoice import PackageFacts
from entrygo.execution.notice import NOTICE

# Documents are text and shrink tenfold; many mail servers take no more than 10 MB, and base64 adds a third.
MAX_LOOSE_ATTACHMENTS = 5 * 1024 * 1024


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
    """The MIME bytes: the documents one by one while they are small, otherwise the archive that holds them.

    Equal arguments give equal bytes.
    """
    message = EmailMessage(policy=SMTP)
    message["From"] = mail.sender
    message["To"] = parse_address(mail.recipient) or "undisclosed-recipients:;"
    message["Subject"] = mail.subject
    message["Date"] = format_datetime(mail.written_at)
    message["Message-ID"] = mail.message_id
    message["Auto-Submitted"] = "auto-generated"
    message["X-EntryGo-Export"] = mail.export_id
    message["X-EntryGo-Submission"] = mail.submission_id
    loose = [each for each in artifacts if each.artifact_type != PackageZip.artifact_type]
    archives = [each for each in artifacts if each.artifact_type == PackageZip.artifact_type]
    is_small = sum(len(each.content) for each in loose) <= MAX_LOOSE_ATTACHMENTS
    message.set_content(_text(mail, loose if is_small else (*archives, *loose)))
    for each in loose if is_small else archives:
        maintype, _, subtype = each.media_type.partition(";")[0].partition("/")
        message.add_attachment(each.content, maintype=maintype, subtype=subtype, filename=each.filename)
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


def written_at(package: PackageFacts) -> datetime:
    """The Date of the first mail of a package: when the package was made."""
    return parse_rfc3339(package.generated_at)
