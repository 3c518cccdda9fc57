from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Event(_message.Message):
    __slots__ = ("id", "type", "source", "account_id", "mode", "stream_id", "sequence", "occurred_at", "detail_omitted", "previous_id", "epoch", "orders_synced", "export_planned", "export_execution_started", "export_executed", "export_execution_failed", "export_cancelled", "export_approved", "export_withdrawn", "export_superseded", "customs_package_generated", "notification_recorded", "broker_submission_changed", "customs_package_closed", "entry_summary_recorded", "entry_task_closed")
    ID_FIELD_NUMBER: _ClassVar[int]
    TYPE_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    ACCOUNT_ID_FIELD_NUMBER: _ClassVar[int]
    MODE_FIELD_NUMBER: _ClassVar[int]
    STREAM_ID_FIELD_NUMBER: _ClassVar[int]
    SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    OCCURRED_AT_FIELD_NUMBER: _ClassVar[int]
    DETAIL_OMITTED_FIELD_NUMBER: _ClassVar[int]
    PREVIOUS_ID_FIELD_NUMBER: _ClassVar[int]
    EPOCH_FIELD_NUMBER: _ClassVar[int]
    ORDERS_SYNCED_FIELD_NUMBER: _ClassVar[int]
    EXPORT_PLANNED_FIELD_NUMBER: _ClassVar[int]
    EXPORT_EXECUTION_STARTED_FIELD_NUMBER: _ClassVar[int]
    EXPORT_EXECUTED_FIELD_NUMBER: _ClassVar[int]
    EXPORT_EXECUTION_FAILED_FIELD_NUMBER: _ClassVar[int]
    EXPORT_CANCELLED_FIELD_NUMBER: _ClassVar[int]
    EXPORT_APPROVED_FIELD_NUMBER: _ClassVar[int]
    EXPORT_WITHDRAWN_FIELD_NUMBER: _ClassVar[int]
    EXPORT_SUPERSEDED_FIELD_NUMBER: _ClassVar[int]
    CUSTOMS_PACKAGE_GENERATED_FIELD_NUMBER: _ClassVar[int]
    NOTIFICATION_RECORDED_FIELD_NUMBER: _ClassVar[int]
    BROKER_SUBMISSION_CHANGED_FIELD_NUMBER: _ClassVar[int]
    CUSTOMS_PACKAGE_CLOSED_FIELD_NUMBER: _ClassVar[int]
    ENTRY_SUMMARY_RECORDED_FIELD_NUMBER: _ClassVar[int]
    ENTRY_TASK_CLOSED_FIELD_NUMBER: _ClassVar[int]
    id: str
    type: str
    source: str
    account_id: str
    mode: str
    stream_id: str
    sequence: int
    occurred_at: str
    detail_omitted: bool
    previous_id: str
    epoch: str
    orders_synced: OrdersSynced
    export_planned: ExportPlanned
    export_execution_started: ExportExecutionStarted
    export_executed: ExportExecuted
    export_execution_failed: ExportExecutionFailed
    export_cancelled: ExportCancelled
    export_approved: ExportApproved
    export_withdrawn: ExportWithdrawn
    export_superseded: ExportSuperseded
    customs_package_generated: CustomsPackageGenerated
    notification_recorded: NotificationRecorded
    broker_submission_changed: BrokerSubmissionChanged
    customs_package_closed: CustomsPackageClosed
    entry_summary_recorded: EntrySummaryRecorded
    entry_task_closed: EntryTaskClosed
    def __init__(self, id: _Optional[str] = ..., type: _Optional[str] = ..., source: _Optional[str] = ..., account_id: _Optional[str] = ..., mode: _Optional[str] = ..., stream_id: _Optional[str] = ..., sequence: _Optional[int] = ..., occurred_at: _Optional[str] = ..., detail_omitted: _Optional[bool] = ..., previous_id: _Optional[str] = ..., epoch: _Optional[str] = ..., orders_synced: _Optional[_Union[OrdersSynced, _Mapping]] = ..., export_planned: _Optional[_Union[ExportPlanned, _Mapping]] = ..., export_execution_started: _Optional[_Union[ExportExecutionStarted, _Mapping]] = ..., export_executed: _Optional[_Union[ExportExecuted, _Mapping]] = ..., export_execution_failed: _Optional[_Union[ExportExecutionFailed, _Mapping]] = ..., export_cancelled: _Optional[_Union[ExportCancelled, _Mapping]] = ..., export_approved: _Optional[_Union[ExportApproved, _Mapping]] = ..., export_withdrawn: _Optional[_Union[ExportWithdrawn, _Mapping]] = ..., export_superseded: _Optional[_Union[ExportSuperseded, _Mapping]] = ..., customs_package_generated: _Optional[_Union[CustomsPackageGenerated, _Mapping]] = ..., notification_recorded: _Optional[_Union[NotificationRecorded, _Mapping]] = ..., broker_submission_changed: _Optional[_Union[BrokerSubmissionChanged, _Mapping]] = ..., customs_package_closed: _Optional[_Union[CustomsPackageClosed, _Mapping]] = ..., entry_summary_recorded: _Optional[_Union[EntrySummaryRecorded, _Mapping]] = ..., entry_task_closed: _Optional[_Union[EntryTaskClosed, _Mapping]] = ...) -> None: ...

class ExportApproved(_message.Message):
    __slots__ = ("batch_id", "plan_hash", "approved_by", "note")
    BATCH_ID_FIELD_NUMBER: _ClassVar[int]
    PLAN_HASH_FIELD_NUMBER: _ClassVar[int]
    APPROVED_BY_FIELD_NUMBER: _ClassVar[int]
    NOTE_FIELD_NUMBER: _ClassVar[int]
    batch_id: str
    plan_hash: str
    approved_by: str
    note: str
    def __init__(self, batch_id: _Optional[str] = ..., plan_hash: _Optional[str] = ..., approved_by: _Optional[str] = ..., note: _Optional[str] = ...) -> None: ...

class EventsAfterRequest(_message.Message):
    __slots__ = ("stream_id", "after_sequence", "customs_package_id", "after_event_id")
    STREAM_ID_FIELD_NUMBER: _ClassVar[int]
    AFTER_SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    CUSTOMS_PACKAGE_ID_FIELD_NUMBER: _ClassVar[int]
    AFTER_EVENT_ID_FIELD_NUMBER: _ClassVar[int]
    stream_id: str
    after_sequence: int
    customs_package_id: str
    after_event_id: str
    def __init__(self, stream_id: _Optional[str] = ..., after_sequence: _Optional[int] = ..., customs_package_id: _Optional[str] = ..., after_event_id: _Optional[str] = ...) -> None: ...

class ReplayEventsRequest(_message.Message):
    __slots__ = ("recorded_since",)
    RECORDED_SINCE_FIELD_NUMBER: _ClassVar[int]
    recorded_since: str
    def __init__(self, recorded_since: _Optional[str] = ...) -> None: ...

class GetHistoryRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class History(_message.Message):
    __slots__ = ("epoch", "database_time")
    EPOCH_FIELD_NUMBER: _ClassVar[int]
    DATABASE_TIME_FIELD_NUMBER: _ClassVar[int]
    epoch: str
    database_time: str
    def __init__(self, epoch: _Optional[str] = ..., database_time: _Optional[str] = ...) -> None: ...

class OrdersSynced(_message.Message):
    __slots__ = ("order_ids",)
    ORDER_IDS_FIELD_NUMBER: _ClassVar[int]
    order_ids: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, order_ids: _Optional[_Iterable[str]] = ...) -> None: ...

class ExportPlanned(_message.Message):
    __slots__ = ("batch_id", "revision", "plan", "supersedes")
    BATCH_ID_FIELD_NUMBER: _ClassVar[int]
    REVISION_FIELD_NUMBER: _ClassVar[int]
    PLAN_FIELD_NUMBER: _ClassVar[int]
    SUPERSEDES_FIELD_NUMBER: _ClassVar[int]
    batch_id: str
    revision: int
    plan: Plan
    supersedes: str
    def __init__(self, batch_id: _Optional[str] = ..., revision: _Optional[int] = ..., plan: _Optional[_Union[Plan, _Mapping]] = ..., supersedes: _Optional[str] = ...) -> None: ...

class Plan(_message.Message):
    __slots__ = ("plan_hash", "readiness_state", "compliance_score", "validation_messages", "included_order_ids", "excluded_order_ids", "flags", "missing_data", "recommended_strategy", "estimated_import_savings_usd", "next_recommended_action", "warehouse_id", "broker_id", "destination_country", "entry_date", "ruleset_version", "reference_version", "planned_at", "entry_type", "total_value_usd", "asked_entry_type", "issues", "entries", "coverage", "saving", "bonds", "excluded_orders")
    PLAN_HASH_FIELD_NUMBER: _ClassVar[int]
    READINESS_STATE_FIELD_NUMBER: _ClassVar[int]
    COMPLIANCE_SCORE_FIELD_NUMBER: _ClassVar[int]
    VALIDATION_MESSAGES_FIELD_NUMBER: _ClassVar[int]
    INCLUDED_ORDER_IDS_FIELD_NUMBER: _ClassVar[int]
    EXCLUDED_ORDER_IDS_FIELD_NUMBER: _ClassVar[int]
    FLAGS_FIELD_NUMBER: _ClassVar[int]
    MISSING_DATA_FIELD_NUMBER: _ClassVar[int]
    RECOMMENDED_STRATEGY_FIELD_NUMBER: _ClassVar[int]
    ESTIMATED_IMPORT_SAVINGS_USD_FIELD_NUMBER: _ClassVar[int]
    NEXT_RECOMMENDED_ACTION_FIELD_NUMBER: _ClassVar[int]
    WAREHOUSE_ID_FIELD_NUMBER: _ClassVar[int]
    BROKER_ID_FIELD_NUMBER: _ClassVar[int]
    DESTINATION_COUNTRY_FIELD_NUMBER: _ClassVar[int]
    ENTRY_DATE_FIELD_NUMBER: _ClassVar[int]
    RULESET_VERSION_FIELD_NUMBER: _ClassVar[int]
    REFERENCE_VERSION_FIELD_NUMBER: _ClassVar[int]
    PLANNED_AT_FIELD_NUMBER: _ClassVar[int]
    ENTRY_TYPE_FIELD_NUMBER: _ClassVar[int]
    TOTAL_VALUE_USD_FIELD_NUMBER: _ClassVar[int]
    ASKED_ENTRY_TYPE_FIELD_NUMBER: _ClassVar[int]
    ISSUES_FIELD_NUMBER: _ClassVar[int]
    ENTRIES_FIELD_NUMBER: _ClassVar[int]
    COVERAGE_FIELD_NUMBER: _ClassVar[int]
    SAVING_FIELD_NUMBER: _ClassVar[int]
    BONDS_FIELD_NUMBER: _ClassVar[int]
    EXCLUDED_ORDERS_FIELD_NUMBER: _ClassVar[int]
    plan_hash: str
    readiness_state: str
    compliance_score: int
    validation_messages: _containers.RepeatedCompositeFieldContainer[ValidationMessage]
    included_order_ids: _containers.RepeatedScalarFieldContainer[str]
    excluded_order_ids: _containers.RepeatedScalarFieldContainer[str]
    flags: _containers.RepeatedScalarFieldContainer[str]
    missing_data: _containers.RepeatedScalarFieldContainer[str]
    recommended_strategy: str
    estimated_import_savings_usd: str
    next_recommended_action: str
    warehouse_id: str
    broker_id: str
    destination_country: str
    entry_date: str
    ruleset_version: str
    reference_version: str
    planned_at: str
    entry_type: str
    total_value_usd: str
    asked_entry_type: str
    issues: PlanIssues
    entries: _containers.RepeatedCompositeFieldContainer[PlannedEntry]
    coverage: Coverage
    saving: MeasuredSaving
    bonds: _containers.RepeatedCompositeFieldContainer[BondNeed]
    excluded_orders: _containers.RepeatedCompositeFieldContainer[ExcludedOrder]
    def __init__(self, plan_hash: _Optional[str] = ..., readiness_state: _Optional[str] = ..., compliance_score: _Optional[int] = ..., validation_messages: _Optional[_Iterable[_Union[ValidationMessage, _Mapping]]] = ..., included_order_ids: _Optional[_Iterable[str]] = ..., excluded_order_ids: _Optional[_Iterable[str]] = ..., flags: _Optional[_Iterable[str]] = ..., missing_data: _Optional[_Iterable[str]] = ..., recommended_strategy: _Optional[str] = ..., estimated_import_savings_usd: _Optional[str] = ..., next_recommended_action: _Optional[str] = ..., warehouse_id: _Optional[str] = ..., broker_id: _Optional[str] = ..., destination_country: _Optional[str] = ..., entry_date: _Optional[str] = ..., ruleset_version: _Optional[str] = ..., reference_version: _Optional[str] = ..., planned_at: _Optional[str] = ..., entry_type: _Optional[str] = ..., total_value_usd: _Optional[str] = ..., asked_entry_type: _Optional[str] = ..., issues: _Optional[_Union[PlanIssues, _Mapping]] = ..., entries: _Optional[_Iterable[_Union[PlannedEntry, _Mapping]]] = ..., coverage: _Optional[_Union[Coverage, _Mapping]] = ..., saving: _Optional[_Union[MeasuredSaving, _Mapping]] = ..., bonds: _Optional[_Iterable[_Union[BondNeed, _Mapping]]] = ..., excluded_orders: _Optional[_Iterable[_Union[ExcludedOrder, _Mapping]]] = ...) -> None: ...

class ExcludedOrder(_message.Message):
    __slots__ = ("order_id", "external_id", "reasons")
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    EXTERNAL_ID_FIELD_NUMBER: _ClassVar[int]
    REASONS_FIELD_NUMBER: _ClassVar[int]
    order_id: str
    external_id: str
    reasons: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, order_id: _Optional[str] = ..., external_id: _Optional[str] = ..., reasons: _Optional[_Iterable[str]] = ...) -> None: ...

class BondNeed(_message.Message):
    __slots__ = ("importer", "type", "on_file_usd", "needed_usd", "is_sufficient", "twelve_months_usd", "first_day", "last_day", "entries", "is_complete")
    IMPORTER_FIELD_NUMBER: _ClassVar[int]
    TYPE_FIELD_NUMBER: _ClassVar[int]
    ON_FILE_USD_FIELD_NUMBER: _ClassVar[int]
    NEEDED_USD_FIELD_NUMBER: _ClassVar[int]
    IS_SUFFICIENT_FIELD_NUMBER: _ClassVar[int]
    TWELVE_MONTHS_USD_FIELD_NUMBER: _ClassVar[int]
    FIRST_DAY_FIELD_NUMBER: _ClassVar[int]
    LAST_DAY_FIELD_NUMBER: _ClassVar[int]
    ENTRIES_FIELD_NUMBER: _ClassVar[int]
    IS_COMPLETE_FIELD_NUMBER: _ClassVar[int]
    importer: str
    type: str
    on_file_usd: str
    needed_usd: str
    is_sufficient: bool
    twelve_months_usd: str
    first_day: str
    last_day: str
    entries: int
    is_complete: bool
    def __init__(self, importer: _Optional[str] = ..., type: _Optional[str] = ..., on_file_usd: _Optional[str] = ..., needed_usd: _Optional[str] = ..., is_sufficient: _Optional[bool] = ..., twelve_months_usd: _Optional[str] = ..., first_day: _Optional[str] = ..., last_day: _Optional[str] = ..., entries: _Optional[int] = ..., is_complete: _Optional[bool] = ...) -> None: ...

class MeasuredSaving(_message.Message):
    __slots__ = ("basis", "alternative_usd", "consolidated_usd", "saving_usd")
    BASIS_FIELD_NUMBER: _ClassVar[int]
    ALTERNATIVE_USD_FIELD_NUMBER: _ClassVar[int]
    CONSOLIDATED_USD_FIELD_NUMBER: _ClassVar[int]
    SAVING_USD_FIELD_NUMBER: _ClassVar[int]
    basis: str
    alternative_usd: str
    consolidated_usd: str
    saving_usd: str
    def __init__(self, basis: _Optional[str] = ..., alternative_usd: _Optional[str] = ..., consolidated_usd: _Optional[str] = ..., saving_usd: _Optional[str] = ...) -> None: ...

class Coverage(_message.Message):
    __slots__ = ("lists", "codes")
    LISTS_FIELD_NUMBER: _ClassVar[int]
    CODES_FIELD_NUMBER: _ClassVar[int]
    lists: _containers.RepeatedCompositeFieldContainer[LoadedList]
    codes: _containers.RepeatedCompositeFieldContainer[CodeCoverage]
    def __init__(self, lists: _Optional[_Iterable[_Union[LoadedList, _Mapping]]] = ..., codes: _Optional[_Iterable[_Union[CodeCoverage, _Mapping]]] = ...) -> None: ...

class LoadedList(_message.Message):
    __slots__ = ("subject", "table", "is_loaded", "source", "effective_from", "checked_on")
    SUBJECT_FIELD_NUMBER: _ClassVar[int]
    TABLE_FIELD_NUMBER: _ClassVar[int]
    IS_LOADED_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    EFFECTIVE_FROM_FIELD_NUMBER: _ClassVar[int]
    CHECKED_ON_FIELD_NUMBER: _ClassVar[int]
    subject: str
    table: str
    is_loaded: bool
    source: str
    effective_from: str
    checked_on: str
    def __init__(self, subject: _Optional[str] = ..., table: _Optional[str] = ..., is_loaded: _Optional[bool] = ..., source: _Optional[str] = ..., effective_from: _Optional[str] = ..., checked_on: _Optional[str] = ...) -> None: ...

class CodeCoverage(_message.Message):
    __slots__ = ("hts_code", "country_of_origin", "checks")
    HTS_CODE_FIELD_NUMBER: _ClassVar[int]
    COUNTRY_OF_ORIGIN_FIELD_NUMBER: _ClassVar[int]
    CHECKS_FIELD_NUMBER: _ClassVar[int]
    hts_code: str
    country_of_origin: str
    checks: _containers.RepeatedCompositeFieldContainer[Check]
    def __init__(self, hts_code: _Optional[str] = ..., country_of_origin: _Optional[str] = ..., checks: _Optional[_Iterable[_Union[Check, _Mapping]]] = ...) -> None: ...

class Check(_message.Message):
    __slots__ = ("subject", "by")
    SUBJECT_FIELD_NUMBER: _ClassVar[int]
    BY_FIELD_NUMBER: _ClassVar[int]
    subject: str
    by: str
    def __init__(self, subject: _Optional[str] = ..., by: _Optional[str] = ...) -> None: ...

class PlannedEntry(_message.Message):
    __slots__ = ("number", "orders", "lines", "value_usd", "importer", "duty", "importer_id", "importer_external_id", "importer_name", "entry_type", "readiness_state", "issues", "broker_fees_usd", "filed_as")
    NUMBER_FIELD_NUMBER: _ClassVar[int]
    ORDERS_FIELD_NUMBER: _ClassVar[int]
    LINES_FIELD_NUMBER: _ClassVar[int]
    VALUE_USD_FIELD_NUMBER: _ClassVar[int]
    IMPORTER_FIELD_NUMBER: _ClassVar[int]
    DUTY_FIELD_NUMBER: _ClassVar[int]
    IMPORTER_ID_FIELD_NUMBER: _ClassVar[int]
    IMPORTER_EXTERNAL_ID_FIELD_NUMBER: _ClassVar[int]
    IMPORTER_NAME_FIELD_NUMBER: _ClassVar[int]
    ENTRY_TYPE_FIELD_NUMBER: _ClassVar[int]
    READINESS_STATE_FIELD_NUMBER: _ClassVar[int]
    ISSUES_FIELD_NUMBER: _ClassVar[int]
    BROKER_FEES_USD_FIELD_NUMBER: _ClassVar[int]
    FILED_AS_FIELD_NUMBER: _ClassVar[int]
    number: int
    orders: int
    lines: int
    value_usd: str
    importer: str
    duty: EntryDuty
    importer_id: str
    importer_external_id: str
    importer_name: str
    entry_type: str
    readiness_state: str
    issues: _containers.RepeatedCompositeFieldContainer[EntryIssue]
    broker_fees_usd: str
    filed_as: str
    def __init__(self, number: _Optional[int] = ..., orders: _Optional[int] = ..., lines: _Optional[int] = ..., value_usd: _Optional[str] = ..., importer: _Optional[str] = ..., duty: _Optional[_Union[EntryDuty, _Mapping]] = ..., importer_id: _Optional[str] = ..., importer_external_id: _Optional[str] = ..., importer_name: _Optional[str] = ..., entry_type: _Optional[str] = ..., readiness_state: _Optional[str] = ..., issues: _Optional[_Iterable[_Union[EntryIssue, _Mapping]]] = ..., broker_fees_usd: _Optional[str] = ..., filed_as: _Optional[str] = ...) -> None: ...

class EntryNumber(_message.Message):
    __slots__ = ("entry", "entry_number")
    ENTRY_FIELD_NUMBER: _ClassVar[int]
    ENTRY_NUMBER_FIELD_NUMBER: _ClassVar[int]
    entry: int
    entry_number: str
    def __init__(self, entry: _Optional[int] = ..., entry_number: _Optional[str] = ...) -> None: ...

class EntryIssue(_message.Message):
    __slots__ = ("code", "severity", "message", "field", "count")
    CODE_FIELD_NUMBER: _ClassVar[int]
    SEVERITY_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    FIELD_FIELD_NUMBER: _ClassVar[int]
    COUNT_FIELD_NUMBER: _ClassVar[int]
    code: str
    severity: str
    message: str
    field: str
    count: int
    def __init__(self, code: _Optional[str] = ..., severity: _Optional[str] = ..., message: _Optional[str] = ..., field: _Optional[str] = ..., count: _Optional[int] = ...) -> None: ...

class EntryDuty(_message.Message):
    __slots__ = ("entry_type", "duty_low_usd", "duty_high_usd", "processing_fee_usd", "lines")
    ENTRY_TYPE_FIELD_NUMBER: _ClassVar[int]
    DUTY_LOW_USD_FIELD_NUMBER: _ClassVar[int]
    DUTY_HIGH_USD_FIELD_NUMBER: _ClassVar[int]
    PROCESSING_FEE_USD_FIELD_NUMBER: _ClassVar[int]
    LINES_FIELD_NUMBER: _ClassVar[int]
    entry_type: str
    duty_low_usd: str
    duty_high_usd: str
    processing_fee_usd: str
    lines: _containers.RepeatedCompositeFieldContainer[LineDuty]
    def __init__(self, entry_type: _Optional[str] = ..., duty_low_usd: _Optional[str] = ..., duty_high_usd: _Optional[str] = ..., processing_fee_usd: _Optional[str] = ..., lines: _Optional[_Iterable[_Union[LineDuty, _Mapping]]] = ...) -> None: ...

class LineDuty(_message.Message):
    __slots__ = ("number", "hts_code", "country_of_origin", "value_usd", "low_usd", "high_usd", "low", "high", "questions", "not_computed", "findings", "unchecked")
    NUMBER_FIELD_NUMBER: _ClassVar[int]
    HTS_CODE_FIELD_NUMBER: _ClassVar[int]
    COUNTRY_OF_ORIGIN_FIELD_NUMBER: _ClassVar[int]
    VALUE_USD_FIELD_NUMBER: _ClassVar[int]
    LOW_USD_FIELD_NUMBER: _ClassVar[int]
    HIGH_USD_FIELD_NUMBER: _ClassVar[int]
    LOW_FIELD_NUMBER: _ClassVar[int]
    HIGH_FIELD_NUMBER: _ClassVar[int]
    QUESTIONS_FIELD_NUMBER: _ClassVar[int]
    NOT_COMPUTED_FIELD_NUMBER: _ClassVar[int]
    FINDINGS_FIELD_NUMBER: _ClassVar[int]
    UNCHECKED_FIELD_NUMBER: _ClassVar[int]
    number: int
    hts_code: str
    country_of_origin: str
    value_usd: str
    low_usd: str
    high_usd: str
    low: _containers.RepeatedCompositeFieldContainer[DutyFigure]
    high: _containers.RepeatedCompositeFieldContainer[DutyFigure]
    questions: _containers.RepeatedScalarFieldContainer[str]
    not_computed: _containers.RepeatedScalarFieldContainer[str]
    findings: _containers.RepeatedScalarFieldContainer[str]
    unchecked: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, number: _Optional[int] = ..., hts_code: _Optional[str] = ..., country_of_origin: _Optional[str] = ..., value_usd: _Optional[str] = ..., low_usd: _Optional[str] = ..., high_usd: _Optional[str] = ..., low: _Optional[_Iterable[_Union[DutyFigure, _Mapping]]] = ..., high: _Optional[_Iterable[_Union[DutyFigure, _Mapping]]] = ..., questions: _Optional[_Iterable[str]] = ..., not_computed: _Optional[_Iterable[str]] = ..., findings: _Optional[_Iterable[str]] = ..., unchecked: _Optional[_Iterable[str]] = ...) -> None: ...

class DutyFigure(_message.Message):
    __slots__ = ("heading", "rate", "amount_usd", "of", "row", "source")
    HEADING_FIELD_NUMBER: _ClassVar[int]
    RATE_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_USD_FIELD_NUMBER: _ClassVar[int]
    OF_FIELD_NUMBER: _ClassVar[int]
    ROW_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    heading: str
    rate: str
    amount_usd: str
    of: _containers.RepeatedScalarFieldContainer[str]
    row: str
    source: str
    def __init__(self, heading: _Optional[str] = ..., rate: _Optional[str] = ..., amount_usd: _Optional[str] = ..., of: _Optional[_Iterable[str]] = ..., row: _Optional[str] = ..., source: _Optional[str] = ...) -> None: ...

class PlanIssues(_message.Message):
    __slots__ = ("by_product", "by_order", "products_blocking", "orders_blocked_by_products", "orders_blocked")
    BY_PRODUCT_FIELD_NUMBER: _ClassVar[int]
    BY_ORDER_FIELD_NUMBER: _ClassVar[int]
    PRODUCTS_BLOCKING_FIELD_NUMBER: _ClassVar[int]
    ORDERS_BLOCKED_BY_PRODUCTS_FIELD_NUMBER: _ClassVar[int]
    ORDERS_BLOCKED_FIELD_NUMBER: _ClassVar[int]
    by_product: _containers.RepeatedCompositeFieldContainer[ProductIssue]
    by_order: _containers.RepeatedCompositeFieldContainer[OrderIssue]
    products_blocking: int
    orders_blocked_by_products: int
    orders_blocked: int
    def __init__(self, by_product: _Optional[_Iterable[_Union[ProductIssue, _Mapping]]] = ..., by_order: _Optional[_Iterable[_Union[OrderIssue, _Mapping]]] = ..., products_blocking: _Optional[int] = ..., orders_blocked_by_products: _Optional[int] = ..., orders_blocked: _Optional[int] = ...) -> None: ...

class ProductIssue(_message.Message):
    __slots__ = ("code", "message", "severity", "product_id", "sku", "orders_blocked", "orders", "lines", "field", "accepted", "suggestion", "remedy")
    CODE_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    SEVERITY_FIELD_NUMBER: _ClassVar[int]
    PRODUCT_ID_FIELD_NUMBER: _ClassVar[int]
    SKU_FIELD_NUMBER: _ClassVar[int]
    ORDERS_BLOCKED_FIELD_NUMBER: _ClassVar[int]
    ORDERS_FIELD_NUMBER: _ClassVar[int]
    LINES_FIELD_NUMBER: _ClassVar[int]
    FIELD_FIELD_NUMBER: _ClassVar[int]
    ACCEPTED_FIELD_NUMBER: _ClassVar[int]
    SUGGESTION_FIELD_NUMBER: _ClassVar[int]
    REMEDY_FIELD_NUMBER: _ClassVar[int]
    code: str
    message: str
    severity: str
    product_id: str
    sku: str
    orders_blocked: int
    orders: int
    lines: int
    field: str
    accepted: str
    suggestion: str
    remedy: str
    def __init__(self, code: _Optional[str] = ..., message: _Optional[str] = ..., severity: _Optional[str] = ..., product_id: _Optional[str] = ..., sku: _Optional[str] = ..., orders_blocked: _Optional[int] = ..., orders: _Optional[int] = ..., lines: _Optional[int] = ..., field: _Optional[str] = ..., accepted: _Optional[str] = ..., suggestion: _Optional[str] = ..., remedy: _Optional[str] = ...) -> None: ...

class OrderIssue(_message.Message):
    __slots__ = ("code", "message", "severity", "orders_blocked", "orders", "lines", "field", "order_id", "external_id", "suggestions")
    CODE_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    SEVERITY_FIELD_NUMBER: _ClassVar[int]
    ORDERS_BLOCKED_FIELD_NUMBER: _ClassVar[int]
    ORDERS_FIELD_NUMBER: _ClassVar[int]
    LINES_FIELD_NUMBER: _ClassVar[int]
    FIELD_FIELD_NUMBER: _ClassVar[int]
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    EXTERNAL_ID_FIELD_NUMBER: _ClassVar[int]
    SUGGESTIONS_FIELD_NUMBER: _ClassVar[int]
    code: str
    message: str
    severity: str
    orders_blocked: int
    orders: int
    lines: int
    field: str
    order_id: str
    external_id: str
    suggestions: _containers.RepeatedCompositeFieldContainer[OrderSuggestion]
    def __init__(self, code: _Optional[str] = ..., message: _Optional[str] = ..., severity: _Optional[str] = ..., orders_blocked: _Optional[int] = ..., orders: _Optional[int] = ..., lines: _Optional[int] = ..., field: _Optional[str] = ..., order_id: _Optional[str] = ..., external_id: _Optional[str] = ..., suggestions: _Optional[_Iterable[_Union[OrderSuggestion, _Mapping]]] = ...) -> None: ...

class OrderSuggestion(_message.Message):
    __slots__ = ("order_id", "external_id", "field", "value")
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    EXTERNAL_ID_FIELD_NUMBER: _ClassVar[int]
    FIELD_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    order_id: str
    external_id: str
    field: str
    value: str
    def __init__(self, order_id: _Optional[str] = ..., external_id: _Optional[str] = ..., field: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...

class ValidationMessage(_message.Message):
    __slots__ = ("code", "message", "severity", "field", "product_id", "order_id")
    CODE_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    SEVERITY_FIELD_NUMBER: _ClassVar[int]
    FIELD_FIELD_NUMBER: _ClassVar[int]
    PRODUCT_ID_FIELD_NUMBER: _ClassVar[int]
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    code: str
    message: str
    severity: str
    field: str
    product_id: str
    order_id: str
    def __init__(self, code: _Optional[str] = ..., message: _Optional[str] = ..., severity: _Optional[str] = ..., field: _Optional[str] = ..., product_id: _Optional[str] = ..., order_id: _Optional[str] = ...) -> None: ...

class ExportExecutionStarted(_message.Message):
    __slots__ = ("batch_id", "execution_id", "revision")
    BATCH_ID_FIELD_NUMBER: _ClassVar[int]
    EXECUTION_ID_FIELD_NUMBER: _ClassVar[int]
    REVISION_FIELD_NUMBER: _ClassVar[int]
    batch_id: str
    execution_id: str
    revision: int
    def __init__(self, batch_id: _Optional[str] = ..., execution_id: _Optional[str] = ..., revision: _Optional[int] = ...) -> None: ...

class ExportExecuted(_message.Message):
    __slots__ = ("batch_id", "execution_id", "customs_package_id", "executed_at")
    BATCH_ID_FIELD_NUMBER: _ClassVar[int]
    EXECUTION_ID_FIELD_NUMBER: _ClassVar[int]
    CUSTOMS_PACKAGE_ID_FIELD_NUMBER: _ClassVar[int]
    EXECUTED_AT_FIELD_NUMBER: _ClassVar[int]
    batch_id: str
    execution_id: str
    customs_package_id: str
    executed_at: str
    def __init__(self, batch_id: _Optional[str] = ..., execution_id: _Optional[str] = ..., customs_package_id: _Optional[str] = ..., executed_at: _Optional[str] = ...) -> None: ...

class ExportExecutionFailed(_message.Message):
    __slots__ = ("batch_id", "execution_id", "error_code", "message")
    BATCH_ID_FIELD_NUMBER: _ClassVar[int]
    EXECUTION_ID_FIELD_NUMBER: _ClassVar[int]
    ERROR_CODE_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    batch_id: str
    execution_id: str
    error_code: str
    message: str
    def __init__(self, batch_id: _Optional[str] = ..., execution_id: _Optional[str] = ..., error_code: _Optional[str] = ..., message: _Optional[str] = ...) -> None: ...

class ExportCancelled(_message.Message):
    __slots__ = ("batch_id", "reason")
    BATCH_ID_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    batch_id: str
    reason: str
    def __init__(self, batch_id: _Optional[str] = ..., reason: _Optional[str] = ...) -> None: ...

class ExportWithdrawn(_message.Message):
    __slots__ = ("batch_id", "withdrawal_id", "reason", "orders")
    BATCH_ID_FIELD_NUMBER: _ClassVar[int]
    WITHDRAWAL_ID_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    ORDERS_FIELD_NUMBER: _ClassVar[int]
    batch_id: str
    withdrawal_id: str
    reason: str
    orders: int
    def __init__(self, batch_id: _Optional[str] = ..., withdrawal_id: _Optional[str] = ..., reason: _Optional[str] = ..., orders: _Optional[int] = ...) -> None: ...

class ExportSuperseded(_message.Message):
    __slots__ = ("batch_id", "superseded_by", "reason")
    BATCH_ID_FIELD_NUMBER: _ClassVar[int]
    SUPERSEDED_BY_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    batch_id: str
    superseded_by: str
    reason: str
    def __init__(self, batch_id: _Optional[str] = ..., superseded_by: _Optional[str] = ..., reason: _Optional[str] = ...) -> None: ...

class CustomsPackageGenerated(_message.Message):
    __slots__ = ("customs_package",)
    CUSTOMS_PACKAGE_FIELD_NUMBER: _ClassVar[int]
    customs_package: CustomsPackage
    def __init__(self, customs_package: _Optional[_Union[CustomsPackage, _Mapping]] = ...) -> None: ...

class CustomsPackage(_message.Message):
    __slots__ = ("id", "export_batch_id", "package_number", "state", "created_at", "artifacts")
    ID_FIELD_NUMBER: _ClassVar[int]
    EXPORT_BATCH_ID_FIELD_NUMBER: _ClassVar[int]
    PACKAGE_NUMBER_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    CREATED_AT_FIELD_NUMBER: _ClassVar[int]
    ARTIFACTS_FIELD_NUMBER: _ClassVar[int]
    id: str
    export_batch_id: str
    package_number: str
    state: str
    created_at: str
    artifacts: _containers.RepeatedCompositeFieldContainer[Artifact]
    def __init__(self, id: _Optional[str] = ..., export_batch_id: _Optional[str] = ..., package_number: _Optional[str] = ..., state: _Optional[str] = ..., created_at: _Optional[str] = ..., artifacts: _Optional[_Iterable[_Union[Artifact, _Mapping]]] = ...) -> None: ...

class CustomsPackageClosed(_message.Message):
    __slots__ = ("customs_package_id", "state", "reason", "replaced_by_number")
    CUSTOMS_PACKAGE_ID_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    REPLACED_BY_NUMBER_FIELD_NUMBER: _ClassVar[int]
    customs_package_id: str
    state: str
    reason: str
    replaced_by_number: str
    def __init__(self, customs_package_id: _Optional[str] = ..., state: _Optional[str] = ..., reason: _Optional[str] = ..., replaced_by_number: _Optional[str] = ...) -> None: ...

class Artifact(_message.Message):
    __slots__ = ("artifact_type", "filename", "generated_at", "media_type", "size_bytes", "sha256")
    ARTIFACT_TYPE_FIELD_NUMBER: _ClassVar[int]
    FILENAME_FIELD_NUMBER: _ClassVar[int]
    GENERATED_AT_FIELD_NUMBER: _ClassVar[int]
    MEDIA_TYPE_FIELD_NUMBER: _ClassVar[int]
    SIZE_BYTES_FIELD_NUMBER: _ClassVar[int]
    SHA256_FIELD_NUMBER: _ClassVar[int]
    artifact_type: str
    filename: str
    generated_at: str
    media_type: str
    size_bytes: int
    sha256: str
    def __init__(self, artifact_type: _Optional[str] = ..., filename: _Optional[str] = ..., generated_at: _Optional[str] = ..., media_type: _Optional[str] = ..., size_bytes: _Optional[int] = ..., sha256: _Optional[str] = ...) -> None: ...

class NotificationRecorded(_message.Message):
    __slots__ = ("notification",)
    NOTIFICATION_FIELD_NUMBER: _ClassVar[int]
    notification: Notification
    def __init__(self, notification: _Optional[_Union[Notification, _Mapping]] = ...) -> None: ...

class Notification(_message.Message):
    __slots__ = ("id", "channel", "status", "recipient", "created_at")
    ID_FIELD_NUMBER: _ClassVar[int]
    CHANNEL_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    RECIPIENT_FIELD_NUMBER: _ClassVar[int]
    CREATED_AT_FIELD_NUMBER: _ClassVar[int]
    id: str
    channel: str
    status: str
    recipient: str
    created_at: str
    def __init__(self, id: _Optional[str] = ..., channel: _Optional[str] = ..., status: _Optional[str] = ..., recipient: _Optional[str] = ..., created_at: _Optional[str] = ...) -> None: ...

class BrokerSubmissionChanged(_message.Message):
    __slots__ = ("broker_submission", "customs_package_state", "notification_id", "notification_status")
    BROKER_SUBMISSION_FIELD_NUMBER: _ClassVar[int]
    CUSTOMS_PACKAGE_STATE_FIELD_NUMBER: _ClassVar[int]
    NOTIFICATION_ID_FIELD_NUMBER: _ClassVar[int]
    NOTIFICATION_STATUS_FIELD_NUMBER: _ClassVar[int]
    broker_submission: BrokerSubmission
    customs_package_state: str
    notification_id: str
    notification_status: str
    def __init__(self, broker_submission: _Optional[_Union[BrokerSubmission, _Mapping]] = ..., customs_package_state: _Optional[str] = ..., notification_id: _Optional[str] = ..., notification_status: _Optional[str] = ...) -> None: ...

class BrokerSubmission(_message.Message):
    __slots__ = ("id", "submission_type", "status", "recipient_email", "subject", "sent_at", "error_message", "attempts", "next_attempt_at", "created_at", "reason", "destination", "entry_number", "broker_reason", "answered_at", "kind", "noted_by", "note", "entry_numbers", "entry", "server_answer")
    ID_FIELD_NUMBER: _ClassVar[int]
    SUBMISSION_TYPE_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    RECIPIENT_EMAIL_FIELD_NUMBER: _ClassVar[int]
    SUBJECT_FIELD_NUMBER: _ClassVar[int]
    SENT_AT_FIELD_NUMBER: _ClassVar[int]
    ERROR_MESSAGE_FIELD_NUMBER: _ClassVar[int]
    ATTEMPTS_FIELD_NUMBER: _ClassVar[int]
    NEXT_ATTEMPT_AT_FIELD_NUMBER: _ClassVar[int]
    CREATED_AT_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    DESTINATION_FIELD_NUMBER: _ClassVar[int]
    ENTRY_NUMBER_FIELD_NUMBER: _ClassVar[int]
    BROKER_REASON_FIELD_NUMBER: _ClassVar[int]
    ANSWERED_AT_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    NOTED_BY_FIELD_NUMBER: _ClassVar[int]
    NOTE_FIELD_NUMBER: _ClassVar[int]
    ENTRY_NUMBERS_FIELD_NUMBER: _ClassVar[int]
    ENTRY_FIELD_NUMBER: _ClassVar[int]
    SERVER_ANSWER_FIELD_NUMBER: _ClassVar[int]
    id: str
    submission_type: str
    status: str
    recipient_email: str
    subject: str
    sent_at: str
    error_message: str
    attempts: int
    next_attempt_at: str
    created_at: str
    reason: str
    destination: str
    entry_number: str
    broker_reason: str
    answered_at: str
    kind: str
    noted_by: str
    note: str
    entry_numbers: _containers.RepeatedCompositeFieldContainer[EntryNumber]
    entry: int
    server_answer: str
    def __init__(self, id: _Optional[str] = ..., submission_type: _Optional[str] = ..., status: _Optional[str] = ..., recipient_email: _Optional[str] = ..., subject: _Optional[str] = ..., sent_at: _Optional[str] = ..., error_message: _Optional[str] = ..., attempts: _Optional[int] = ..., next_attempt_at: _Optional[str] = ..., created_at: _Optional[str] = ..., reason: _Optional[str] = ..., destination: _Optional[str] = ..., entry_number: _Optional[str] = ..., broker_reason: _Optional[str] = ..., answered_at: _Optional[str] = ..., kind: _Optional[str] = ..., noted_by: _Optional[str] = ..., note: _Optional[str] = ..., entry_numbers: _Optional[_Iterable[_Union[EntryNumber, _Mapping]]] = ..., entry: _Optional[int] = ..., server_answer: _Optional[str] = ...) -> None: ...

class EntrySummaryRecorded(_message.Message):
    __slots__ = ("outcome",)
    OUTCOME_FIELD_NUMBER: _ClassVar[int]
    outcome: EntryOutcome
    def __init__(self, outcome: _Optional[_Union[EntryOutcome, _Mapping]] = ...) -> None: ...

class EntryTaskClosed(_message.Message):
    __slots__ = ("outcome", "task_id", "code", "note")
    OUTCOME_FIELD_NUMBER: _ClassVar[int]
    TASK_ID_FIELD_NUMBER: _ClassVar[int]
    CODE_FIELD_NUMBER: _ClassVar[int]
    NOTE_FIELD_NUMBER: _ClassVar[int]
    outcome: EntryOutcome
    task_id: str
    code: str
    note: str
    def __init__(self, outcome: _Optional[_Union[EntryOutcome, _Mapping]] = ..., task_id: _Optional[str] = ..., code: _Optional[str] = ..., note: _Optional[str] = ...) -> None: ...

class EntryOutcome(_message.Message):
    __slots__ = ("entry", "entry_number", "revision", "state", "recorded_at", "given_by", "entry_type", "entry_date", "summary_date", "lines", "value_usd", "duty_usd", "fees_usd", "liquidated_on", "liquidated_duty_usd", "liquidated_fees_usd", "estimated_duty_low_usd", "estimated_duty_high_usd", "estimated_fees_usd", "open_tasks", "reasons")
    ENTRY_FIELD_NUMBER: _ClassVar[int]
    ENTRY_NUMBER_FIELD_NUMBER: _ClassVar[int]
    REVISION_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    RECORDED_AT_FIELD_NUMBER: _ClassVar[int]
    GIVEN_BY_FIELD_NUMBER: _ClassVar[int]
    ENTRY_TYPE_FIELD_NUMBER: _ClassVar[int]
    ENTRY_DATE_FIELD_NUMBER: _ClassVar[int]
    SUMMARY_DATE_FIELD_NUMBER: _ClassVar[int]
    LINES_FIELD_NUMBER: _ClassVar[int]
    VALUE_USD_FIELD_NUMBER: _ClassVar[int]
    DUTY_USD_FIELD_NUMBER: _ClassVar[int]
    FEES_USD_FIELD_NUMBER: _ClassVar[int]
    LIQUIDATED_ON_FIELD_NUMBER: _ClassVar[int]
    LIQUIDATED_DUTY_USD_FIELD_NUMBER: _ClassVar[int]
    LIQUIDATED_FEES_USD_FIELD_NUMBER: _ClassVar[int]
    ESTIMATED_DUTY_LOW_USD_FIELD_NUMBER: _ClassVar[int]
    ESTIMATED_DUTY_HIGH_USD_FIELD_NUMBER: _ClassVar[int]
    ESTIMATED_FEES_USD_FIELD_NUMBER: _ClassVar[int]
    OPEN_TASKS_FIELD_NUMBER: _ClassVar[int]
    REASONS_FIELD_NUMBER: _ClassVar[int]
    entry: int
    entry_number: str
    revision: int
    state: str
    recorded_at: str
    given_by: str
    entry_type: str
    entry_date: str
    summary_date: str
    lines: int
    value_usd: str
    duty_usd: str
    fees_usd: str
    liquidated_on: str
    liquidated_duty_usd: str
    liquidated_fees_usd: str
    estimated_duty_low_usd: str
    estimated_duty_high_usd: str
    estimated_fees_usd: str
    open_tasks: int
    reasons: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, entry: _Optional[int] = ..., entry_number: _Optional[str] = ..., revision: _Optional[int] = ..., state: _Optional[str] = ..., recorded_at: _Optional[str] = ..., given_by: _Optional[str] = ..., entry_type: _Optional[str] = ..., entry_date: _Optional[str] = ..., summary_date: _Optional[str] = ..., lines: _Optional[int] = ..., value_usd: _Optional[str] = ..., duty_usd: _Optional[str] = ..., fees_usd: _Optional[str] = ..., liquidated_on: _Optional[str] = ..., liquidated_duty_usd: _Optional[str] = ..., liquidated_fees_usd: _Optional[str] = ..., estimated_duty_low_usd: _Optional[str] = ..., estimated_duty_high_usd: _Optional[str] = ..., estimated_fees_usd: _Optional[str] = ..., open_tasks: _Optional[int] = ..., reasons: _Optional[_Iterable[str]] = ...) -> None: ...
