from entrygo.proto.events.v1 import events_pb2 as _events_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class PlanExportRequest(_message.Message):
    __slots__ = ("account_id", "warehouse_id", "broker_id", "order_ids", "destination_country", "batch_id", "dry_run", "idempotency_key", "entry_date", "on_blocked")
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
    def __init__(self, account_id: _Optional[str] = ..., warehouse_id: _Optional[str] = ..., broker_id: _Optional[str] = ..., order_ids: _Optional[_Iterable[str]] = ..., destination_country: _Optional[str] = ..., batch_id: _Optional[str] = ..., dry_run: _Optional[bool] = ..., idempotency_key: _Optional[str] = ..., entry_date: _Optional[str] = ..., on_blocked: _Optional[str] = ...) -> None: ...

class PlanExportResponse(_message.Message):
    __slots__ = ("export_id", "status", "revision", "plan")
    EXPORT_ID_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    REVISION_FIELD_NUMBER: _ClassVar[int]
    PLAN_FIELD_NUMBER: _ClassVar[int]
    export_id: str
    status: str
    revision: int
    plan: _events_pb2.Plan
    def __init__(self, export_id: _Optional[str] = ..., status: _Optional[str] = ..., revision: _Optional[int] = ..., plan: _Optional[_Union[_events_pb2.Plan, _Mapping]] = ...) -> None: ...

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
    __slots__ = ("export_id", "execution_id", "expected_plan_hash")
    EXPORT_ID_FIELD_NUMBER: _ClassVar[int]
    EXECUTION_ID_FIELD_NUMBER: _ClassVar[int]
    EXPECTED_PLAN_HASH_FIELD_NUMBER: _ClassVar[int]
    export_id: str
    execution_id: str
    expected_plan_hash: str
    def __init__(self, export_id: _Optional[str] = ..., execution_id: _Optional[str] = ..., expected_plan_hash: _Optional[str] = ...) -> None: ...

class ClaimExportResponse(_message.Message):
    __slots__ = ("export_id", "revision", "plan_hash", "claimed_at")
    EXPORT_ID_FIELD_NUMBER: _ClassVar[int]
    REVISION_FIELD_NUMBER: _ClassVar[int]
    PLAN_HASH_FIELD_NUMBER: _ClassVar[int]
    CLAIMED_AT_FIELD_NUMBER: _ClassVar[int]
    export_id: str
    revision: int
    plan_hash: str
    claimed_at: str
    def __init__(self, export_id: _Optional[str] = ..., revision: _Optional[int] = ..., plan_hash: _Optional[str] = ..., claimed_at: _Optional[str] = ...) -> None: ...

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
