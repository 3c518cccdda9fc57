"""EntryGo's client: `EntryGo`, and `AsyncEntryGo` with the same methods to be awaited."""

from entrygo_client import types, webhooks
from entrygo_client._async.client import AsyncEntryGo
from entrygo_client._errors import (
    ApiError,
    EntryFiled,
    EntryGoError,
    IdempotencyConflict,
    IdempotencyInProgress,
    InsufficientScope,
    InvalidAccountScope,
    InvalidApiKey,
    InvalidExportState,
    InvalidOrderReference,
    InvalidRequest,
    NoAnswer,
    NotFound,
    PayloadTooLarge,
    PlanHashMismatch,
    RateLimited,
    ServiceUnavailable,
    TaskNotOpen,
    TimedOut,
    ValidationFailed,
)
from entrygo_client._lifecycle import Lifecycle, Refused, is_settled, may_go
from entrygo_client._sync.client import EntryGo

__all__ = [
    "ApiError",
    "AsyncEntryGo",
    "EntryFiled",
    "EntryGo",
    "EntryGoError",
    "IdempotencyConflict",
    "IdempotencyInProgress",
    "InsufficientScope",
    "InvalidAccountScope",
    "InvalidApiKey",
    "InvalidExportState",
    "InvalidOrderReference",
    "InvalidRequest",
    "Lifecycle",
    "NoAnswer",
    "NotFound",
    "PayloadTooLarge",
    "PlanHashMismatch",
    "RateLimited",
    "Refused",
    "ServiceUnavailable",
    "TaskNotOpen",
    "TimedOut",
    "ValidationFailed",
    "is_settled",
    "may_go",
    "types",
    "webhooks",
]
