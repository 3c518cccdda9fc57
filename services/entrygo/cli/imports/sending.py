"""Sends entries in batches, a few at a time, and says of each whether it was taken. Knows no file.

A batch that the server refuses is sent again without the items at fault; where the answer names none,
it is halved until the culprit stands alone.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from itertools import chain

import orjson

from entrygo.cli.imports.entries import Entry, Rejected
from entrygo.cli.rest import Rest, RestError

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


@dataclass(frozen=True, slots=True)
class Sender:
    """How one kind of items is sent, and how the server's issues are mapped to rows.

    `run_id` makes the idempotency keys of this run its own: a retry within the run is recognised, while
    an older file that is imported again after a newer one is written again and not answered from memory.
    """

    rest: Rest
    path: str
    account_id: str
    run_id: str
    describe: Describe

    def send(self, entries: Sequence[Entry]) -> list[Outcome]:
        """Sends one batch until each of its entries is stored or refused."""
        if not entries:
            return []
        body = {"accountId": self.account_id, "items": [entry.item for entry in entries]}
        try:
            answer = self.rest.post(self.path, body, idempotency_key(self.run_id, body))
        except RestError as error:
            if error.code not in CONTENT_ERRORS:
                raise
            return self._without_faults(entries, error)
        return [
            Accepted(entry, str(stored["id"])) for entry, stored in zip(entries, answer["data"], strict=True)
        ]

    def _without_faults(self, entries: Sequence[Entry], error: RestError) -> list[Outcome]:
        issues = issues_by_item(error)
        named = [index for index in issues if index < len(entries)]
        if named:
            kept = [entry for index, entry in enumerate(entries) if index not in issues]
            refused = chain.from_iterable(self.describe(entries[index], issues[index]) for index in named)
            return [*refused, *self.send(kept)]
        if len(entries) == 1:
            message = str(error.error.get("message", "")) or error.code
            return list(self.describe(entries[0], [{"path": "items.0", "message": message}]))
        middle = len(entries) // 2
        return [*self.send(entries[:middle]), *self.send(entries[middle:])]


def idempotency_key(run_id: str, body: object) -> str:
    """Follows from the content, so that a retry of the same batch has the same key."""
    content = orjson.dumps(body, option=orjson.OPT_SORT_KEYS)
    return f"import-{run_id}-{hashlib.sha256(content).hexdigest()[:40]}"


def issues_by_item(error: RestError) -> dict[int, list[Issue]]:
    """The issues that name an item (`items.3.…`), with the rest of their path."""
    details = error.error.get("details")
    listed = details.get("issues", []) if isinstance(details, dict) else []
    found: dict[int, list[Issue]] = {}
    for issue in listed:
        start, _, rest = str(issue.get("path", "")).partition(".")
        index, _, inner = rest.partition(".")
        if start == "items" and index.isdecimal():
            found.setdefault(int(index), []).append({**issue, "path": inner})
    return found


def send_all(
    sender: Sender, entries: Iterable[Entry | Rejected], *, batch_size: int, concurrency: int
) -> Iterator[Outcome]:
    """Every outcome, as it comes; holds at most twice `concurrency` batches at a time."""
    with ThreadPoolExecutor(concurrency) as workers:
        running: set[Future[list[Outcome]]] = set()
        batch: list[Entry] = []
        try:
            for entry in entries:
                if isinstance(entry, Rejected):
                    yield entry
                    continue
                batch.append(entry)
                if len(batch) == batch_size:
                    running.add(workers.submit(sender.send, batch))
                    batch = []
                while len(running) >= 2 * concurrency:
                    done, running = wait(running, return_when=FIRST_COMPLETED)
                    yield from chain.from_iterable(future.result() for future in done)
            running.add(workers.submit(sender.send, batch))
            while running:
                done, running = wait(running, return_when=FIRST_COMPLETED)
                yield from chain.from_iterable(future.result() for future in done)
        finally:
            for future in running:
                future.cancel()
