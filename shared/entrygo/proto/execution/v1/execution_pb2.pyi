from entrygo.proto.events.v1 import events_pb2 as _events_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class ExecuteExportRequest(_message.Message):
    __slots__ = ("account_id", "batch_id", "idempotency_key", "expected_plan_hash")
    ACCOUNT_ID_FIELD_NUMBER: _ClassVar[int]
    BATCH_ID_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    EXPECTED_PLAN_HASH_FIELD_NUMBER: _ClassVar[int]
    account_id: str
    batch_id: str
    idempotency_key: str
    expected_plan_hash: str
    def __init__(self, account_id: _Optional[str] = ..., batch_id: _Optional[str] = ..., idempotency_key: _Optional[str] = ..., expected_plan_hash: _Optional[str] = ...) -> None: ...

class ExecuteExportResponse(_message.Message):
    __slots__ = ("export_id", "status", "customs_package_id", "plan_hash", "artifacts", "notification_ids", "execution_timestamp", "broker_submission")
    EXPORT_ID_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    CUSTOMS_PACKAGE_ID_FIELD_NUMBER: _ClassVar[int]
    PLAN_HASH_FIELD_NUMBER: _ClassVar[int]
    ARTIFACTS_FIELD_NUMBER: _ClassVar[int]
    NOTIFICATION_IDS_FIELD_NUMBER: _ClassVar[int]
    EXECUTION_TIMESTAMP_FIELD_NUMBER: _ClassVar[int]
    BROKER_SUBMISSION_FIELD_NUMBER: _ClassVar[int]
    export_id: str
    status: str
    customs_package_id: str
    plan_hash: str
    artifacts: _containers.RepeatedCompositeFieldContainer[_events_pb2.Artifact]
    notification_ids: _containers.RepeatedScalarFieldContainer[str]
    execution_timestamp: str
    broker_submission: _events_pb2.BrokerSubmission
    def __init__(self, export_id: _Optional[str] = ..., status: _Optional[str] = ..., customs_package_id: _Optional[str] = ..., plan_hash: _Optional[str] = ..., artifacts: _Optional[_Iterable[_Union[_events_pb2.Artifact, _Mapping]]] = ..., notification_ids: _Optional[_Iterable[str]] = ..., execution_timestamp: _Optional[str] = ..., broker_submission: _Optional[_Union[_events_pb2.BrokerSubmission, _Mapping]] = ...) -> None: ...

class ResubmitToBrokerRequest(_message.Message):
    __slots__ = ("export_id", "reason", "idempotency_key")
    EXPORT_ID_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    export_id: str
    reason: str
    idempotency_key: str
    def __init__(self, export_id: _Optional[str] = ..., reason: _Optional[str] = ..., idempotency_key: _Optional[str] = ...) -> None: ...

class ResubmitToBrokerResponse(_message.Message):
    __slots__ = ("broker_submission",)
    BROKER_SUBMISSION_FIELD_NUMBER: _ClassVar[int]
    broker_submission: _events_pb2.BrokerSubmission
    def __init__(self, broker_submission: _Optional[_Union[_events_pb2.BrokerSubmission, _Mapping]] = ...) -> None: ...

class GetArtifactRequest(_message.Message):
    __slots__ = ("customs_package_id", "filename")
    CUSTOMS_PACKAGE_ID_FIELD_NUMBER: _ClassVar[int]
    FILENAME_FIELD_NUMBER: _ClassVar[int]
    customs_package_id: str
    filename: str
    def __init__(self, customs_package_id: _Optional[str] = ..., filename: _Optional[str] = ...) -> None: ...

class ArtifactChunk(_message.Message):
    __slots__ = ("artifact", "content")
    ARTIFACT_FIELD_NUMBER: _ClassVar[int]
    CONTENT_FIELD_NUMBER: _ClassVar[int]
    artifact: _events_pb2.Artifact
    content: bytes
    def __init__(self, artifact: _Optional[_Union[_events_pb2.Artifact, _Mapping]] = ..., content: _Optional[bytes] = ...) -> None: ...
