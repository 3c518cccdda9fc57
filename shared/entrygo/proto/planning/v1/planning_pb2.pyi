from entrygo.proto.events.v1 import events_pb2 as _events_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class PlanExportRequest(_message.Message):
    __slots__ = ("account_id", "warehouse_id", "broker_id", "order_ids", "destination_country", "batch_id", "dry_run", "idempotency_key", "entry_date", "on_blocked", "external_order_ids", "entry_type")
    ACCOUNT_ID_FIELD_NUMBER: _ClassVar[int]
    WAREHOUSE_ID_FIELD_NUMBER: _ClassVar[int]
    BROKER_ID_FIELD_NUMBER: _ClassVar[int]
    ORDER_IDS_FIELD_NUMBER: _ClassVar[int]
    DESTINATION_COUNTRY_FIELD_NUMBER: _ClassVar[int]
    BATCH_ID_FIELD_NUMBER: _ClassVar[int]
    DRY_RUN_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    ENTRY_DATE_FIELD_NUMBER: _ClassVar[int]
    ON_BLOCKED_FIELD_NUMBER: _ClassVar[int]
    EXTERNAL_ORDER_IDS_FIELD_NUMBER: _ClassVar[int]
    ENTRY_TYPE_FIELD_NUMBER: _ClassVar[int]
    account_id: str
    warehouse_id: str
    broker_id: str
    order_ids: _containers.RepeatedScalarFieldContainer[str]
    destination_country: str
    batch_id: str
    dry_run: bool
    idempotency_key: str
    entry_date: str
    on_blocked: str
    external_order_ids: _containers.RepeatedScalarFieldContainer[str]
    entry_type: str
    def __init__(self, account_id: _Optional[str] = ..., warehouse_id: _Optional[str] = ..., broker_id: _Optional[str] = ..., order_ids: _Optional[_Iterable[str]] = ..., destination_country: _Optional[str] = ..., batch_id: _Optional[str] = ..., dry_run: _Optional[bool] = ..., idempotency_key: _Optional[str] = ..., entry_date: _Optional[str] = ..., on_blocked: _Optional[str] = ..., external_order_ids: _Optional[_Iterable[str]] = ..., entry_type: _Optional[str] = ...) -> None: ...

class PlanExportResponse(_message.Message):
    __slots__ = ("export_id", "status", "revision", "plan", "supersedes", "changes")
    EXPORT_ID_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    REVISION_FIELD_NUMBER: _ClassVar[int]
    PLAN_FIELD_NUMBER: _ClassVar[int]
    SUPERSEDES_FIELD_NUMBER: _ClassVar[int]
    CHANGES_FIELD_NUMBER: _ClassVar[int]
    export_id: str
    status: str
    revision: int
    plan: _events_pb2.Plan
    supersedes: str
    changes: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, export_id: _Optional[str] = ..., status: _Optional[str] = ..., revision: _Optional[int] = ..., plan: _Optional[_Union[_events_pb2.Plan, _Mapping]] = ..., supersedes: _Optional[str] = ..., changes: _Optional[_Iterable[str]] = ...) -> None: ...

class AmendExportRequest(_message.Message):
    __slots__ = ("export_id", "reason", "leave_out_order_ids", "add_order_ids", "entry_date", "on_blocked", "dry_run", "idempotency_key", "after_entry", "entry_number", "leave_out_external_order_ids", "add_external_order_ids", "entry_numbers")
    EXPORT_ID_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    LEAVE_OUT_ORDER_IDS_FIELD_NUMBER: _ClassVar[int]
    ADD_ORDER_IDS_FIELD_NUMBER: _ClassVar[int]
    ENTRY_DATE_FIELD_NUMBER: _ClassVar[int]
    ON_BLOCKED_FIELD_NUMBER: _ClassVar[int]
    DRY_RUN_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    AFTER_ENTRY_FIELD_NUMBER: _ClassVar[int]
    ENTRY_NUMBER_FIELD_NUMBER: _ClassVar[int]
    LEAVE_OUT_EXTERNAL_ORDER_IDS_FIELD_NUMBER: _ClassVar[int]
    ADD_EXTERNAL_ORDER_IDS_FIELD_NUMBER: _ClassVar[int]
    ENTRY_NUMBERS_FIELD_NUMBER: _ClassVar[int]
    export_id: str
    reason: str
    leave_out_order_ids: _containers.RepeatedScalarFieldContainer[str]
    add_order_ids: _containers.RepeatedScalarFieldContainer[str]
    entry_date: str
    on_blocked: str
    dry_run: bool
    idempotency_key: str
    after_entry: bool
    entry_number: str
    leave_out_external_order_ids: _containers.RepeatedScalarFieldContainer[str]
    add_external_order_ids: _containers.RepeatedScalarFieldContainer[str]
    entry_numbers: _containers.RepeatedCompositeFieldContainer[_events_pb2.EntryNumber]
    def __init__(self, export_id: _Optional[str] = ..., reason: _Optional[str] = ..., leave_out_order_ids: _Optional[_Iterable[str]] = ..., add_order_ids: _Optional[_Iterable[str]] = ..., entry_date: _Optional[str] = ..., on_blocked: _Optional[str] = ..., dry_run: _Optional[bool] = ..., idempotency_key: _Optional[str] = ..., after_entry: _Optional[bool] = ..., entry_number: _Optional[str] = ..., leave_out_external_order_ids: _Optional[_Iterable[str]] = ..., add_external_order_ids: _Optional[_Iterable[str]] = ..., entry_numbers: _Optional[_Iterable[_Union[_events_pb2.EntryNumber, _Mapping]]] = ...) -> None: ...

class CancelExportRequest(_message.Message):
    __slots__ = ("export_id", "idempotency_key", "reason")
    EXPORT_ID_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    export_id: str
    idempotency_key: str
    reason: str
    def __init__(self, export_id: _Optional[str] = ..., idempotency_key: _Optional[str] = ..., reason: _Optional[str] = ...) -> None: ...

class CancelExportResponse(_message.Message):
    __slots__ = ("export_id", "state", "cancelled_at")
    EXPORT_ID_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    CANCELLED_AT_FIELD_NUMBER: _ClassVar[int]
    export_id: str
    state: str
    cancelled_at: str
    def __init__(self, export_id: _Optional[str] = ..., state: _Optional[str] = ..., cancelled_at: _Optional[str] = ...) -> None: ...

class ClaimExportRequest(_message.Message):
    __slots__ = ("export_id", "execution_id", "expected_plan_hash", "takes_places", "trip", "control_numbers", "carrier_scac", "snapshot_at_most", "discounts_usd")
    EXPORT_ID_FIELD_NUMBER: _ClassVar[int]
    EXECUTION_ID_FIELD_NUMBER: _ClassVar[int]
    EXPECTED_PLAN_HASH_FIELD_NUMBER: _ClassVar[int]
    TAKES_PLACES_FIELD_NUMBER: _ClassVar[int]
    TRIP_FIELD_NUMBER: _ClassVar[int]
    CONTROL_NUMBERS_FIELD_NUMBER: _ClassVar[int]
    CARRIER_SCAC_FIELD_NUMBER: _ClassVar[int]
    SNAPSHOT_AT_MOST_FIELD_NUMBER: _ClassVar[int]
    DISCOUNTS_USD_FIELD_NUMBER: _ClassVar[int]
    export_id: str
    execution_id: str
    expected_plan_hash: str
    takes_places: bool
    trip: ClaimedTrip
    control_numbers: _containers.RepeatedCompositeFieldContainer[ControlNumber]
    carrier_scac: str
    snapshot_at_most: int
    discounts_usd: str
    def __init__(self, export_id: _Optional[str] = ..., execution_id: _Optional[str] = ..., expected_plan_hash: _Optional[str] = ..., takes_places: _Optional[bool] = ..., trip: _Optional[_Union[ClaimedTrip, _Mapping]] = ..., control_numbers: _Optional[_Iterable[_Union[ControlNumber, _Mapping]]] = ..., carrier_scac: _Optional[str] = ..., snapshot_at_most: _Optional[int] = ..., discounts_usd: _Optional[str] = ...) -> None: ...

class ControlNumber(_message.Message):
    __slots__ = ("path", "number")
    PATH_FIELD_NUMBER: _ClassVar[int]
    NUMBER_FIELD_NUMBER: _ClassVar[int]
    path: str
    number: str
    def __init__(self, path: _Optional[str] = ..., number: _Optional[str] = ...) -> None: ...

class ClaimedTrip(_message.Message):
    __slots__ = ("states_arrival", "noticed_products", "entries", "states_border_port", "states_estimated_arrival", "arrives_on", "noticed_entries")
    STATES_ARRIVAL_FIELD_NUMBER: _ClassVar[int]
    NOTICED_PRODUCTS_FIELD_NUMBER: _ClassVar[int]
    ENTRIES_FIELD_NUMBER: _ClassVar[int]
    STATES_BORDER_PORT_FIELD_NUMBER: _ClassVar[int]
    STATES_ESTIMATED_ARRIVAL_FIELD_NUMBER: _ClassVar[int]
    ARRIVES_ON_FIELD_NUMBER: _ClassVar[int]
    NOTICED_ENTRIES_FIELD_NUMBER: _ClassVar[int]
    states_arrival: bool
    noticed_products: _containers.RepeatedScalarFieldContainer[str]
    entries: _containers.RepeatedScalarFieldContainer[int]
    states_border_port: bool
    states_estimated_arrival: bool
    arrives_on: str
    noticed_entries: _containers.RepeatedScalarFieldContainer[int]
    def __init__(self, states_arrival: _Optional[bool] = ..., noticed_products: _Optional[_Iterable[str]] = ..., entries: _Optional[_Iterable[int]] = ..., states_border_port: _Optional[bool] = ..., states_estimated_arrival: _Optional[bool] = ..., arrives_on: _Optional[str] = ..., noticed_entries: _Optional[_Iterable[int]] = ...) -> None: ...

class ClaimExportResponse(_message.Message):
    __slots__ = ("export_id", "revision", "plan_hash", "claimed_at", "warehouse_id", "supersedes", "snapshot")
    EXPORT_ID_FIELD_NUMBER: _ClassVar[int]
    REVISION_FIELD_NUMBER: _ClassVar[int]
    PLAN_HASH_FIELD_NUMBER: _ClassVar[int]
    CLAIMED_AT_FIELD_NUMBER: _ClassVar[int]
    WAREHOUSE_ID_FIELD_NUMBER: _ClassVar[int]
    SUPERSEDES_FIELD_NUMBER: _ClassVar[int]
    SNAPSHOT_FIELD_NUMBER: _ClassVar[int]
    export_id: str
    revision: int
    plan_hash: str
    claimed_at: str
    warehouse_id: str
    supersedes: str
    snapshot: bytes
    def __init__(self, export_id: _Optional[str] = ..., revision: _Optional[int] = ..., plan_hash: _Optional[str] = ..., claimed_at: _Optional[str] = ..., warehouse_id: _Optional[str] = ..., supersedes: _Optional[str] = ..., snapshot: _Optional[bytes] = ...) -> None: ...

class ReleaseExportRequest(_message.Message):
    __slots__ = ("export_id", "execution_id", "completed", "failed")
    class Completed(_message.Message):
        __slots__ = ("customs_package_id", "executed_at")
        CUSTOMS_PACKAGE_ID_FIELD_NUMBER: _ClassVar[int]
        EXECUTED_AT_FIELD_NUMBER: _ClassVar[int]
        customs_package_id: str
        executed_at: str
        def __init__(self, customs_package_id: _Optional[str] = ..., executed_at: _Optional[str] = ...) -> None: ...
    class Failed(_message.Message):
        __slots__ = ("error_code", "message")
        ERROR_CODE_FIELD_NUMBER: _ClassVar[int]
        MESSAGE_FIELD_NUMBER: _ClassVar[int]
        error_code: str
        message: str
        def __init__(self, error_code: _Optional[str] = ..., message: _Optional[str] = ...) -> None: ...
    EXPORT_ID_FIELD_NUMBER: _ClassVar[int]
    EXECUTION_ID_FIELD_NUMBER: _ClassVar[int]
    COMPLETED_FIELD_NUMBER: _ClassVar[int]
    FAILED_FIELD_NUMBER: _ClassVar[int]
    export_id: str
    execution_id: str
    completed: ReleaseExportRequest.Completed
    failed: ReleaseExportRequest.Failed
    def __init__(self, export_id: _Optional[str] = ..., execution_id: _Optional[str] = ..., completed: _Optional[_Union[ReleaseExportRequest.Completed, _Mapping]] = ..., failed: _Optional[_Union[ReleaseExportRequest.Failed, _Mapping]] = ...) -> None: ...

class ReleaseExportResponse(_message.Message):
    __slots__ = ("state",)
    STATE_FIELD_NUMBER: _ClassVar[int]
    state: str
    def __init__(self, state: _Optional[str] = ...) -> None: ...

class WithdrawExportRequest(_message.Message):
    __slots__ = ("export_id", "withdrawal_id", "reason", "dry_run")
    EXPORT_ID_FIELD_NUMBER: _ClassVar[int]
    WITHDRAWAL_ID_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    DRY_RUN_FIELD_NUMBER: _ClassVar[int]
    export_id: str
    withdrawal_id: str
    reason: str
    dry_run: bool
    def __init__(self, export_id: _Optional[str] = ..., withdrawal_id: _Optional[str] = ..., reason: _Optional[str] = ..., dry_run: _Optional[bool] = ...) -> None: ...

class WithdrawExportResponse(_message.Message):
    __slots__ = ("state", "warehouse_id", "orders")
    STATE_FIELD_NUMBER: _ClassVar[int]
    WAREHOUSE_ID_FIELD_NUMBER: _ClassVar[int]
    ORDERS_FIELD_NUMBER: _ClassVar[int]
    state: str
    warehouse_id: str
    orders: int
    def __init__(self, state: _Optional[str] = ..., warehouse_id: _Optional[str] = ..., orders: _Optional[int] = ...) -> None: ...

class ListOrderExportsRequest(_message.Message):
    __slots__ = ("order_id", "control_number")
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    CONTROL_NUMBER_FIELD_NUMBER: _ClassVar[int]
    order_id: str
    control_number: str
    def __init__(self, order_id: _Optional[str] = ..., control_number: _Optional[str] = ...) -> None: ...

class ListOrderExportsResponse(_message.Message):
    __slots__ = ("data",)
    DATA_FIELD_NUMBER: _ClassVar[int]
    data: _containers.RepeatedCompositeFieldContainer[OrderExport]
    def __init__(self, data: _Optional[_Iterable[_Union[OrderExport, _Mapping]]] = ...) -> None: ...

class OrderExport(_message.Message):
    __slots__ = ("export_id", "state", "readiness_state", "plan_hash")
    EXPORT_ID_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    READINESS_STATE_FIELD_NUMBER: _ClassVar[int]
    PLAN_HASH_FIELD_NUMBER: _ClassVar[int]
    export_id: str
    state: str
    readiness_state: str
    plan_hash: str
    def __init__(self, export_id: _Optional[str] = ..., state: _Optional[str] = ..., readiness_state: _Optional[str] = ..., plan_hash: _Optional[str] = ...) -> None: ...

class ListRulesRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class ListRulesResponse(_message.Message):
    __slots__ = ("data",)
    DATA_FIELD_NUMBER: _ClassVar[int]
    data: _containers.RepeatedCompositeFieldContainer[RuleSummary]
    def __init__(self, data: _Optional[_Iterable[_Union[RuleSummary, _Mapping]]] = ...) -> None: ...

class RuleSummary(_message.Message):
    __slots__ = ("code", "severity", "raisable_to", "field", "basis")
    CODE_FIELD_NUMBER: _ClassVar[int]
    SEVERITY_FIELD_NUMBER: _ClassVar[int]
    RAISABLE_TO_FIELD_NUMBER: _ClassVar[int]
    FIELD_FIELD_NUMBER: _ClassVar[int]
    BASIS_FIELD_NUMBER: _ClassVar[int]
    code: str
    severity: str
    raisable_to: _containers.RepeatedScalarFieldContainer[str]
    field: str
    basis: str
    def __init__(self, code: _Optional[str] = ..., severity: _Optional[str] = ..., raisable_to: _Optional[_Iterable[str]] = ..., field: _Optional[str] = ..., basis: _Optional[str] = ...) -> None: ...

class GetPolicyRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class SetPolicyRequest(_message.Message):
    __slots__ = ("account_id", "policy", "idempotency_key")
    ACCOUNT_ID_FIELD_NUMBER: _ClassVar[int]
    POLICY_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    account_id: str
    policy: Policy
    idempotency_key: str
    def __init__(self, account_id: _Optional[str] = ..., policy: _Optional[_Union[Policy, _Mapping]] = ..., idempotency_key: _Optional[str] = ...) -> None: ...

class Policy(_message.Message):
    __slots__ = ("severities", "approval_required", "codes_without_approval", "updated_at", "agents_may_act", "savings_basis")
    class SeveritiesEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    SEVERITIES_FIELD_NUMBER: _ClassVar[int]
    APPROVAL_REQUIRED_FIELD_NUMBER: _ClassVar[int]
    CODES_WITHOUT_APPROVAL_FIELD_NUMBER: _ClassVar[int]
    UPDATED_AT_FIELD_NUMBER: _ClassVar[int]
    AGENTS_MAY_ACT_FIELD_NUMBER: _ClassVar[int]
    SAVINGS_BASIS_FIELD_NUMBER: _ClassVar[int]
    severities: _containers.ScalarMap[str, str]
    approval_required: bool
    codes_without_approval: _containers.RepeatedScalarFieldContainer[str]
    updated_at: str
    agents_may_act: bool
    savings_basis: str
    def __init__(self, severities: _Optional[_Mapping[str, str]] = ..., approval_required: _Optional[bool] = ..., codes_without_approval: _Optional[_Iterable[str]] = ..., updated_at: _Optional[str] = ..., agents_may_act: _Optional[bool] = ..., savings_basis: _Optional[str] = ...) -> None: ...

class ApproveExportRequest(_message.Message):
    __slots__ = ("export_id", "plan_hash", "approved_by", "note", "idempotency_key")
    EXPORT_ID_FIELD_NUMBER: _ClassVar[int]
    PLAN_HASH_FIELD_NUMBER: _ClassVar[int]
    APPROVED_BY_FIELD_NUMBER: _ClassVar[int]
    NOTE_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    export_id: str
    plan_hash: str
    approved_by: str
    note: str
    idempotency_key: str
    def __init__(self, export_id: _Optional[str] = ..., plan_hash: _Optional[str] = ..., approved_by: _Optional[str] = ..., note: _Optional[str] = ..., idempotency_key: _Optional[str] = ...) -> None: ...

class ApproveExportResponse(_message.Message):
    __slots__ = ("export_id", "state", "plan_hash", "approved_by", "approved_at")
    EXPORT_ID_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    PLAN_HASH_FIELD_NUMBER: _ClassVar[int]
    APPROVED_BY_FIELD_NUMBER: _ClassVar[int]
    APPROVED_AT_FIELD_NUMBER: _ClassVar[int]
    export_id: str
    state: str
    plan_hash: str
    approved_by: str
    approved_at: str
    def __init__(self, export_id: _Optional[str] = ..., state: _Optional[str] = ..., plan_hash: _Optional[str] = ..., approved_by: _Optional[str] = ..., approved_at: _Optional[str] = ...) -> None: ...

class GetSnapshotRequest(_message.Message):
    __slots__ = ("export_id", "revision")
    EXPORT_ID_FIELD_NUMBER: _ClassVar[int]
    REVISION_FIELD_NUMBER: _ClassVar[int]
    export_id: str
    revision: int
    def __init__(self, export_id: _Optional[str] = ..., revision: _Optional[int] = ...) -> None: ...

class SnapshotChunk(_message.Message):
    __slots__ = ("content",)
    CONTENT_FIELD_NUMBER: _ClassVar[int]
    content: bytes
    def __init__(self, content: _Optional[bytes] = ...) -> None: ...

class DiffPlansRequest(_message.Message):
    __slots__ = ("export_id", "from_plan_hash", "to_plan_hash", "limit")
    EXPORT_ID_FIELD_NUMBER: _ClassVar[int]
    FROM_PLAN_HASH_FIELD_NUMBER: _ClassVar[int]
    TO_PLAN_HASH_FIELD_NUMBER: _ClassVar[int]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    export_id: str
    from_plan_hash: str
    to_plan_hash: str
    limit: int
    def __init__(self, export_id: _Optional[str] = ..., from_plan_hash: _Optional[str] = ..., to_plan_hash: _Optional[str] = ..., limit: _Optional[int] = ...) -> None: ...

class PlanDiff(_message.Message):
    __slots__ = ("export_id", "to", "plan", "warehouse", "broker", "orders", "products", "reference_rows", "messages", "importers")
    EXPORT_ID_FIELD_NUMBER: _ClassVar[int]
    FROM_FIELD_NUMBER: _ClassVar[int]
    TO_FIELD_NUMBER: _ClassVar[int]
    PLAN_FIELD_NUMBER: _ClassVar[int]
    WAREHOUSE_FIELD_NUMBER: _ClassVar[int]
    BROKER_FIELD_NUMBER: _ClassVar[int]
    ORDERS_FIELD_NUMBER: _ClassVar[int]
    PRODUCTS_FIELD_NUMBER: _ClassVar[int]
    REFERENCE_ROWS_FIELD_NUMBER: _ClassVar[int]
    MESSAGES_FIELD_NUMBER: _ClassVar[int]
    IMPORTERS_FIELD_NUMBER: _ClassVar[int]
    export_id: str
    to: PlanVersion
    plan: FieldChanges
    warehouse: FieldChanges
    broker: FieldChanges
    orders: ItemChanges
    products: ItemChanges
    reference_rows: ItemChanges
    messages: MessageChanges
    importers: ItemChanges
    def __init__(self, export_id: _Optional[str] = ..., to: _Optional[_Union[PlanVersion, _Mapping]] = ..., plan: _Optional[_Union[FieldChanges, _Mapping]] = ..., warehouse: _Optional[_Union[FieldChanges, _Mapping]] = ..., broker: _Optional[_Union[FieldChanges, _Mapping]] = ..., orders: _Optional[_Union[ItemChanges, _Mapping]] = ..., products: _Optional[_Union[ItemChanges, _Mapping]] = ..., reference_rows: _Optional[_Union[ItemChanges, _Mapping]] = ..., messages: _Optional[_Union[MessageChanges, _Mapping]] = ..., importers: _Optional[_Union[ItemChanges, _Mapping]] = ..., **kwargs) -> None: ...

class PlanVersion(_message.Message):
    __slots__ = ("revision", "plan_hash", "planned_at")
    REVISION_FIELD_NUMBER: _ClassVar[int]
    PLAN_HASH_FIELD_NUMBER: _ClassVar[int]
    PLANNED_AT_FIELD_NUMBER: _ClassVar[int]
    revision: int
    plan_hash: str
    planned_at: str
    def __init__(self, revision: _Optional[int] = ..., plan_hash: _Optional[str] = ..., planned_at: _Optional[str] = ...) -> None: ...

class FieldChange(_message.Message):
    __slots__ = ("field", "before", "after")
    FIELD_FIELD_NUMBER: _ClassVar[int]
    BEFORE_FIELD_NUMBER: _ClassVar[int]
    AFTER_FIELD_NUMBER: _ClassVar[int]
    field: str
    before: str
    after: str
    def __init__(self, field: _Optional[str] = ..., before: _Optional[str] = ..., after: _Optional[str] = ...) -> None: ...

class FieldChanges(_message.Message):
    __slots__ = ("count", "first")
    COUNT_FIELD_NUMBER: _ClassVar[int]
    FIRST_FIELD_NUMBER: _ClassVar[int]
    count: int
    first: _containers.RepeatedCompositeFieldContainer[FieldChange]
    def __init__(self, count: _Optional[int] = ..., first: _Optional[_Iterable[_Union[FieldChange, _Mapping]]] = ...) -> None: ...

class ItemChanges(_message.Message):
    __slots__ = ("added_count", "removed_count", "changed_count", "added", "removed", "changed")
    class Item(_message.Message):
        __slots__ = ("id", "name", "changes")
        ID_FIELD_NUMBER: _ClassVar[int]
        NAME_FIELD_NUMBER: _ClassVar[int]
        CHANGES_FIELD_NUMBER: _ClassVar[int]
        id: str
        name: str
        changes: FieldChanges
        def __init__(self, id: _Optional[str] = ..., name: _Optional[str] = ..., changes: _Optional[_Union[FieldChanges, _Mapping]] = ...) -> None: ...
    ADDED_COUNT_FIELD_NUMBER: _ClassVar[int]
    REMOVED_COUNT_FIELD_NUMBER: _ClassVar[int]
    CHANGED_COUNT_FIELD_NUMBER: _ClassVar[int]
    ADDED_FIELD_NUMBER: _ClassVar[int]
    REMOVED_FIELD_NUMBER: _ClassVar[int]
    CHANGED_FIELD_NUMBER: _ClassVar[int]
    added_count: int
    removed_count: int
    changed_count: int
    added: _containers.RepeatedCompositeFieldContainer[ItemChanges.Item]
    removed: _containers.RepeatedCompositeFieldContainer[ItemChanges.Item]
    changed: _containers.RepeatedCompositeFieldContainer[ItemChanges.Item]
    def __init__(self, added_count: _Optional[int] = ..., removed_count: _Optional[int] = ..., changed_count: _Optional[int] = ..., added: _Optional[_Iterable[_Union[ItemChanges.Item, _Mapping]]] = ..., removed: _Optional[_Iterable[_Union[ItemChanges.Item, _Mapping]]] = ..., changed: _Optional[_Iterable[_Union[ItemChanges.Item, _Mapping]]] = ...) -> None: ...

class MessageChanges(_message.Message):
    __slots__ = ("appeared_count", "disappeared_count", "appeared", "disappeared")
    APPEARED_COUNT_FIELD_NUMBER: _ClassVar[int]
    DISAPPEARED_COUNT_FIELD_NUMBER: _ClassVar[int]
    APPEARED_FIELD_NUMBER: _ClassVar[int]
    DISAPPEARED_FIELD_NUMBER: _ClassVar[int]
    appeared_count: int
    disappeared_count: int
    appeared: _containers.RepeatedCompositeFieldContainer[_events_pb2.ValidationMessage]
    disappeared: _containers.RepeatedCompositeFieldContainer[_events_pb2.ValidationMessage]
    def __init__(self, appeared_count: _Optional[int] = ..., disappeared_count: _Optional[int] = ..., appeared: _Optional[_Iterable[_Union[_events_pb2.ValidationMessage, _Mapping]]] = ..., disappeared: _Optional[_Iterable[_Union[_events_pb2.ValidationMessage, _Mapping]]] = ...) -> None: ...
