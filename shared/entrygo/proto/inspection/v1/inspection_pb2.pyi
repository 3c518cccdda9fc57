from entrygo.proto.events.v1 import events_pb2 as _events_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class InspectExportRequest(_message.Message):
    __slots__ = ("export_id",)
    EXPORT_ID_FIELD_NUMBER: _ClassVar[int]
    export_id: str
    def __init__(self, export_id: _Optional[str] = ...) -> None: ...

class Export(_message.Message):
    __slots__ = ("export_id", "state", "revision", "plan", "created_at", "executed_at", "customs_package", "notifications", "broker_submissions", "events", "version", "stale", "withdrawal", "supersedes", "superseded_by", "entry_outcomes")
    class Withdrawal(_message.Message):
        __slots__ = ("withdrawn_at", "reason")
        WITHDRAWN_AT_FIELD_NUMBER: _ClassVar[int]
        REASON_FIELD_NUMBER: _ClassVar[int]
        withdrawn_at: str
        reason: str
        def __init__(self, withdrawn_at: _Optional[str] = ..., reason: _Optional[str] = ...) -> None: ...
    EXPORT_ID_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    REVISION_FIELD_NUMBER: _ClassVar[int]
    PLAN_FIELD_NUMBER: _ClassVar[int]
    CREATED_AT_FIELD_NUMBER: _ClassVar[int]
    EXECUTED_AT_FIELD_NUMBER: _ClassVar[int]
    CUSTOMS_PACKAGE_FIELD_NUMBER: _ClassVar[int]
    NOTIFICATIONS_FIELD_NUMBER: _ClassVar[int]
    BROKER_SUBMISSIONS_FIELD_NUMBER: _ClassVar[int]
    EVENTS_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    STALE_FIELD_NUMBER: _ClassVar[int]
    WITHDRAWAL_FIELD_NUMBER: _ClassVar[int]
    SUPERSEDES_FIELD_NUMBER: _ClassVar[int]
    SUPERSEDED_BY_FIELD_NUMBER: _ClassVar[int]
    ENTRY_OUTCOMES_FIELD_NUMBER: _ClassVar[int]
    export_id: str
    state: str
    revision: int
    plan: _events_pb2.Plan
    created_at: str
    executed_at: str
    customs_package: _events_pb2.CustomsPackage
    notifications: _containers.RepeatedCompositeFieldContainer[_events_pb2.Notification]
    broker_submissions: _containers.RepeatedCompositeFieldContainer[_events_pb2.BrokerSubmission]
    events: _containers.RepeatedCompositeFieldContainer[TimelineEntry]
    version: int
    stale: bool
    withdrawal: Export.Withdrawal
    supersedes: str
    superseded_by: str
    entry_outcomes: _containers.RepeatedCompositeFieldContainer[_events_pb2.EntryOutcome]
    def __init__(self, export_id: _Optional[str] = ..., state: _Optional[str] = ..., revision: _Optional[int] = ..., plan: _Optional[_Union[_events_pb2.Plan, _Mapping]] = ..., created_at: _Optional[str] = ..., executed_at: _Optional[str] = ..., customs_package: _Optional[_Union[_events_pb2.CustomsPackage, _Mapping]] = ..., notifications: _Optional[_Iterable[_Union[_events_pb2.Notification, _Mapping]]] = ..., broker_submissions: _Optional[_Iterable[_Union[_events_pb2.BrokerSubmission, _Mapping]]] = ..., events: _Optional[_Iterable[_Union[TimelineEntry, _Mapping]]] = ..., version: _Optional[int] = ..., stale: _Optional[bool] = ..., withdrawal: _Optional[_Union[Export.Withdrawal, _Mapping]] = ..., supersedes: _Optional[str] = ..., superseded_by: _Optional[str] = ..., entry_outcomes: _Optional[_Iterable[_Union[_events_pb2.EntryOutcome, _Mapping]]] = ...) -> None: ...

class TimelineEntry(_message.Message):
    __slots__ = ("id", "type", "created_at", "payload_json")
    ID_FIELD_NUMBER: _ClassVar[int]
    TYPE_FIELD_NUMBER: _ClassVar[int]
    CREATED_AT_FIELD_NUMBER: _ClassVar[int]
    PAYLOAD_JSON_FIELD_NUMBER: _ClassVar[int]
    id: str
    type: str
    created_at: str
    payload_json: str
    def __init__(self, id: _Optional[str] = ..., type: _Optional[str] = ..., created_at: _Optional[str] = ..., payload_json: _Optional[str] = ...) -> None: ...

class GetCustomsPackageRequest(_message.Message):
    __slots__ = ("id",)
    ID_FIELD_NUMBER: _ClassVar[int]
    id: str
    def __init__(self, id: _Optional[str] = ...) -> None: ...

class ListExportsRequest(_message.Message):
    __slots__ = ("limit", "cursor", "state", "readiness_state", "warehouse_id", "broker_id", "created_after", "created_before")
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    CURSOR_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    READINESS_STATE_FIELD_NUMBER: _ClassVar[int]
    WAREHOUSE_ID_FIELD_NUMBER: _ClassVar[int]
    BROKER_ID_FIELD_NUMBER: _ClassVar[int]
    CREATED_AFTER_FIELD_NUMBER: _ClassVar[int]
    CREATED_BEFORE_FIELD_NUMBER: _ClassVar[int]
    limit: int
    cursor: str
    state: str
    readiness_state: str
    warehouse_id: str
    broker_id: str
    created_after: str
    created_before: str
    def __init__(self, limit: _Optional[int] = ..., cursor: _Optional[str] = ..., state: _Optional[str] = ..., readiness_state: _Optional[str] = ..., warehouse_id: _Optional[str] = ..., broker_id: _Optional[str] = ..., created_after: _Optional[str] = ..., created_before: _Optional[str] = ...) -> None: ...

class ListExportsResponse(_message.Message):
    __slots__ = ("data", "has_more", "next_cursor")
    DATA_FIELD_NUMBER: _ClassVar[int]
    HAS_MORE_FIELD_NUMBER: _ClassVar[int]
    NEXT_CURSOR_FIELD_NUMBER: _ClassVar[int]
    data: _containers.RepeatedCompositeFieldContainer[ExportSummary]
    has_more: bool
    next_cursor: str
    def __init__(self, data: _Optional[_Iterable[_Union[ExportSummary, _Mapping]]] = ..., has_more: _Optional[bool] = ..., next_cursor: _Optional[str] = ...) -> None: ...

class ExportSummary(_message.Message):
    __slots__ = ("export_id", "state", "readiness_state", "compliance_score", "plan_hash", "warehouse_id", "broker_id", "destination_country", "estimated_savings_usd", "order_count", "customs_package_id", "broker_submission_status", "created_at", "executed_at")
    EXPORT_ID_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    READINESS_STATE_FIELD_NUMBER: _ClassVar[int]
    COMPLIANCE_SCORE_FIELD_NUMBER: _ClassVar[int]
    PLAN_HASH_FIELD_NUMBER: _ClassVar[int]
    WAREHOUSE_ID_FIELD_NUMBER: _ClassVar[int]
    BROKER_ID_FIELD_NUMBER: _ClassVar[int]
    DESTINATION_COUNTRY_FIELD_NUMBER: _ClassVar[int]
    ESTIMATED_SAVINGS_USD_FIELD_NUMBER: _ClassVar[int]
    ORDER_COUNT_FIELD_NUMBER: _ClassVar[int]
    CUSTOMS_PACKAGE_ID_FIELD_NUMBER: _ClassVar[int]
    BROKER_SUBMISSION_STATUS_FIELD_NUMBER: _ClassVar[int]
    CREATED_AT_FIELD_NUMBER: _ClassVar[int]
    EXECUTED_AT_FIELD_NUMBER: _ClassVar[int]
    export_id: str
    state: str
    readiness_state: str
    compliance_score: int
    plan_hash: str
    warehouse_id: str
    broker_id: str
    destination_country: str
    estimated_savings_usd: str
    order_count: int
    customs_package_id: str
    broker_submission_status: str
    created_at: str
    executed_at: str
    def __init__(self, export_id: _Optional[str] = ..., state: _Optional[str] = ..., readiness_state: _Optional[str] = ..., compliance_score: _Optional[int] = ..., plan_hash: _Optional[str] = ..., warehouse_id: _Optional[str] = ..., broker_id: _Optional[str] = ..., destination_country: _Optional[str] = ..., estimated_savings_usd: _Optional[str] = ..., order_count: _Optional[int] = ..., customs_package_id: _Optional[str] = ..., broker_submission_status: _Optional[str] = ..., created_at: _Optional[str] = ..., executed_at: _Optional[str] = ...) -> None: ...

class ListEventsRequest(_message.Message):
    __slots__ = ("limit", "cursor", "types", "export_id")
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    CURSOR_FIELD_NUMBER: _ClassVar[int]
    TYPES_FIELD_NUMBER: _ClassVar[int]
    EXPORT_ID_FIELD_NUMBER: _ClassVar[int]
    limit: int
    cursor: str
    types: _containers.RepeatedScalarFieldContainer[str]
    export_id: str
    def __init__(self, limit: _Optional[int] = ..., cursor: _Optional[str] = ..., types: _Optional[_Iterable[str]] = ..., export_id: _Optional[str] = ...) -> None: ...

class ListEventsResponse(_message.Message):
    __slots__ = ("data", "has_more", "next_cursor")
    DATA_FIELD_NUMBER: _ClassVar[int]
    HAS_MORE_FIELD_NUMBER: _ClassVar[int]
    NEXT_CURSOR_FIELD_NUMBER: _ClassVar[int]
    data: _containers.RepeatedCompositeFieldContainer[FeedEvent]
    has_more: bool
    next_cursor: str
    def __init__(self, data: _Optional[_Iterable[_Union[FeedEvent, _Mapping]]] = ..., has_more: _Optional[bool] = ..., next_cursor: _Optional[str] = ...) -> None: ...

class WatchEventsRequest(_message.Message):
    __slots__ = ("cursor", "types", "export_id", "tell_start")
    CURSOR_FIELD_NUMBER: _ClassVar[int]
    TYPES_FIELD_NUMBER: _ClassVar[int]
    EXPORT_ID_FIELD_NUMBER: _ClassVar[int]
    TELL_START_FIELD_NUMBER: _ClassVar[int]
    cursor: str
    types: _containers.RepeatedScalarFieldContainer[str]
    export_id: str
    tell_start: bool
    def __init__(self, cursor: _Optional[str] = ..., types: _Optional[_Iterable[str]] = ..., export_id: _Optional[str] = ..., tell_start: _Optional[bool] = ...) -> None: ...

class FeedEvent(_message.Message):
    __slots__ = ("cursor", "id", "type", "export_id", "body_json")
    CURSOR_FIELD_NUMBER: _ClassVar[int]
    ID_FIELD_NUMBER: _ClassVar[int]
    TYPE_FIELD_NUMBER: _ClassVar[int]
    EXPORT_ID_FIELD_NUMBER: _ClassVar[int]
    BODY_JSON_FIELD_NUMBER: _ClassVar[int]
    cursor: str
    id: str
    type: str
    export_id: str
    body_json: str
    def __init__(self, cursor: _Optional[str] = ..., id: _Optional[str] = ..., type: _Optional[str] = ..., export_id: _Optional[str] = ..., body_json: _Optional[str] = ...) -> None: ...

class SystemHealthRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class SystemHealthResponse(_message.Message):
    __slots__ = ("status", "components")
    STATUS_FIELD_NUMBER: _ClassVar[int]
    COMPONENTS_FIELD_NUMBER: _ClassVar[int]
    status: str
    components: _containers.RepeatedCompositeFieldContainer[ComponentHealth]
    def __init__(self, status: _Optional[str] = ..., components: _Optional[_Iterable[_Union[ComponentHealth, _Mapping]]] = ...) -> None: ...

class ComponentHealth(_message.Message):
    __slots__ = ("name", "status", "detail")
    NAME_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    DETAIL_FIELD_NUMBER: _ClassVar[int]
    name: str
    status: str
    detail: str
    def __init__(self, name: _Optional[str] = ..., status: _Optional[str] = ..., detail: _Optional[str] = ...) -> None: ...

class CreateWebhookRequest(_message.Message):
    __slots__ = ("account_id", "url", "events", "description", "idempotency_key", "notify_email")
    ACCOUNT_ID_FIELD_NUMBER: _ClassVar[int]
    URL_FIELD_NUMBER: _ClassVar[int]
    EVENTS_FIELD_NUMBER: _ClassVar[int]
    DESCRIPTION_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    NOTIFY_EMAIL_FIELD_NUMBER: _ClassVar[int]
    account_id: str
    url: str
    events: _containers.RepeatedScalarFieldContainer[str]
    description: str
    idempotency_key: str
    notify_email: str
    def __init__(self, account_id: _Optional[str] = ..., url: _Optional[str] = ..., events: _Optional[_Iterable[str]] = ..., description: _Optional[str] = ..., idempotency_key: _Optional[str] = ..., notify_email: _Optional[str] = ...) -> None: ...

class Webhook(_message.Message):
    __slots__ = ("id", "url", "events", "description", "warehouse_id", "status", "disabled_reason", "created_at", "updated_at", "secret", "previous_secret_until", "failing_since", "notify_email")
    ID_FIELD_NUMBER: _ClassVar[int]
    URL_FIELD_NUMBER: _ClassVar[int]
    EVENTS_FIELD_NUMBER: _ClassVar[int]
    DESCRIPTION_FIELD_NUMBER: _ClassVar[int]
    WAREHOUSE_ID_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    DISABLED_REASON_FIELD_NUMBER: _ClassVar[int]
    CREATED_AT_FIELD_NUMBER: _ClassVar[int]
    UPDATED_AT_FIELD_NUMBER: _ClassVar[int]
    SECRET_FIELD_NUMBER: _ClassVar[int]
    PREVIOUS_SECRET_UNTIL_FIELD_NUMBER: _ClassVar[int]
    FAILING_SINCE_FIELD_NUMBER: _ClassVar[int]
    NOTIFY_EMAIL_FIELD_NUMBER: _ClassVar[int]
    id: str
    url: str
    events: _containers.RepeatedScalarFieldContainer[str]
    description: str
    warehouse_id: str
    status: str
    disabled_reason: str
    created_at: str
    updated_at: str
    secret: str
    previous_secret_until: str
    failing_since: str
    notify_email: str
    def __init__(self, id: _Optional[str] = ..., url: _Optional[str] = ..., events: _Optional[_Iterable[str]] = ..., description: _Optional[str] = ..., warehouse_id: _Optional[str] = ..., status: _Optional[str] = ..., disabled_reason: _Optional[str] = ..., created_at: _Optional[str] = ..., updated_at: _Optional[str] = ..., secret: _Optional[str] = ..., previous_secret_until: _Optional[str] = ..., failing_since: _Optional[str] = ..., notify_email: _Optional[str] = ...) -> None: ...

class WebhookRequest(_message.Message):
    __slots__ = ("id",)
    ID_FIELD_NUMBER: _ClassVar[int]
    id: str
    def __init__(self, id: _Optional[str] = ...) -> None: ...

class ListWebhooksRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class ListWebhooksResponse(_message.Message):
    __slots__ = ("data",)
    DATA_FIELD_NUMBER: _ClassVar[int]
    data: _containers.RepeatedCompositeFieldContainer[Webhook]
    def __init__(self, data: _Optional[_Iterable[_Union[Webhook, _Mapping]]] = ...) -> None: ...

class WebhookEvents(_message.Message):
    __slots__ = ("types",)
    TYPES_FIELD_NUMBER: _ClassVar[int]
    types: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, types: _Optional[_Iterable[str]] = ...) -> None: ...

class UpdateWebhookRequest(_message.Message):
    __slots__ = ("id", "url", "events", "description", "status", "notify_email", "idempotency_key")
    ID_FIELD_NUMBER: _ClassVar[int]
    URL_FIELD_NUMBER: _ClassVar[int]
    EVENTS_FIELD_NUMBER: _ClassVar[int]
    DESCRIPTION_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    NOTIFY_EMAIL_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    id: str
    url: str
    events: WebhookEvents
    description: str
    status: str
    notify_email: str
    idempotency_key: str
    def __init__(self, id: _Optional[str] = ..., url: _Optional[str] = ..., events: _Optional[_Union[WebhookEvents, _Mapping]] = ..., description: _Optional[str] = ..., status: _Optional[str] = ..., notify_email: _Optional[str] = ..., idempotency_key: _Optional[str] = ...) -> None: ...

class DeleteWebhookResponse(_message.Message):
    __slots__ = ("id",)
    ID_FIELD_NUMBER: _ClassVar[int]
    id: str
    def __init__(self, id: _Optional[str] = ...) -> None: ...

class RotateWebhookSecretRequest(_message.Message):
    __slots__ = ("id", "overlap_hours", "idempotency_key")
    ID_FIELD_NUMBER: _ClassVar[int]
    OVERLAP_HOURS_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    id: str
    overlap_hours: int
    idempotency_key: str
    def __init__(self, id: _Optional[str] = ..., overlap_hours: _Optional[int] = ..., idempotency_key: _Optional[str] = ...) -> None: ...

class ListDeliveriesRequest(_message.Message):
    __slots__ = ("id", "limit", "cursor", "status")
    ID_FIELD_NUMBER: _ClassVar[int]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    CURSOR_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    id: str
    limit: int
    cursor: str
    status: str
    def __init__(self, id: _Optional[str] = ..., limit: _Optional[int] = ..., cursor: _Optional[str] = ..., status: _Optional[str] = ...) -> None: ...

class ListDeliveriesResponse(_message.Message):
    __slots__ = ("data", "has_more", "next_cursor")
    DATA_FIELD_NUMBER: _ClassVar[int]
    HAS_MORE_FIELD_NUMBER: _ClassVar[int]
    NEXT_CURSOR_FIELD_NUMBER: _ClassVar[int]
    data: _containers.RepeatedCompositeFieldContainer[Delivery]
    has_more: bool
    next_cursor: str
    def __init__(self, data: _Optional[_Iterable[_Union[Delivery, _Mapping]]] = ..., has_more: _Optional[bool] = ..., next_cursor: _Optional[str] = ...) -> None: ...

class Delivery(_message.Message):
    __slots__ = ("event_id", "type", "export_id", "status", "attempts", "response_status", "error", "created_at", "attempted_at", "delivered_at", "position")
    EVENT_ID_FIELD_NUMBER: _ClassVar[int]
    TYPE_FIELD_NUMBER: _ClassVar[int]
    EXPORT_ID_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    ATTEMPTS_FIELD_NUMBER: _ClassVar[int]
    RESPONSE_STATUS_FIELD_NUMBER: _ClassVar[int]
    ERROR_FIELD_NUMBER: _ClassVar[int]
    CREATED_AT_FIELD_NUMBER: _ClassVar[int]
    ATTEMPTED_AT_FIELD_NUMBER: _ClassVar[int]
    DELIVERED_AT_FIELD_NUMBER: _ClassVar[int]
    POSITION_FIELD_NUMBER: _ClassVar[int]
    event_id: str
    type: str
    export_id: str
    status: str
    attempts: int
    response_status: int
    error: str
    created_at: str
    attempted_at: str
    delivered_at: str
    position: int
    def __init__(self, event_id: _Optional[str] = ..., type: _Optional[str] = ..., export_id: _Optional[str] = ..., status: _Optional[str] = ..., attempts: _Optional[int] = ..., response_status: _Optional[int] = ..., error: _Optional[str] = ..., created_at: _Optional[str] = ..., attempted_at: _Optional[str] = ..., delivered_at: _Optional[str] = ..., position: _Optional[int] = ...) -> None: ...

class ReplayDeliveriesRequest(_message.Message):
    __slots__ = ("id", "event_id", "queued_from", "queued_until", "status", "idempotency_key")
    ID_FIELD_NUMBER: _ClassVar[int]
    EVENT_ID_FIELD_NUMBER: _ClassVar[int]
    QUEUED_FROM_FIELD_NUMBER: _ClassVar[int]
    QUEUED_UNTIL_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    id: str
    event_id: str
    queued_from: str
    queued_until: str
    status: str
    idempotency_key: str
    def __init__(self, id: _Optional[str] = ..., event_id: _Optional[str] = ..., queued_from: _Optional[str] = ..., queued_until: _Optional[str] = ..., status: _Optional[str] = ..., idempotency_key: _Optional[str] = ...) -> None: ...

class ReplayDeliveriesResponse(_message.Message):
    __slots__ = ("queued",)
    QUEUED_FIELD_NUMBER: _ClassVar[int]
    queued: int
    def __init__(self, queued: _Optional[int] = ...) -> None: ...
