"""The mail to the broker as bytes, composed once: every attempt sends the same. Pure, sends nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from functools import partial

from entrygo.domain.changes import changes_in_words
from entrygo.domain.facts import Attached
from entrygo.domain.principal import Tenant
from entrygo.domain.snapshot import Amendment
from entrygo.domain.time import parse_rfc3339, rfc3339
from entrygo.execution.broker.mime import Attachment, mail_bytes
from entrygo.execution.broker.signed_links import Link
from entrygo.execution.broker.withdrawal_notice import WithdrawalNotice
from entrygo.execution.package.artifacts import (
    ARCHIVE_MEDIA_TYPE,
    RenderedArtifact,
    loose_documents,
    pack_name,
    readable_documents,
    zipped,
)
from entrygo.execution.package.facts import NOTICE, PackageFacts
from entrygo.execution.records import SubmissionKind
from entrygo.requests.email_address import parse_address

# Documents are text and shrink tenfold; many mail servers take no more than 10 MB, and base64 adds a third.
MAX_CHANGES = 40  # in the text of a mail; all are in the document
MAX_LOOSE_ATTACHMENTS = 5 * 1024 * 1024
DEFAULT_MAX_BYTES = 10 * 1024 * 1024
# What a mail has besides its attachments: the head, the text, a head for each part.
_OVERHEAD = 32 * 1024


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
    link: Link | None = None
    # Each document by itself, or the archive beside those that are there to be read.
    attach: Attached = "each"
    # Set when it says that the package is withdrawn.
    withdrawal: WithdrawalNotice | None = None
    # Set when the package takes another one's place, for the words of what changed.
    amendment: Amendment | None = None
    # The submission that the link leads to, if not this one.
    linked_submission_id: str = ""

    @property
    def kind(self) -> SubmissionKind:
        return SubmissionKind.PACKAGE if self.withdrawal is None else SubmissionKind.WITHDRAWAL

    @property
    def subject(self) -> str:
        """Names the package by its number."""
        if self.withdrawal is not None:
            return f"EntryGo withdrawal of {self.package.number}"
        return f"EntryGo broker submission {self.package.number}"

    @property
    def message_id(self) -> str:
        """Equal on every attempt, so that a mailbox that compares ids keeps one copy."""
        return f"<{self.submission_id}.{self.tenant.account_id}@{self.sender.rpartition('@')[2]}>"


def compose(
    mail: BrokerMail,
    artifacts: Sequence[RenderedArtifact],
    pack: bytes | None = None,
    max_bytes: int = DEFAULT_MAX_BYTES,
) -> bytes:
    """The MIME bytes; equal arguments give equal bytes. `pack` is the ZIP of the artifacts, if there is one.

    A pack that would make the mail larger than `max_bytes` stays behind the link.
    """
    attachments = _attachments(mail, artifacts, pack, max_bytes)
    head = (
        ("From", mail.sender),
        ("To", parse_address(mail.recipient) or "undisclosed-recipients:;"),
        ("Subject", mail.subject),
        ("Date", format_datetime(mail.written_at)),
        ("Message-ID", mail.message_id),
        ("Auto-Submitted", "auto-generated"),
        ("X-EntryGo-Export", mail.export_id),
        ("X-EntryGo-Submission", mail.submission_id),
    )
    text = _text(mail, loose_documents(artifacts), is_attached=bool(attachments))
    return mail_bytes(head, text, attachments, f"=_entrygo_{mail.submission_id}")


def _text(mail: BrokerMail, artifacts: Sequence[RenderedArtifact], *, is_attached: bool) -> str:
    if mail.withdrawal is not None:
        page = f"\nThe package's page says so, too:\n\n{mail.link.url}\n" if mail.link else ""
        return mail.withdrawal.text + page
    files = "\n".join(
        f"- {each.filename}  ({len(each.content):,} bytes, SHA-256 {each.sha256})" for each in artifacts
    )
    where = (
        "is attached for your review" if is_attached else "is ready for your review, behind the link below"
    )
    prepared = f"Prepared {mail.package.generated_at}. {NOTICE}"
    again = f"\nThis package is sent again: {mail.reason}\n" if mail.reason else ""
    return (
        f"Customs package {mail.package.number} (export {mail.export_id}) {where}.\n"
        f"{again}{_replaces(mail)}\n{files}\n{_link_text(mail)}\n{prepared}\n"
    )


def _replaces(mail: BrokerMail) -> str:
    """What the package takes the place of, and how it differs, in words."""
    if not mail.package.replaces:
        return ""
    amendment = mail.amendment
    if amendment is None:
        return f"\nIt replaces package {mail.package.replaces}.\n"
    if amendment.after_entry:
        asked = (
            f"An entry was filed for that one ({amendment.entry_number}): please correct that entry by a"
            " post-summary correction, and file no second one."
        )
    else:
        asked = "Please file nothing from that one."
    changes = "\n".join(f"- {each}" for each in changes_in_words(amendment)[:MAX_CHANGES])
    return (
        f"\nIt replaces package {mail.package.replaces}: {amendment.reason}\n{asked}\n"
        f"\nWhat changed:\n{changes or '- Nothing in orders and products.'}\n"
    )


def _link_text(mail: BrokerMail) -> str:
    if mail.link is None:
        return ""
    return (
        "\nDownload everything, acknowledge or reject the package, and enter the entry number here,"
        f" without an account, until {rfc3339(mail.link.expires_at)[:10]}:\n\n{mail.link.url}\n\n"
        "Whoever has this link can answer for you: please do not pass it on.\n"
    )


def _attachments(
    mail: BrokerMail, artifacts: Sequence[RenderedArtifact], pack: bytes | None, max_bytes: int
) -> Sequence[Attachment]:
    archive = partial(_archive, mail, artifacts, pack)
    if mail.attach == "zip":
        attached = [*map(_attachment, readable_documents(artifacts)), archive()]
    else:
        attached = [*map(_attachment, loose_documents(artifacts))]
    loose = sum(len(each.content) for each in attached)
    if loose <= MAX_LOOSE_ATTACHMENTS and _mail_size(loose) <= max_bytes:
        return attached
    alone = archive()
    if mail.link is not None and _mail_size(len(alone.content)) > max_bytes:
        return []
    return [alone]


def _attachment(document: RenderedArtifact) -> Attachment:
    return Attachment(document.filename, document.media_type, document.content)


def _archive(mail: BrokerMail, artifacts: Sequence[RenderedArtifact], pack: bytes | None) -> Attachment:
    content = zipped(artifacts) if pack is None else pack
    return Attachment(pack_name(mail.package.number), ARCHIVE_MEDIA_TYPE, content)


def _mail_size(size: int) -> int:
    """Bytes of the mail with this much attached: four for three, and a line break after every 76."""
    return (size + 2) // 3 * 4 * 78 // 76 + _OVERHEAD


def written_at(package: PackageFacts) -> datetime:
    """The Date of the first mail of a package: when the package was made."""
    return parse_rfc3339(package.generated_at)
