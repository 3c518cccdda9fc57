"""Sends entries in batches, a few at a time, and says of each whether it was taken. Knows no file."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from itertools import chain
from typing import Any

from entrygo.imports.batches import (
    CONTENT_ERRORS,
    Accepted,
    Describe,
    Outcome,
    after_refusal,
    idempotency_key,
)
from entrygo.imports.entries import Entry, Rejected
from entrygo_client import ApiError


@dataclass(frozen=True, slots=True)
class Sender:
    """How one kind of items is sent, and how the server's issues are mapped to rows.

    `run_id` makes the idempotency keys of this run its own: a retry within the run is recognised, while
    an older file that is imported again after a newer one is written again and not answered from memory.
    """

    sync: Callable[..., Any]  # of the client, for items of this kind
    account_id: str
    run_id: str
    describe: Describe

    def send(self, entries: Sequence[Entry]) -> list[Outcome]:
        """Sends one batch until each of its entries is stored or refused."""
        waiting, outcomes = [entries] if entries else [], list[Outcome]()
        while waiting:
            batch = waiting.pop()
            body = {"accountId": self.account_id, "items": [entry.item for entry in batch]}
            try:
                answer = self.sync(body, idempotency_key=idempotency_key(self.run_id, body))
            except ApiError as error:
                if error.error_code not in CONTENT_ERRORS:
                    raise
                message = error.message or error.error_code
                refused, again = after_refusal(batch, error.details, message, self.describe)
                outcomes += refused
                waiting += again
                continue
            outcomes += (
                Accepted(entry, str(stored["id"]))
                for entry, stored in zip(batch, answer["data"], strict=True)
            )
        return outcomes


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
