"""What execution keeps, as values: executions, packages, artifacts, submissions. No SQL, no wire."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple, NewType

from entrygo.domain.principal import Tenant, Visible
from entrygo.domain.shipment import NOTHING_STATED, Shipment
from entrygo.domain.time import rfc3339
from entrygo.execution.package.facts import PackageFacts


class Step(StrEnum):
    """How far an execution has come."""

    STARTED = "started"
    CLAIMED = "claimed"
    PREPARED = "prepared"
    COMPLETED = "completed"
    FAILED = "failed"


class PackageState(StrEnum):
    """How far a package is on its way to the broker, and what the broker said of it."""

    RESERVED = "reserved"
    GENERATED = "generated"
    SENT = "sent_to_broker"
    FAILED = "broker_submission_failed"
    UNKNOWN = "broker_submission_unknown"
    ACKNOWLEDGED = "acknowledged_by_broker"
    REJECTED = "rejected_by_broker"
    # Not to be filed any more; nothing follows.
    WITHDRAWN = "withdrawn"
    SUPERSEDED = "superseded"


# The way to the broker: the name of an entry of CHANNELS, in capitals.
SubmissionType = NewType("SubmissionType", str)


class SubmissionStatus(StrEnum):
    """Where an attempt to deliver stands; `unknown`: it may have arrived, and is not sent again by itself."""

    PREPARED = "prepared"
    SENDING = "sending"
    SENT = "sent"
    ACKNOWLEDGED = "acknowledged"
    REJECTED = "rejected"
    FAILED = "failed"
    UNKNOWN = "unknown"


class SubmissionKind(StrEnum):
    """What is sent: a package, or the notice that it is not to be filed."""

    PACKAGE = "package"
    WITHDRAWAL = "withdrawal"


class Phase(StrEnum):
    """Within `sending`: before or after the point where bytes may reach the broker."""

    ENVELOPE = "envelope"
    DATA = "data"


class NotificationStatus(StrEnum):
    """Of a notification: written down, surely delivered, or surely not."""

    RECORDED = "recorded"
    SENT = "sent"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Claim:
    """What planning's claim fixed. A planning of the previous release names no warehouse."""

    revision: int
    plan_hash: str
    warehouse_id: str | None
    # The export whose place it takes, if any.
    supersedes: str | None = None
    # As it is stored, where it is small; empty where it must be asked for.
    snapshot: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """What planning's withdrawal set free: how many orders, of which warehouse."""

    orders: int
    warehouse_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ExecuteCommand:
    """A validated request; `fingerprint` says whether a key is used for the same request again."""

    visible: Visible
    export_id: str
    expected_plan_hash: str
    key: str
    fingerprint: bytes
    shipment: Shipment = NOTHING_STATED


@dataclass(frozen=True, slots=True, kw_only=True)
class Execution:
    """One run of a plan; whoever holds `attempt` may write."""

    tenant: Tenant
    id: str
    export_id: str
    step: Step
    idempotency_key: str
    expected_plan_hash: str
    attempt: int
    revision: int | None = None
    plan_hash: str | None = None
    package_id: str | None = None
    submission_id: str | None = None
    executed_at: datetime | None = None
    response: bytes | None = None
    shipment: Shipment = NOTHING_STATED
    # Of the plan that was claimed; before that, of the key that asked. None where it is not known.
    warehouse_id: str | None = None

    @property
    def visible(self) -> Visible:
        """Every row of the account: what is under way serves the account, whoever asked for it."""
        return Visible.whole(self.tenant)

    def is_surely_hidden(self, caller: Visible) -> bool:
        """Whether it is of a warehouse that the caller may not see; nobody knows that before its claim."""
        return caller.surely_excludes(self.warehouse_id, is_settled=self.step is not Step.STARTED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdrawal:
    """An executed export that is taken back; `response` is the answer once the notices are written."""

    tenant: Tenant
    id: str
    export_id: str
    reason: str
    idempotency_key: str
    created_at: datetime
    # The warehouse of the caller's key; once done, that of the export.
    warehouse_id: str | None = None
    response: bytes | None = None

    @property
    def visible(self) -> Visible:
        """Every row of the account: what is under way serves the account, whoever asked for it."""
        return Visible.whole(self.tenant)

    def is_surely_hidden(self, caller: Visible) -> bool:
        """Whether it is of a warehouse that the caller may not see; nobody knows that before its end."""
        return caller.surely_excludes(self.warehouse_id, is_settled=self.response is not None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """The documents of one export under one number; times are UTC."""

    id: str
    export_id: str
    number: str
    state: PackageState
    generated_at: datetime
    closed_at: datetime | None = None
    closed_reason: str | None = None
    # The package whose place it takes, and the one that has taken its, by id.
    replaces: str | None = None
    replaced_by: str | None = None
    # JSON of a PackageSummary; empty before it is made, and in packages from before there was any.
    summary: str = ""

    @property
    def is_closed(self) -> bool:
        """Whether it is not to be filed any more."""
        return self.state in (PackageState.WITHDRAWN, PackageState.SUPERSEDED)

    def facts(
        self, shipment: Shipment = NOTHING_STATED, *, replaces: "Package | None" = None
    ) -> PackageFacts:
        """What the documents and the mail need of it, with what the caller stated of the shipment."""
        return PackageFacts(
            id=self.id,
            number=self.number,
            generated_at=rfc3339(self.generated_at),
            shipment=shipment,
            replaces="" if replaces is None else replaces.number,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Artifact:
    """A document: its bytes are in the object store, under their SHA-256 (hex)."""

    artifact_type: str
    filename: str
    media_type: str
    size_bytes: int
    sha256: str
    generated_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Notification:
    """That the broker or the warehouse is informed of a package, and over which channel."""

    id: str
    package_id: str
    channel: str
    recipient: str
    status: NotificationStatus
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """A row of the ledger; `attempts` counts the tries and fences the owner of the latest."""

    tenant: Tenant
    id: str
    export_id: str
    package_id: str
    notification_id: str
    submission_type: SubmissionType
    status: SubmissionStatus
    phase: Phase
    sender: str
    recipient_email: str | None
    subject: str
    message_id: str
    content_sha256: str
    reason: str
    attempts: int
    next_attempt_at: datetime | None
    sent_at: datetime | None
    error_message: str | None
    created_at: datetime
    # Where an upload goes, as JSON; empty for mail.
    endpoint: str
    # What the upload is called at the broker.
    filename: str
    # Every document in one ZIP.
    pack_sha256: str
    pack_bytes: int
    # The broker whose record is read when it is sent again; empty in old rows.
    broker_id: str = ""
    entry_number: str | None = None
    broker_reason: str | None = None
    answered_at: datetime | None = None
    answers: int = 0
    # When the simulated broker of a test account answers.
    reaction_at: datetime | None = None
    # When it was written, by the database's clock; None before that.
    prepared_at: datetime | None = None
    kind: SubmissionKind = SubmissionKind.PACKAGE
    # When it was last kept from leaving, by the same clock as `prepared_at`.
    held_at: datetime | None = None
    # Who of the account's own people noted the latest answer, and how they know.
    noted_by: str | None = None
    note: str | None = None
    # The entry that it is of, where each goes in a submission of its own; None is the whole package.
    entry: int | None = None
    # What the broker gave, by entry; `entry_number` is the first of them.
    entry_numbers: Mapping[int, str] = field(default_factory=dict)
    # What the server said when it took it; None in old rows.
    server_answer: str | None = None

    @property
    def may_have_arrived(self) -> bool:
        """Whether a broker may have it: not before the first attempt, nor after one that surely failed."""
        return self.status not in (SubmissionStatus.PREPARED, SubmissionStatus.FAILED)

    @property
    def visible(self) -> Visible:
        """Every row of the account: what is under way serves the account, whoever asked for it."""
        return Visible.whole(self.tenant)


class Numbered(NamedTuple):
    """A package by its numbers: its own, and those of its entries as far as its broker gave them."""

    id: str
    number: str
    export_id: str
    entry_numbers: tuple[str, ...]
