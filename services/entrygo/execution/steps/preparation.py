"""From the snapshot to the bytes to send: renders and stores documents, freezes the mail. No database."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime

from entrygo.domain.errors import EntryGoError, Kind
from entrygo.domain.ids import IdKind
from entrygo.domain.principal import Tenant
from entrygo.domain.snapshot import PlannedEntry, Snapshot, read_snapshot
from entrygo.domain.time import parse_rfc3339
from entrygo.execution.broker.bulkhead import Bulkhead
from entrygo.execution.broker.destinations import destination_of
from entrygo.execution.broker.freezing import Freezer
from entrygo.execution.broker.mail import BrokerMail
from entrygo.execution.broker.routes import Route
from entrygo.execution.documents.base import Document
from entrygo.execution.documents.document_sets import render_package
from entrygo.execution.objects.by_digest import ObjectStore
from entrygo.execution.package.artifacts import RenderedArtifact, of_submission
from entrygo.execution.package.entry_snapshots import amendment_of
from entrygo.execution.package.facts import PackageFacts
from entrygo.execution.package.summary import PackageSummary, summarised
from entrygo.execution.state import failpoints
from entrygo.execution.state.records import (
    Artifact,
    Execution,
    Notification,
    NotificationStatus,
    Package,
    Submission,
)
from entrygo.process.clock import Ids
from entrygo.process.failpoints import Reach
from entrygo.process.memory import give_back

# About three hundred orders: makes documents in a tenth of a second and more.
LARGE_BYTES = 512 * 1024
SEVERAL = 2
RENDERS = Route(server="renders", destination="renders")


class DocumentsFailed(EntryGoError):
    """The documents could not be made from the plan; the export is FAILED and can be planned again."""

    code = "DOCUMENT_GENERATION_FAILED"
    kind = Kind.CONFLICT


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """Everything that the transaction after rendering writes."""

    artifacts: tuple[Artifact, ...]
    notifications: tuple[Notification, ...]
    # One of the whole package, or one of each entry in their order.
    submissions: tuple[Submission, ...]
    summary: PackageSummary


@dataclass(frozen=True, slots=True, kw_only=True)
class Preparation:
    """Makes documents and mails; long work runs in a thread, off the event loop."""

    ids: Ids
    objects: ObjectStore
    documents: Sequence[Document]
    # Threads that make documents, shared by accounts in turn.
    renders: Bulkhead
    freezer: Freezer
    sender: str
    reach: Reach

    # Of one large package at a time the snapshot and the documents are in memory.
    large: asyncio.Semaphore

    @asynccontextmanager
    async def reading(self, content: bytes) -> AsyncIterator[Snapshot]:
        """The stored snapshot while its package is made; a large one waits until no other large one is.

        Raises SnapshotUnreadable.
        """
        if len(content) < LARGE_BYTES:
            yield read_snapshot(content)
            return
        async with self.large:
            try:
                snapshot = await asyncio.to_thread(read_snapshot, content)
                del content
                yield snapshot
            finally:
                give_back()

    async def prepare(
        self,
        execution: Execution,
        package: Package,
        snapshot: Snapshot,
        now: datetime,
        *,
        replaced: Package | None = None,
    ) -> Prepared:
        """Renders and stores documents, freezes the mail. Raises DocumentsFailed or StoreUnavailable."""
        tenant, facts = execution.tenant, package.facts(execution.shipment, replaces=replaced)
        rendered = await self._render(tenant, facts, snapshot)
        self.reach(failpoints.AFTER_RENDER)
        await self.objects.put_all(tenant, [each.content for each in rendered])
        summary = summarised(snapshot, execution.shipment)
        parts = submission_parts(snapshot)
        notifications = self._notifications(package, now, len(parts))
        mail = BrokerMail(
            submission_id="",
            tenant=tenant,
            export_id=package.export_id,
            package=facts,
            sender=self.sender,
            recipient=snapshot.broker.email,
            written_at=now,
            amendment=snapshot.amendment,
            attach=snapshot.broker.attach,
            summary=summary,
        )
        to = destination_of(snapshot.broker)
        submissions = [
            await self.freezer.freeze(
                self._of_entry(mail, summary, snapshot, entry), to, _sent(rendered, entry), notification.id
            )
            for entry, notification in zip(parts, notifications, strict=False)
        ]
        return Prepared(
            artifacts=tuple(_artifact(each) for each in rendered),
            notifications=notifications,
            submissions=tuple(submissions),
            summary=summary,
        )

    def _of_entry(
        self, mail: BrokerMail, summary: PackageSummary, snapshot: Snapshot, entry: PlannedEntry | None
    ) -> BrokerMail:
        """The mail under an id of its own; where it is of one entry, with what is of that entry alone."""
        mail = replace(mail, submission_id=self.ids.new(IdKind.BROKER_SUBMISSION))
        if entry is None:
            return mail
        return replace(
            mail,
            entry=entry.number,
            amendment=amendment_of(snapshot, entry),
            summary=summary.of_entry(entry.number),
        )

    async def _render(
        self, tenant: Tenant, facts: PackageFacts, snapshot: Snapshot
    ) -> tuple[RenderedArtifact, ...]:
        try:
            async with self.renders.slot(tenant.account_id, RENDERS):
                return await asyncio.to_thread(render_package, self.documents, snapshot, facts)
        except Exception as error:
            # Rendering is pure: whatever it raises now it would raise again.
            raise DocumentsFailed from error

    def _notifications(self, package: Package, now: datetime, mails: int) -> tuple[Notification, ...]:
        """One for each submission to the broker, then the warehouse's."""
        return tuple(
            Notification(
                id=self.ids.new(IdKind.NOTIFICATION),
                package_id=package.id,
                channel=channel,
                recipient=recipient,
                status=NotificationStatus.RECORDED,
                created_at=now,
            )
            for channel, recipient in (*[("EMAIL", "broker")] * mails, ("LIFECYCLE_EVENT", "warehouse"))
        )


def submission_parts(snapshot: Snapshot) -> Sequence[PlannedEntry | None]:
    """The parts that are submitted separately: the whole package (None), or each entry. Pure."""
    if snapshot.broker.submit_per == "package" or len(snapshot.entries) < SEVERAL:
        return (None,)
    return snapshot.entries


def _sent(rendered: Sequence[RenderedArtifact], entry: PlannedEntry | None) -> Sequence[RenderedArtifact]:
    return rendered if entry is None else of_submission(rendered, entry.number)


def _artifact(rendered: RenderedArtifact) -> Artifact:
    return Artifact(
        artifact_type=rendered.artifact_type,
        filename=rendered.filename,
        media_type=rendered.media_type,
        size_bytes=len(rendered.content),
        sha256=rendered.sha256,
        generated_at=parse_rfc3339(rendered.generated_at),
    )
