"""What a call fails with: one class an `errorCode`, all of them EntryGoError."""

from collections.abc import Mapping
from typing import Any, ClassVar

SHOWN_ISSUES = 3


class EntryGoError(Exception):
    """Something kept a call from being answered as asked."""


class NoAnswer(EntryGoError):
    """Nothing answered, or the answer was lost. A write may have happened: repeat it with the same key."""


class UnexpectedAnswer(EntryGoError):
    """A success whose body is no JSON, as a proxy or a page to sign in gives one: it need not be EntryGo's.

    A write may have happened: repeat it with the same key.
    """


class ApiError(EntryGoError):
    """The server's answer `{errorCode, message, field?, details?}`; `request_id` names it in its log."""

    code: ClassVar[str] = ""

    def __init__(self, status: int, body: Mapping[str, Any], request_id: str = "") -> None:
        self.status = status
        self.error_code = str(body.get("errorCode", f"HTTP_{status}"))
        self.message = str(body.get("message", ""))
        self.field: str | None = body.get("field")
        details = body.get("details")
        # What something before EntryGo answers may have one of another form.
        self.details: Mapping[str, Any] = details if isinstance(details, Mapping) else {}
        self.request_id = request_id
        super().__init__(f"{self.error_code} ({status}): {self.message}{_named(self.details.get('issues'))}")


def _named(issues: Any) -> str:
    """What is wrong, path by path, behind a message that names none of it; the first few."""
    listed = [each for each in issues or () if isinstance(each, Mapping)]
    shown = [f"{each.get('path', '')}: {each.get('message', '')}" for each in listed[:SHOWN_ISSUES]]
    return "".join(f" {each};" for each in shown).rstrip(";") + (" …" if len(listed) > SHOWN_ISSUES else "")


class InvalidRequest(ApiError):
    """The request could not be read."""

    code = "INVALID_REQUEST"


class ValidationFailed(ApiError):
    """Fields are wrong; `issues` names each of them."""

    code = "VALIDATION_ERROR"

    @property
    def issues(self) -> list[dict[str, Any]]:
        """`{path, message, code}` of what is wrong, at most 100."""
        return list(self.details.get("issues", ()))


class InvalidOrderReference(ApiError):
    """An order that nobody synced."""

    code = "INVALID_ORDER_REFERENCE"


class InvalidAccountScope(ApiError):
    """The account, warehouse or broker is not the key's."""

    code = "INVALID_ACCOUNT_SCOPE"


class InvalidApiKey(ApiError):
    """No key, or one that is not good any more."""

    code = "INVALID_API_KEY"


class InsufficientScope(ApiError):
    """The key may not do this."""

    code = "INSUFFICIENT_SCOPE"


class NotFound(ApiError):
    """There is none of this id in the account."""

    code = "NOT_FOUND"


class InvalidExportState(ApiError):
    """Not from the state that the export is in; `details` name it."""

    code = "INVALID_EXPORT_STATE"


class PlanHashMismatch(ApiError):
    """The plan is another one than was approved."""

    code = "PLAN_HASH_MISMATCH"


class EntryFiled(ApiError):
    """The broker has given an entry number already."""

    code = "ENTRY_ALREADY_FILED"


class TaskNotOpen(ApiError):
    """The task was closed already, or a later summary resolved it."""

    code = "TASK_NOT_OPEN"


class RevisionLimitReached(ApiError):
    """It was given as often as is kept: what was given last stays."""

    code = "REVISION_LIMIT_REACHED"


class TripIncomplete(ApiError):
    """The truck's manifest needs more of these goods: `details["missing"]` says what."""

    code = "TRIP_INCOMPLETE"


class KeyNotUsable(ApiError):
    """The key to be replaced is revoked or expired."""

    code = "KEY_NOT_USABLE"


class IdempotencyConflict(ApiError):
    """The key was used for another request."""

    code = "IDEMPOTENCY_CONFLICT"


class IdempotencyInProgress(ApiError):
    """The request of this key is still being worked on."""

    code = "IDEMPOTENCY_IN_PROGRESS"


class PayloadTooLarge(ApiError):
    """The body is larger than the server takes."""

    code = "PAYLOAD_TOO_LARGE"


class RateLimited(ApiError):
    """Too many requests; retried by itself as long as there are retries."""

    code = "RATE_LIMITED"


class ServiceUnavailable(ApiError):
    """A part of the server is away; retried by itself as long as there are retries."""

    code = "SERVICE_UNAVAILABLE"


class TimedOut(EntryGoError):
    """What was waited for did not come in time; nothing was changed by waiting."""


CLASSES: Mapping[str, type[ApiError]] = {each.code: each for each in ApiError.__subclasses__()}


def error_of(status: int, body: Any, request_id: str) -> ApiError:
    """The error of an answer that is no success, whatever its body is."""
    known = body if isinstance(body, Mapping) else {}
    return CLASSES.get(str(known.get("errorCode")), ApiError)(status, known, request_id)
