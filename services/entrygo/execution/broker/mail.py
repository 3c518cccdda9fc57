"""The mail to the broker as bytes, composed once: every attempt sends the same. Pure, sends nothing."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime, formataddr
from functools import partial

from entrygo.domain.changes import changes_in_words
from entrygo.domain.facts import Attached
from entrygo.domain.principal import Tenant
from entrygo.domain.snapshot import Amendment
from entrygo.domain.time import parse_rfc3339, rfc3339
from entrygo.execution.broker import mail_page
from entrygo.execution.broker.mail_of_corrections import correction_of, left_to_file
from entrygo.execution.broker.mail_page import Part, as_html, as_text, facts_of, in_short, shipper_of
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
from entrygo.execution.package.summary import PackageSummary
from entrygo.execution.state.records import SubmissionKind
from entrygo.requests.email_address import parse_address

MAX_CHANGES = 40  # in the text of a mail; all are in the document
TWO = 2
# Documents are text and shrink tenfold; many mail servers take no more than 10 MB, and base64 adds a third.
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
    # The entry that it is of, where each goes in a submission of its own.
    entry: int | None = None
    # Kept with a package since the link's page shows it.
    summary: PackageSummary | None = None

    @property
    def kind(self) -> SubmissionKind:
        return SubmissionKind.PACKAGE if self.withdrawal is None else SubmissionKind.WITHDRAWAL

    @property
    def subject(self) -> str:
        """As it is recorded: names the package by its number."""
        if self.withdrawal is not None:
            return f"EntryGo withdrawal of {self.package.number}{self.part}"
        return f"EntryGo broker submission {self.package.number}{self.part}"

    @property
    def part(self) -> str:
        """What of the package it is, behind the package's number."""
        return "" if self.entry is None else f" entry {self.entry}"

    @property
    def headline(self) -> str:
        """The subject with what distinguishes packages in a mailbox: importer, port, date."""
        short = in_short(self.summary) if self.summary else ""
        return f"{self.subject}: {short}" if short else self.subject

    @property
    def author(self) -> tuple[tuple[str, str], ...]:
        """From the address that the server lets us send with, in the shipper's name; answers go to it."""
        if self.summary is None:
            return (("From", self.sender),)
        person = ", ".join(filter(None, (self.summary.responsible, self.summary.shipper)))
        reply_to = parse_address(self.summary.answers_to)
        return (
            ("From", formataddr((person, self.sender))),
            *((("Reply-To", reply_to),) if reply_to else ()),
        )

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
        *mail.author,
        ("To", parse_address(mail.recipient) or "undisclosed-recipients:;"),
        ("Subject", mail.headline),
        ("Date", format_datetime(mail.written_at)),
        ("Message-ID", mail.message_id),
        ("Auto-Submitted", "auto-generated"),
        ("X-EntryGo-Export", mail.export_id),
        ("X-EntryGo-Submission", mail.submission_id),
    )
    boundary = f"=_entrygo_{mail.submission_id}"
    if mail.withdrawal is not None:
        return mail_bytes(head, _withdrawn(mail, mail.withdrawal), attachments, boundary)
    said = list(_parts(mail, loose_documents(artifacts), is_attached=bool(attachments)))
    return mail_bytes(head, as_text(said), attachments, boundary, as_html(said))


def words_of(mail: BrokerMail, artifacts: Sequence[RenderedArtifact]) -> str:
    """What the mail of a package says, for where none is sent."""
    return as_text(list(_parts(mail, loose_documents(artifacts), is_attached=True)))


def _withdrawn(mail: BrokerMail, notice: WithdrawalNotice) -> str:
    shipper = f"\n{as_text([shipper_of(mail.summary)])}" if mail.summary else ""
    page = f"\nThe package's page says so, too:\n\n{mail.link.url}\n" if mail.link else ""
    return notice.text + shipper + page


def _parts(mail: BrokerMail, artifacts: Sequence[RenderedArtifact], *, is_attached: bool) -> Iterator[Part]:
    """What is sent, the figures, what is asked of the broker, the files. Checksums are in the manifest."""
    where = (
        "is attached for your review" if is_attached else "is ready for your review, behind the link below"
    )
    of = f", entry {mail.entry}," if mail.entry is not None else ""
    yield f"Customs package {mail.package.number}{of} (export {mail.export_id}) {where}."
    if mail.reason:
        yield f"This package is sent again: {mail.reason}"
    yield from _replaces(mail)
    if mail.summary is not None:
        yield facts_of(mail.summary)
    yield from _asked(mail)
    yield "\n".join(f"- {each.filename}  ({len(each.content):,} bytes)" for each in artifacts)
    yield f"Prepared {mail.package.generated_at}. {NOTICE}"


def _asked(mail: BrokerMail) -> Iterator[Part]:
    """What the broker does next; the link, without which there is nothing to answer with."""
    please = f"Please review the documents{_to_file(mail)}."
    number = _number_asked(mail)
    if mail.link is None:
        yield f"{please} Tell the shipper {number or 'that it is done'}, or what is wrong."
        return
    answer = "acknowledge or reject the package"
    steps = f"{answer}, and enter {number} here" if number else f"and {answer} here"
    until = rfc3339(mail.link.expires_at)[:10]
    yield f"{please} Download everything, {steps}, without an account, until {until}:"
    yield mail_page.Link(mail.link.url)
    yield "Whoever has this link can answer for you: please do not pass it on."


def _number_asked(mail: BrokerMail) -> str:
    """Whose number is asked for: of no entry that was filed, which has one."""
    amendment = mail.amendment
    if amendment is None or not amendment.after_entry:
        return "the entry number" if _count(mail) < TWO else "the number of each entry"
    left = [str(each) for each in left_to_file(amendment, mail.summary)]
    if not left:
        return ""
    return f"the number of entry {left[0]}" if len(left) < TWO else f"the numbers of entries {_all_of(left)}"


def _all_of(numbers: Sequence[str]) -> str:
    return f"{', '.join(numbers[:-1])} and {numbers[-1]}"


def _count(mail: BrokerMail) -> int:
    return len(mail.summary.entries) if mail.summary is not None else 1


def _to_file(mail: BrokerMail) -> str:
    """What is asked beside the review: to file what was not filed."""
    amendment = mail.amendment
    if amendment is None or not amendment.after_entry:
        return " and file the entry" if _count(mail) < TWO else " and file the entries"
    left = [str(each) for each in left_to_file(amendment, mail.summary)]
    if len(left) < TWO:
        return f" and file entry {left[0]}" if left else ""
    return f" and file entries {_all_of(left)}"


def _replaces(mail: BrokerMail) -> Iterator[Part]:
    """What the package takes the place of, and how it differs, in words."""
    if not mail.package.replaces:
        return
    amendment = mail.amendment
    if amendment is None:
        yield f"It replaces package {mail.package.replaces}."
        return
    asked = "Please file nothing from that one."
    if amendment.after_entry:
        asked = correction_of(amendment, mail.summary)
    changes = "\n".join(f"- {each}" for each in changes_in_words(amendment)[:MAX_CHANGES])
    yield f"It replaces package {mail.package.replaces}: {amendment.reason}\n{asked}"
    yield f"What changed:\n{changes or '- Nothing in orders and products.'}"


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
