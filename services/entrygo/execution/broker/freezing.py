"""Freezes a submission: the bytes that every attempt sends, where they go, and the row that names both."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from types import MappingProxyType

from entrygo.execution.broker.channels import BY_TYPE
from entrygo.execution.broker.channels.kind import Contents
from entrygo.execution.broker.destinations import Destination
from entrygo.execution.broker.mail import BrokerMail
from entrygo.execution.broker.signed_links import LinkSigner
from entrygo.execution.objects.by_digest import ObjectStore
from entrygo.execution.package.artifacts import RenderedArtifact, archive_among, zip_documents
from entrygo.execution.state.records import Phase, Submission, SubmissionKind, SubmissionStatus

# What an upload's name says of its content.
_MARKS = MappingProxyType({SubmissionKind.PACKAGE: "", SubmissionKind.WITHDRAWAL: "-withdrawn"})
NOTHING: Mapping[str, bytes] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Freezer:
    """Composes off the event loop and stores by digest; `links` is None without a secret to sign with."""

    objects: ObjectStore
    links: LinkSigner | None
    mail_max_bytes: int

    async def freeze(
        self,
        mail: BrokerMail,
        to: Destination,
        artifacts: Sequence[RenderedArtifact],
        notification_id: str,
        beside: Mapping[str, bytes] = NOTHING,
    ) -> Submission:
        """The ledger row of a new submission, its bytes stored in one step with those `beside` it.

        These are by their SHA-256 in hex. An archive in `artifacts` is among them, or stored already.
        """
        if self.links is not None:
            linked = mail.linked_submission_id or mail.submission_id
            link = self.links.link(mail.tenant, mail.package.id, linked, mail.written_at)
            mail = replace(mail, link=link)
        archive = archive_among(artifacts)
        pack = archive.content if archive else await asyncio.to_thread(zip_documents, artifacts)
        contents = Contents(mail=mail, artifacts=artifacts, pack=pack, mail_max_bytes=self.mail_max_bytes)
        content = await asyncio.to_thread(BY_TYPE[to.type].compose, contents)
        part = "" if mail.entry is None else f"-entry-{mail.entry}"
        content_sha256 = sha256(content).hexdigest()
        pack_sha256 = archive.sha256 if archive else sha256(pack).hexdigest()
        made = {content_sha256: content} if archive else {pack_sha256: pack, content_sha256: content}
        await self.objects.put_named(mail.tenant, {**beside, **made})
        return Submission(
            tenant=mail.tenant,
            id=mail.submission_id,
            export_id=mail.export_id,
            package_id=mail.package.id,
            notification_id=notification_id,
            submission_type=to.type,
            status=SubmissionStatus.PREPARED,
            phase=Phase.ENVELOPE,
            sender=mail.sender,
            recipient_email=to.recipient,
            subject=mail.subject,
            message_id=mail.message_id,
            content_sha256=content_sha256,
            reason=mail.reason,
            attempts=0,
            next_attempt_at=None,
            sent_at=None,
            error_message=None,
            created_at=mail.written_at,
            endpoint=to.endpoint,
            filename=f"{mail.package.number}{part}{_MARKS[mail.kind]}-{mail.submission_id}.zip",
            pack_sha256=pack_sha256,
            pack_bytes=len(pack),
            broker_id=to.broker_id,
            kind=mail.kind,
            entry=mail.entry,
        )
