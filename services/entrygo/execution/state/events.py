"""Execution's events: from records to messages, and into the outbox under the export's next numbers."""

from collections.abc import Sequence
from datetime import datetime

from google.protobuf.message import Message

from entrygo.domain.ids import IdKind
from entrygo.domain.principal import Visible
from entrygo.domain.time import rfc3339
from entrygo.execution.state.package_store import PackageStore
from entrygo.execution.state.records import (
    Artifact,
    Notification,
    Package,
    PackageState,
)
from entrygo.messaging.events import EXECUTION, make_event
from entrygo.messaging.outbox import append_all
from entrygo.postgres.pool import Connection
from entrygo.process.clock import Ids
from entrygo.proto.events.v1 import events_pb2

Fact = tuple[str, Message]


class EventRecorder:
    """Writes events of one export in the transaction that changed it."""

    def __init__(self, ids: Ids) -> None:
        self._ids = ids

    async def record(
        self, connection: Connection, visible: Visible, export_id: str, facts: Sequence[Fact], now: datetime
    ) -> None:
        """Appends the facts in their order, under the next numbers of the export, whose row stays locked."""
        first = await PackageStore(connection, visible).next_sequence(export_id, len(facts))
        events = [
            make_event(
                id=self._ids.new(IdKind.EVENT),
                type=type_,
                source=EXECUTION,
                tenant=visible.tenant,
                stream_id=export_id,
                sequence=sequence,
                occurred_at=now,
                data=data,
            )
            for sequence, (type_, data) in enumerate(facts, start=first)
        ]
        # The database gives them the warehouse of the export's package, as it does all that belongs to it.
        await append_all(connection, events, warehouse_id=None)


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
