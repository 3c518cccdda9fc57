"""Execution's events: from records to messages, and into the outbox under the export's next numbers."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial

from google.protobuf.message import Message

from entrygo.domain.ids import IdKind
from entrygo.domain.principal import Tenant, Visible
from entrygo.domain.time import rfc3339
from entrygo.execution.state.records import (
    Artifact,
    Notification,
    Package,
    PackageState,
)
from entrygo.execution.state.stream_heads import Heads
from entrygo.execution.state.stream_store import Beside, StreamStore
from entrygo.messaging.events import EXECUTION, make_event
from entrygo.messaging.heads import Head, follow, head_of
from entrygo.messaging.outbox import append_all
from entrygo.postgres.pool import Connection, after_commit
from entrygo.process.clock import Ids
from entrygo.proto.events.v1 import events_pb2

Fact = tuple[str, Message]


class EventRecorder:
    """Writes events of one export in the transaction that changed it.

    It remembers where the streams stand that it wrote to last. The statement that appends the next events
    checks that they still stand there; only where they do not, they are asked.
    """

    def __init__(self, ids: Ids) -> None:
        self._ids = ids
        self._heads = Heads()

    async def record(
        self,
        connection: Connection,
        visible: Visible,
        export_id: str,
        facts: Sequence[Fact],
        now: datetime,
        *,
        are_first: bool = False,
    ) -> None:
        """Appends the facts in their order, under the next numbers of the export, whose row stays locked.

        `are_first` says that the export has most likely no events yet.
        """
        make = partial(self._events, visible.tenant, export_id, facts, now)
        streams = StreamStore(connection, visible)
        head = self._heads.of(visible.tenant, export_id, are_first=are_first)
        events = [] if head is None else _behind(head, make(head.sequence + 1))
        if head is None or not await streams.append(head, events):
            events = make(await streams.next_sequence(export_id, len(facts)))
            # The database gives them the warehouse of the export's package, as all that belongs to it.
            await append_all(connection, events, warehouse_id=None)
        self._note(connection, visible.tenant, export_id, events[-1])

    async def record_beside(
        self,
        connection: Connection,
        visible: Visible,
        export_id: str,
        facts: Sequence[Fact],
        now: datetime,
        *,
        beside: Beside,
        are_first: bool = False,
    ) -> object | None:
        """Appends facts and writes `beside` in one statement, a transaction by itself; what that gives.

        None, and nothing is written, where that has nothing to write, or the stream stands where it is not
        remembered to stand.
        """
        head = self._heads.of(visible.tenant, export_id, are_first=are_first)
        if head is None:
            return None
        events = _behind(head, self._events(visible.tenant, export_id, facts, now, head.sequence + 1))
        given = await StreamStore(connection, visible).append_beside(head, events, beside)
        if given is not None:
            self._note(connection, visible.tenant, export_id, events[-1])
        return given

    def _note(self, connection: Connection, tenant: Tenant, export_id: str, last: events_pb2.Event) -> None:
        after_commit(connection, partial(self._heads.note, tenant, export_id, head_of(last)))

    def _events(
        self, tenant: Tenant, export_id: str, facts: Sequence[Fact], now: datetime, first: int
    ) -> list[events_pb2.Event]:
        return [
            make_event(
                id=self._ids.new(IdKind.EVENT),
                type=type_,
                source=EXECUTION,
                tenant=tenant,
                stream_id=export_id,
                sequence=sequence,
                occurred_at=now,
                data=data,
            )
            for sequence, (type_, data) in enumerate(facts, start=first)
        ]


def _behind(head: Head, events: list[events_pb2.Event]) -> list[events_pb2.Event]:
    """The same, each naming the one before it."""
    for event in events:
        head = follow(head, event)
    return events


def package_generated(package: Package, artifacts: Sequence[Artifact]) -> Fact:
    """The package with every document: its documents are stored."""
    message = events_pb2.CustomsPackage(
        id=package.id,
        export_batch_id=package.export_id,
        package_number=package.number,
        state=PackageState.GENERATED,
        created_at=rfc3339(package.generated_at),
        artifacts=[artifact_message(each) for each in artifacts],
    )
    return "customs_package.generated", events_pb2.CustomsPackageGenerated(customs_package=message)


def package_closed(package: Package, *, replaced_by_number: str = "") -> Fact:
    """The package is not to be filed any more: withdrawn, or another one has its place."""
    message = events_pb2.CustomsPackageClosed(
        customs_package_id=package.id,
        state=package.state,
        reason=package.closed_reason or "",
        replaced_by_number=replaced_by_number,
    )
    return f"customs_package.{package.state}", message


def notification_recorded(notification: Notification) -> Fact:
    """What the broker or the warehouse is sent about the export."""
    message = events_pb2.Notification(
        id=notification.id,
        channel=notification.channel,
        status=notification.status,
        recipient=notification.recipient,
        created_at=rfc3339(notification.created_at),
    )
    return (
        f"{notification.recipient}_notification.recorded",
        events_pb2.NotificationRecorded(notification=message),
    )


def artifact_message(artifact: Artifact) -> events_pb2.Artifact:
    """A document as events name it: its bytes by SHA-256 and size, never their place."""
    return events_pb2.Artifact(
        artifact_type=artifact.artifact_type,
        filename=artifact.filename,
        generated_at=rfc3339(artifact.generated_at),
        media_type=artifact.media_type,
        size_bytes=artifact.size_bytes,
        sha256=artifact.sha256,
    )
