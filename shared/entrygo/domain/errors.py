"""Every error a caller can meet: a stable code, a kind, and a docstring that is the default message.

The domain knows no HTTP status and no gRPC code: `rpc.errors` and `gateway.errors` map the kind, once each.
"""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any, ClassVar


class Kind(StrEnum):
    """What sort of thing went wrong; decides the status at each edge."""

    INVALID = "invalid"
    UNAUTHENTICATED = "unauthenticated"
    FORBIDDEN = "forbidden"
    NOT_FOUND = "not_found"
    METHOD_NOT_ALLOWED = "method_not_allowed"
    CONFLICT = "conflict"
    KEY_REUSED = "key_reused"
    IN_PROGRESS = "in_progress"
    TOO_LARGE = "too_large"
    UNSUPPORTED = "unsupported"
    RATE_LIMITED = "rate_limited"
    UNAVAILABLE = "unavailable"
    INTERNAL = "internal"


class EntryGoError(Exception):
    """Something went wrong."""

    code: ClassVar[str] = "INTERNAL_ERROR"
    kind: ClassVar[Kind] = Kind.INTERNAL

    def __init__(
        self,
        message: str | None = None,
        *,
        field: str | None = None,
        details: Mapping[str, Any] | None = None,
    ) -> None:
        self.message = message or (type(self).__doc__ or "").strip()
        self.field = field
        self.details = dict(details) if details is not None else None
        super().__init__(self.message)

    @property
    def error_code(self) -> str:
        """The stable machine code; a remote error carries the one it was sent with."""
        return self.code

    @property
    def error_kind(self) -> Kind:
        """The kind; a remote error carries the one its status stands for."""
        return self.kind


class InvalidRequest(EntryGoError):
    """Request body is not valid JSON."""

    code = "INVALID_REQUEST"
    kind = Kind.INVALID


class ValidationFailed(EntryGoError):
    """Request validation failed."""

    code = "VALIDATION_ERROR"
    kind = Kind.INVALID

    @classmethod
    def of(cls, issues: Sequence[tuple[str, str, str]], *, total: int = 0) -> "ValidationFailed":
        """From the issues to list, as (path, message, code); the first one's path becomes `field`.

        `total` is how many were found, where that is more.
        """
        listed = [{"path": path, "message": message, "code": code} for path, message, code in issues]
        counted = {"totalIssues": total} if total > len(issues) else {}
        return cls(field=issues[0][0], details={"issues": listed, **counted})


class InvalidOrderReference(EntryGoError):
    """One or more orders could not be resolved."""

    code = "INVALID_ORDER_REFERENCE"
    kind = Kind.INVALID


class ReferenceOutsideAccount(EntryGoError):
    """Warehouse or broker is outside the current account scope."""

    code = "INVALID_ACCOUNT_SCOPE"
    kind = Kind.INVALID

    @classmethod
    def of(cls, name: str, field: str, id_: str) -> "ReferenceOutsideAccount":
        """Of the record that `field` names by an id which the account has not."""
        return cls(f"{name} is outside the current account scope.", field=field, details={field: id_})


class InvalidApiKey(EntryGoError):
    """Missing or invalid API key."""

    code = "INVALID_API_KEY"
    kind = Kind.UNAUTHENTICATED


class InvalidAccountScope(EntryGoError):
    """Payload accountId does not match API key scope."""

    code = "INVALID_ACCOUNT_SCOPE"
    kind = Kind.FORBIDDEN


class InsufficientScope(EntryGoError):
    """The API key lacks the scope that this operation needs."""

    code = "INSUFFICIENT_SCOPE"
    kind = Kind.FORBIDDEN


class OutsideWarehouse(InsufficientScope):
    """The API key is bound to one warehouse and may not write others."""


class NotFound(EntryGoError):
    """Not found."""

    code = "NOT_FOUND"
    kind = Kind.NOT_FOUND


class ExportNotFound(NotFound):
    """Export batch not found."""


class MethodNotAllowed(EntryGoError):
    """This path does not answer that method."""

    code = "METHOD_NOT_ALLOWED"
    kind = Kind.METHOD_NOT_ALLOWED


class PayloadTooLarge(EntryGoError):
    """The request is larger than this server accepts."""

    code = "PAYLOAD_TOO_LARGE"
    kind = Kind.TOO_LARGE


class UnsupportedMediaType(EntryGoError):
    """Send the body as application/json without content encoding."""

    code = "UNSUPPORTED_MEDIA_TYPE"
    kind = Kind.UNSUPPORTED


class RateLimited(EntryGoError):
    """Too many requests; try again after the time named in Retry-After."""

    code = "RATE_LIMITED"
    kind = Kind.RATE_LIMITED


class ServiceUnavailable(EntryGoError):
    """The service is not available right now; retry with the same idempotency key."""

    code = "SERVICE_UNAVAILABLE"
    kind = Kind.UNAVAILABLE


class InternalError(EntryGoError):
    """An unexpected error occurred; the request id names it in the logs."""

    code = "INTERNAL_ERROR"
    kind = Kind.INTERNAL


class IdempotencyConflict(EntryGoError):
    """Idempotency key was already used for a different payload."""

    code = "IDEMPOTENCY_CONFLICT"
    kind = Kind.KEY_REUSED


class IdempotencyInProgress(EntryGoError):
    """The first request with this idempotency key is still running; retry shortly."""

    code = "IDEMPOTENCY_IN_PROGRESS"
    kind = Kind.IN_PROGRESS


class InvalidExportState(EntryGoError):
    """Export batch cannot make this transition from its current state."""

    code = "INVALID_EXPORT_STATE"
    kind = Kind.CONFLICT


class TripIncomplete(EntryGoError):
    """The truck's manifest needs more of these goods than the plan and the trip state."""

    code = "TRIP_INCOMPLETE"
    kind = Kind.CONFLICT


class PlanHashMismatch(EntryGoError):
    """The plan is not the one that was expected; plan again and review it."""

    code = "PLAN_HASH_MISMATCH"
    kind = Kind.CONFLICT


class HistoryMismatch(EntryGoError):
    """Another event is recorded at this sequence than the one that is held; read from the start."""

    code = "HISTORY_MISMATCH"
    kind = Kind.CONFLICT


class EntryFiled(EntryGoError):
    """The broker gave an entry number for this export: amend it with afterEntry to correct that entry."""

    code = "ENTRY_ALREADY_FILED"
    kind = Kind.CONFLICT


class TaskNotOpen(EntryGoError):
    """This task is not open any more: it was closed, or a later summary resolved it."""

    code = "TASK_NOT_OPEN"
    kind = Kind.CONFLICT


class RevisionLimitReached(EntryGoError):
    """This was given as often as is kept of it; what was given last stays."""

    code = "REVISION_LIMIT_REACHED"
    kind = Kind.CONFLICT


class KeyNotUsable(EntryGoError):
    """This key is revoked or expired: create another one."""

    code = "KEY_NOT_USABLE"
    kind = Kind.CONFLICT


class SnapshotUnreadable(EntryGoError):
    """The stored plan cannot be read; plan the export again."""

    code = "SNAPSHOT_UNREADABLE"
    kind = Kind.CONFLICT


class RemoteError(EntryGoError):
    """An error that another service answered, carried on as it was."""

    def __init__(
        self,
        *,
        code: str,
        kind: Kind,
        message: str,
        field: str | None = None,
        details: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(message, field=field, details=details)
        self._code = code
        self._kind = kind

    @property
    def error_code(self) -> str:
        return self._code

    @property
    def error_kind(self) -> Kind:
        return self._kind
