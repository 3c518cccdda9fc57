"""Fields that several requests have: checked in one way, each issue at the path that REST gives it."""

from datetime import date
from typing import Protocol

from entrygo.domain.time import parse_day
from entrygo.requests.idempotency_key import check_key
from entrygo.requests.issues import Issues
from entrygo.requests.texts import day, public_id, text

MAX_REASON_LENGTH = 500


def check_id(path: str, value: str, issues: Issues) -> None:
    """An issue where there is no id, or what can be none."""
    if value:
        issues.take(public_id, value, path)
    else:
        issues.required(path)


def stated_text(path: str, value: str, issues: Issues) -> str:
    """Why, or how somebody knows: needed, at most 500 characters, without the blanks around it."""
    if not value.strip():
        issues.required(path)
    issues.take(text(MAX_REASON_LENGTH), value, path)
    return value.strip()


class Reasoned(Protocol):
    """A request to change an executed export, which says why."""

    export_id: str
    reason: str
    idempotency_key: str


def reason_of(request: Reasoned) -> str:
    """The reason, trimmed; ValidationFailed with every issue of the export's id, the reason and the key."""
    issues = Issues()
    check_id("exportId", request.export_id, issues)
    reason = stated_text("reason", request.reason, issues)
    check_key(request.idempotency_key, issues)
    issues.check()
    return reason


def optional_day(path: str, value: str, issues: Issues) -> date | None:
    """The day, where one is given."""
    found = issues.optional(day, value, path)
    return None if found is None else parse_day(found)
