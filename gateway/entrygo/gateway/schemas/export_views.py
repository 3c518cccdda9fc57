"""What is answered about exports. The documented spellings, camelCase and snake_case, stand side by side."""

from typing import Annotated, Any, NotRequired

from pydantic import Field
from typing_extensions import TypedDict

from entrygo.domain.facts import CHANNEL_NAMES
from entrygo.gateway.schemas.entry_summaries import EntryOutcome
from entrygo.gateway.schemas.plan_views import EstimatedEntry, ExcludedOrder, Timestamp, ValidationMessage


class Artifact(TypedDict):
    artifact_type: str
    filename: str
    generated_at: Timestamp
    media_type: str
    size_bytes: int
    sha256: str


class EntryNumber(TypedDict):
    entry: Annotated[int, Field(description="Number of the entry in the plan")]
    entry_number: Annotated[str, Field(description="As the broker filed it: ABC-1234567-6")]


class BrokerSubmission(TypedDict):
    id: str
    submission_type: Annotated[str, Field(description=", ".join(CHANNEL_NAMES).upper())]
    status: Annotated[
        str, Field(description="prepared, sending, sent, acknowledged, rejected, failed or unknown")
    ]
    recipient_email: str
    subject: str
    sent_at: str | None
    error_message: str | None
    attempts: int
    next_attempt_at: str | None
    created_at: str | None
    reason: Annotated[str | None, Field(description="Why it was sent again; null for the first")]
    destination: Annotated[str, Field(description="The address, the URL without its query, or sftp://…")]
    entry_number: Annotated[str | None, Field(description="Entry number that the broker gave")]
    broker_reason: Annotated[str | None, Field(description="Why the broker rejected it")]
    answered_at: Annotated[str | None, Field(description="When the broker acknowledged or rejected it")]
    kind: Annotated[
        str, Field(description="package, or withdrawal: the notice that a package is not to be filed")
    ]
    noted_by: Annotated[str | None, Field(description="Who recorded the answer; null if the broker gave it")]
    note: Annotated[str | None, Field(description="Source of the recorded answer")]
    entry: Annotated[
        int | None,
        Field(description="The entry, if each is submitted separately; null: the whole package"),
    ]
    entry_numbers: Annotated[
        list[EntryNumber], Field(description="The number of each entry; entry_number is the first of them")
    ]
    server_answer: Annotated[
        str | None, Field(description="What the broker's server said when it took it; null if it has not")
    ]


class ExecuteAnswer(TypedDict):
    exportId: str
    state: str
    batch_id: str
    status: str
    customs_package_id: str
    planHash: str
    artifacts: list[Artifact]
    notification_ids: list[str]
    notifications: list[str]
    execution_timestamp: Timestamp
    brokerSubmission: BrokerSubmission | None
    brokerSubmissions: Annotated[
        list[BrokerSubmission],
        Field(description="One per entry, if each is submitted separately; brokerSubmission is the first"),
    ]


class ResubmitAnswer(TypedDict):
    exportId: str
    brokerSubmission: BrokerSubmission


class NoteBrokerAnswerAnswer(TypedDict):
    exportId: str
    brokerSubmission: BrokerSubmission


class CancelAnswer(TypedDict):
    exportId: str
    state: str
    batch_id: str
    status: str
    cancelledAt: Timestamp


class WithdrawAnswer(TypedDict):
    """A dry run has no state and no withdrawnAt."""

    exportId: str
    state: Annotated[str | None, Field(description="WITHDRAWN; null for a dry run")]
    batch_id: str
    status: Annotated[str, Field(description="WITHDRAWN, or DRY_RUN")]
    customs_package_id: str
    reason: str
    withdrawnAt: str | None
    orders: Annotated[int, Field(description="Number of orders that can be planned again")]
    brokerTold: Annotated[bool, Field(description="False if the package certainly reached no broker")]
    brokerNotices: Annotated[
        list[BrokerSubmission], Field(description="One for each destination that may have the package")
    ]


class Withdrawal(TypedDict):
    withdrawnAt: Timestamp
    reason: str


class ExportPlan(TypedDict):
    readinessState: str
    included_order_ids: list[str]
    excluded_order_ids: list[str]
    excluded_orders: NotRequired[list[ExcludedOrder]]
    flags: list[str]
    missing_data: list[str]
    recommended_strategy: str
    revision: int
    planned_at: str
    entry_type: str
    total_value_usd: float
    entries: list[EstimatedEntry]


class ExportExecution(TypedDict):
    customs_package_id: str | None
    executed_at: str | None


class ExportInspection(TypedDict):
    artifact_count: int
    notification_count: int


class ExportSection(TypedDict):
    batch_id: str
    status: str
    planHash: str
    lifecycle_state: str
    plan: ExportPlan
    execution: ExportExecution
    inspection: ExportInspection


class BatchSection(TypedDict):
    id: str
    state: str
    raw_state: str
    warehouse_id: str
    broker_id: str
    destination_country: str
    estimated_savings_usd: float
    next_recommended_action: str
    created_at: Timestamp
    executed_at: str | None


class CustomsPackageSummary(TypedDict):
    id: str
    packageNumber: str
    state: str


class Notification(TypedDict):
    id: str
    channel: str
    status: str
    created_at: Timestamp
    recipient: Annotated[str, Field(description="broker or warehouse")]


class SnapshotSection(TypedDict):
    included_order_ids: list[str]
    planHash: str
    entry_date: str
    ruleset_version: str
    reference_version: str


class TimelineEvent(TypedDict):
    id: str
    type: Annotated[str, Field(description="Dotted name, e.g. export.executed")]
    created_at: Timestamp
    payload: dict[str, Any]


class InspectAnswer(TypedDict):
    """The truth about an export, now."""

    exportId: str
    status: str
    state: str
    readinessState: str
    complianceScore: int
    validationMessages: list[ValidationMessage]
    planHash: str
    artifacts: list[Artifact]
    export: ExportSection
    batch: BatchSection
    customsPackage: CustomsPackageSummary | None
    notifications: list[Notification]
    brokerSubmission: BrokerSubmission | None
    brokerSubmissions: Annotated[list[BrokerSubmission], Field(description="All of them, oldest first")]
    snapshot: SnapshotSection
    events: list[TimelineEvent]
    stale: Annotated[bool, Field(description="An owning service did not answer: newer data may exist")]
    withdrawal: Annotated[Withdrawal | None, Field(description="Set after a withdrawal")]
    supersedes: Annotated[str | None, Field(description="The export that this one replaces")]
    supersededBy: Annotated[str | None, Field(description="The export that replaces this one")]
    entrySummaries: Annotated[list[EntryOutcome], Field(description="The latest summary of each entry")]


class ExportSummary(TypedDict):
    exportId: str
    state: str
    readinessState: str
    complianceScore: int
    planHash: str
    warehouseId: str
    brokerId: str
    destinationCountry: str
    estimatedImportSavingsUsd: float
    orderCount: int
    customsPackageId: str | None
    brokerSubmissionStatus: str | None
    createdAt: Timestamp
    executedAt: str | None


class ExportPage(TypedDict):
    data: list[ExportSummary]
    hasMore: bool
    nextCursor: str | None


class CustomsPackageAnswer(TypedDict):
    id: str
    exportBatchId: str
    packageNumber: str
    state: str
    createdAt: Timestamp
    artifacts: list[Artifact]
