"""Builds the events of an export's life, as planning and execution record them."""

from datetime import UTC, datetime, timedelta

from entrygo.domain.principal import Mode, Tenant
from entrygo.messaging.events import EXECUTION, PLANNING, make_event
from entrygo.proto.events.v1 import events_pb2 as pb

ALICE = Tenant("acc_alice", Mode.LIVE)
START = datetime(2026, 3, 11, 16, 0, tzinfo=UTC)

Event = pb.Event

# The life of the owners' databases, where a test does not say.
EPOCH = "11111111-1111-4111-8111-111111111111"


def plan(**changed: object) -> pb.Plan:
    """The plan of the documented example."""
    given: dict[str, object] = {
        "plan_hash": "planhash_abc123",
        "readiness_state": "REVIEW_REQUIRED",
        "compliance_score": 74,
        "included_order_ids": ["ord_123", "ord_124"],
        "estimated_import_savings_usd": "18.5",
        "warehouse_id": "wh_123",
        "broker_id": "br_123",
        "destination_country": "US",
    }
    return pb.Plan(**(given | changed))  # type: ignore[arg-type]


def submission(status: str, id: str = "bes_123") -> pb.BrokerSubmission:
    return pb.BrokerSubmission(id=id, submission_type="EMAIL", status=status, recipient_email="b@example.com")


class Life:
    """Makes the events of one export, each owner's numbered without gaps, a minute apart."""

    def __init__(self, export_id: str = "batch_123", tenant: Tenant = ALICE, start: datetime = START) -> None:
        self.export_id = export_id
        self.tenant = tenant
        self.epoch = EPOCH
        self.name = ""
        self.events: list[Event] = []
        self._now = start
        self._sequences = {PLANNING: 0, EXECUTION: 0}
        self._last = {PLANNING: "", EXECUTION: ""}

    def tell(self, source: str, type: str, data: object, *, minutes: int = 1) -> Event:
        self._sequences[source] += 1
        self._now += timedelta(minutes=minutes)
        event = make_event(
            id=f"evt_{self.export_id}_{source}_{self._sequences[source]}{self.name}",
            type=type,
            source=source,
            tenant=self.tenant,
            stream_id=self.export_id,
            sequence=self._sequences[source],
            occurred_at=self._now,
            data=data,  # type: ignore[arg-type]
        )
        event.epoch, event.previous_id = self.epoch, self._last[source]
        self._last[source] = event.id
        self.events.append(event)
        return event

    def restored(self, *, epoch: str, planning: int, execution: int = 0) -> "Life":
        """The same export on databases put back from a backup, with so many events of each owner."""
        life = Life(self.export_id, self.tenant, self._now)
        life.epoch, life.name = epoch, f"{self.name}_again"
        for event in self.events:
            if event.sequence <= {PLANNING: planning, EXECUTION: execution}[event.source]:
                life.events.append(event)
                life._sequences[event.source], life._last[event.source] = event.sequence, event.id
        return life

    def planned(self, *, minutes: int = 1, **changed: object) -> Event:
        data = pb.ExportPlanned(batch_id=self.export_id, revision=1, plan=plan(**changed))
        return self.tell(PLANNING, "export.planned", data, minutes=minutes)

    def started(self) -> Event:
        data = pb.ExportExecutionStarted(batch_id=self.export_id, execution_id="exe_1", revision=1)
        return self.tell(PLANNING, "export.execution_started", data)

    def generated(self, *, minutes: int = 1) -> Event:
        package = pb.CustomsPackage(
            id=f"cp_{self.export_id}",
            export_batch_id=self.export_id,
            package_number="cp_ch123456",
            state="generated",
            artifacts=[pb.Artifact(artifact_type="manifest", filename="manifest.json")],
        )
        data = pb.CustomsPackageGenerated(customs_package=package)
        return self.tell(EXECUTION, "customs_package.generated", data, minutes=minutes)

    def notified(self, id: str, recipient: str) -> Event:
        data = pb.NotificationRecorded(
            notification=pb.Notification(id=id, channel="EMAIL", status="recorded", recipient=recipient)
        )
        return self.tell(EXECUTION, f"{recipient}_notification.recorded", data)

    def submitted(self, status: str, *, id: str = "bes_123", package_state: str = "") -> Event:
        data = pb.BrokerSubmissionChanged(
            broker_submission=submission(status, id),
            customs_package_state=package_state,
            notification_id="notif_broker",
            notification_status="sent" if status == "sent" else "",
        )
        return self.tell(EXECUTION, f"broker_submission.{status}", data)

    def cancelled(self) -> Event:
        return self.tell(PLANNING, "export.cancelled", pb.ExportCancelled(batch_id=self.export_id))

    def executed(self, *, minutes: int = 1) -> Event:
        data = pb.ExportExecuted(batch_id=self.export_id, customs_package_id=f"cp_{self.export_id}")
        return self.tell(PLANNING, "export.executed", data, minutes=minutes)

    def lived(self) -> list[Event]:
        """The whole life: planned, executed, submitted to the broker."""
        self.planned()
        self.started()
        self.generated()
        self.notified("notif_broker", "broker")
        self.notified("notif_warehouse", "warehouse")
        self.submitted("prepared")
        self.submitted("sending")
        self.submitted("sent", package_state="sent_to_broker")
        self.executed()
        return self.events
