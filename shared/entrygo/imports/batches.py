"""Batches of entries: their idempotency keys, and what is to be sent again after a refusal.

A batch that is refused is sent again without the items at fault; where the answer names none, it is halved
until the culprit stands alone.
"""

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

import orjson

from entrygo.imports.entries import Entry, Rejected

# Refusals of the content: the other items may still go. Anything else ends the import.
CONTENT_ERRORS = frozenset({"VALIDATION_ERROR", "PAYLOAD_TOO_LARGE"})

Issue = Mapping[str, object]
Describe = Callable[[Entry, Sequence[Issue]], Iterable[Rejected]]


@dataclass(frozen=True, slots=True)
class Accepted:
    """An entry that is stored now, and the id it has."""

    entry: Entry
    id: str


Outcome = Accepted | Rejected


def idempotency_key(run_id: str, body: object) -> str:
    """Follows from the content, so that a retry of the same batch has the same key."""
    content = orjson.dumps(body, option=orjson.OPT_SORT_KEYS)
    return f"import-{run_id}-{hashlib.sha256(content).hexdigest()[:40]}"


def after_refusal(
    entries: Sequence[Entry], details: object, message: str, describe: Describe
) -> tuple[list[Rejected], list[Sequence[Entry]]]:
    """The rows that are refused for good, and the batches to send next.

    `details` and `message` are those of the error that the server answered the batch with.
    """
    issues = issues_by_item(details)
    named = [index for index in issues if index < len(entries)]
    if named:
        refused = chain.from_iterable(describe(entries[index], issues[index]) for index in named)
        kept = [entry for index, entry in enumerate(entries) if index not in issues]
        return list(refused), [kept] if kept else []
    if len(entries) == 1:
        return list(describe(entries[0], [{"path": "", "message": message}])), []
    middle = len(entries) // 2
    return [], [entries[:middle], entries[middle:]]


def issues_by_item(details: object) -> dict[int, list[Issue]]:
    """The issues that name an item (`items.3.…`), with the rest of their path."""
    listed = details.get("issues", []) if isinstance(details, dict) else []
    found: dict[int, list[Issue]] = {}
    for issue in listed:
        start, _, rest = str(issue.get("path", "")).partition(".")
        index, _, inner = rest.partition(".")
        if start == "items" and index.isdecimal():
            found.setdefault(int(index), []).append({**issue, "path": inner})
    return found
