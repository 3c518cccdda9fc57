"""Executing an export by hand: once, however often it is asked for, and not called done if undone since."""

from contextlib import suppress

import httpx

from entrygo.cli.connection import Target
from entrygo_client import ApiError, EntryGo, IdempotencyConflict
from entrygo_client.types import ExecuteAnswer, ExecuteBody

REPLAYED = "idempotency-replayed"


class ExecutedBefore(Exception):
    """The export was executed before, and what was asked for now was not done."""


def execute_once(target: Target, body: ExecuteBody, key: str | None) -> ExecuteAnswer:
    """The answer of the export's execution, the first one's where it is repeated.

    Without a key that the caller chose, the export and the hash that it expects make one. Raises
    ExecutedBefore where the export was executed with other facts, or is not what that made of it any more.
    """
    export_id = body["batchId"]
    own_key = f"cli-execute-{export_id}-{(body.get('expectedPlanHash') or 'any')[-16:]}"
    heard: list[httpx.Response] = []
    with target.client(heard.append) as entrygo:
        try:
            answer = entrygo.execute_export(body, idempotency_key=key or own_key)
        except IdempotencyConflict as error:
            if key:
                raise
            raise ExecutedBefore(
                f"{export_id} was executed before, with another shipment or trip than now. Nothing was sent;"
                " to state another one, amend the export."
            ) from error
        state = _state_of(entrygo, export_id) if REPLAYED in heard[-1].headers else None
    if state not in (None, answer["status"]):
        raise ExecutedBefore(f"{export_id} was executed before and is {state} since. Nothing was sent now.")
    return answer


def _state_of(entrygo: EntryGo, export_id: str) -> str | None:
    """Its present state; None where the key may not read."""
    with suppress(ApiError):
        return entrygo.inspect_export(export_id)["status"]
    return None
