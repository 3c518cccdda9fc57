"""From the snapshot to the bytes to send: renders and stores documents, freezes the mails. No database."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

import structlog

from entrygo.domain.errors import EntryGoError, Kind
from entrygo.domain.facts import Broker
from entrygo.domain.ids import IdKind
from entrygo.domain.principal import Tenant
from entrygo.domain.snapshot import Amendment, PlannedEntry, Snapshot, read_snapshot
from entrygo.domain.time import parse_rfc3339
from entrygo.execution.broker.destinations import destination_of
from entrygo.execution.broker.freezing import Freezer
from entrygo.execution.broker.mail import BrokerMail
from entrygo.execution.documents.base import Document
from entrygo.execution.documents.document_sets import render_package
from entrygo.execution.package.artifacts import RenderedArtifact, of_submission
from entrygo.execution.package.entry_snapshots import amendment_of
from entrygo.execution.package.facts import PackageFacts
from entrygo.execution.package.sample_snapshot import sample_snapshot
from entrygo.execution.package.summary import PackageSummary, summarised
from entrygo.execution.package.template_rows import LayoutTooLong
from entrygo.execution.state.records import Artifact, Notification, NotificationStatus, Submission
from entrygo.process.clock import Ids

log = structlog.get_logger(__name__)

SEVERAL = 2
_SAMPLE = "SAMPLE"


class DocumentsFailed(EntryGoError):
    """The documents could not be made from the plan; the export is FAILED and can be planned again."""

    code = "DOCUMENT_GENERATION_FAILED"
    kind = Kind.CONFLICT


@dataclass(frozen=True, slots=True, kw_only=True)
class PackageOrder:
    """What a package is made from: the stored snapshot of its plan, and what execution adds."""

    tenant: Tenant
    export_id: str
    package: PackageFacts
    snapshot: bytes
    written_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """Everything that the transaction after rendering writes."""

    artifacts: tuple[Artifact, ...]
    notifications: tuple[Notification, ...]
    # One of the whole package, or one of each entry in their order.
    submissions: tuple[Submission, ...]
    summary: PackageSummary
    # What the plan corrects, if it does.
    amendment: Amendment | None


# Told each time that nothing has been computed for some seconds.
StandsStill = Callable[[], None]


class MakesPackages(Protocol):
    """Somebody who makes packages: in this process, or in another one."""

    async def make(self, order: PackageOrder, stands_still: StandsStill, /) -> Prepared:
        """Raises SnapshotUnreadable, DocumentsFailed or an outage; what is stored by then is harmless."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class PackageMaker:
    """Makes documents and mails; long work runs in a thread, off the event loop."""

    ids: Ids
    documents: Sequence[Document]
    freezer: Freezer
    sender: str
    read: Callable[[bytes], Snapshot] = read_snapshot

    def get_ready(self) -> None:
        """Renders a sample, for what is loaded only once: fonts, templates. Without them real ones fail."""
        snapshot = sample_snapshot(Broker(id=_SAMPLE, external_id=_SAMPLE, name=_SAMPLE))
        sample = PackageFacts(id=_SAMPLE, number=_SAMPLE, generated_at=snapshot.planned_at)
        try:
            render_package(self.documents, snapshot, sample)
        except Exception:
            log.exception("package.sample_failed")

    async def make(self, order: PackageOrder, _: StandsStill | None = None, /) -> Prepared:
        """Renders and stores the documents, freezes the mails. This process cannot see itself stand still."""
        tenant, facts = order.tenant, order.package
        snapshot = await asyncio.to_thread(self.read, order.snapshot)
        rendered = await self._render(facts, snapshot)
        summary = summarised(snapshot, facts.shipment)
        parts = submission_parts(snapshot)
        notifications = self._notifications(order, len(parts))
        mail = BrokerMail(
            submission_id="",
            tenant=tenant,
            export_id=order.export_id,
            package=facts,
            sender=self.sender,
            recipient=snapshot.broker.email,
            written_at=order.written_at,
            amendment=snapshot.amendment,
            attach=snapshot.broker.attach,
            summary=summary,
        )
        to = destination_of(snapshot.broker)
        submissions = []
        # With the first submission: to make files durable costs most for the first of several.
        beside = {each.sha256: each.content for each in rendered}
        for entry, notification in zip(parts, notifications, strict=False):
            own = self._of_entry(mail, summary, snapshot, entry)
            submissions.append(
                await self.freezer.freeze(own, to, _sent(rendered, entry), notification.id, beside)
            )
            beside = {}
        return Prepared(
            artifacts=tuple(_artifact(each) for each in rendered),
            notifications=notifications,
            submissions=tuple(submissions),
            summary=summary,
            amendment=snapshot.amendment,
        )

    async def _render(self, facts: PackageFacts, snapshot: Snapshot) -> tuple[RenderedArtifact, ...]:
        try:
            return await asyncio.to_thread(render_package, self.documents, snapshot, facts)
        except LayoutTooLong as error:
            raise DocumentsFailed(str(error)) from error
        except Exception as error:
            # Rendering is pure: whatever it raises now it would raise again.
            raise DocumentsFailed from error

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

    def _notifications(self, order: PackageOrder, mails: int) -> tuple[Notification, ...]:
        """One for each submission to the broker, then the warehouse's."""
        return tuple(
            Notification(
                id=self.ids.new(IdKind.NOTIFICATION),
                package_id=order.package.id,
                channel=channel,
                recipient=recipient,
                status=NotificationStatus.RECORDED,
                created_at=order.written_at,
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
