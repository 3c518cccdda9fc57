"""The client: every operation, and what is made of several of them."""

import json
import os
import re
import time
import uuid
from collections.abc import Callable, Iterator
from types import TracebackType
from typing import Any, Self, cast
from urllib.parse import quote

import httpx

from entrygo_client import types
from entrygo_client._errors import ApiError, NoAnswer, TimedOut
from entrygo_client._lifecycle import Lifecycle, Refused, is_settled, may_go
from entrygo_client._retrying import STATUSES
from entrygo_client._sync.operations import Operations
from entrygo_client._sync.transport import Transport, json_of

DEFAULT_BASE_URL = "http://localhost:3000"
# The most that one request waits on the server.
WAIT_SECONDS = 25
RECONNECT_SECONDS = 2.0


class EntryGo(Operations):
    """A client of one account on one server.

    `base_url`, `api_key` and `account_id` default to ENTRYGO_BASE_URL, ENTRYGO_API_KEY and
    ENTRYGO_ACCOUNT_ID; `accountId` is filled into bodies that do not name one. A write gets an idempotency
    key, and is tried again `max_retries` times under it. Close it, or use it in a `with` block.
    """

    def __init__(
        self,
        base_url: str | None = None,
        api_key: str | None = None,
        account_id: str | None = None,
        *,
        seconds: float = 60.0,
        max_retries: int = 2,
        http: httpx.Client | None = None,
    ) -> None:
        key = (api_key or os.environ.get("ENTRYGO_API_KEY") or "").strip()
        if not key:
            raise ValueError("give api_key, or set ENTRYGO_API_KEY")
        # Said here, and without the key: what cannot be a header is quoted whole by who refuses it.
        if not re.fullmatch("[!-~]+", key):
            raise ValueError("the API key holds characters that no key has")
        self.account_id = account_id or os.environ.get("ENTRYGO_ACCOUNT_ID", "")
        self._transport = Transport(
            base_url or os.environ.get("ENTRYGO_BASE_URL") or DEFAULT_BASE_URL,
            key,
            seconds=seconds,
            max_retries=max_retries,
            http=http,
        )

    def close(self) -> None:
        """Closes the connections."""
        self._transport.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _call(
        self,
        method: str,
        path: str,
        *,
        query: dict[str, Any] | None = None,
        body: Any = None,
        idempotency_key: str | None = None,
        repeatable: bool = True,
    ) -> Any:
        headers: dict[str, str] = {}
        if method != "GET":
            # Minted once, so that every attempt is the same request.
            headers["idempotency-key"] = idempotency_key or f"py-{uuid.uuid4()}"
            if method != "DELETE":
                body = body or {}
        answer = self._transport.send(
            method, path, query=query, body=body, headers=headers, repeatable=repeatable
        )
        return json_of(answer)

    def _with_account(self, body: Any) -> Any:
        """A body that names its account, if it was given."""
        return body if not self.account_id or "accountId" in body else {"accountId": self.account_id, **body}

    def _download(self, path: str) -> bytes:
        answer = self._transport.send("GET", path)
        return answer.content

    def wait_for_change(
        self, export_id: str, known: types.InspectAnswer | None = None, *, seconds: int = WAIT_SECONDS
    ) -> types.InspectAnswer | None:
        """The export once it differs from `known`; None when it is the same after `seconds` (25 at most)."""
        etag = _etag_of(known)
        headers = {"if-none-match": etag, "prefer": f"wait={seconds}"} if etag else {}
        path = f"/api/exports/{quote(export_id, safe='')}"
        answer = self._transport.send("GET", path, headers=headers, wait=seconds)
        if answer.status_code == 304:
            return None
        return cast(types.InspectAnswer, {**json_of(answer), ETAG: answer.headers.get("etag", "")})

    def wait_until(
        self,
        export_id: str,
        is_reached: Callable[[types.InspectAnswer], bool] = is_settled,
        *,
        seconds: float = 300.0,
    ) -> types.InspectAnswer:
        """The export once `is_reached` says so of it: by default, once nothing is under way any more.

        TimedOut, with what was seen last, after `seconds`.
        """
        ends_at = time.monotonic() + seconds
        found = self.wait_for_change(export_id)
        while found is None or not is_reached(found):
            left = ends_at - time.monotonic()
            if left <= 0:
                raise TimedOut(f"{export_id} is {found['status'] if found else 'unknown'} after {seconds} s")
            changed = self.wait_for_change(export_id, found, seconds=max(1, min(WAIT_SECONDS, int(left))))
            if changed is not None and changed["stale"]:
                # It proves nothing, and an answer without a version cannot be waited on.
                time.sleep(min(1.0, left))
            found = changed or found
        return found

    def events(
        self, export_id: str | None = None, *, cursor: str | None = None, type_: str | None = None
    ) -> Iterator[tuple[str, types.Event]]:
        """`(cursor, event)` as it happens, on and on: after `cursor`, else from now on (of one export: all).

        A stream that ends is opened again where it was. Store the cursor once the event is dealt with.
        """
        path = f"/api/exports/{quote(export_id, safe='')}/stream" if export_id else "/api/events/stream"
        while True:
            headers = {"last-event-id": cursor} if cursor else {}
            message: dict[str, str] = {}
            try:
                for line in self._transport.lines(path, query={"type": type_}, headers=headers):
                    name, _, value = line.partition(": ")
                    message[name] = value
                    # A message that was cut off is none: its event comes again.
                    if not line:
                        cursor = message.get("id", cursor)
                        if "data" in message:
                            yield cursor or "", cast(types.Event, json.loads(message["data"]))
                        message = {}
            except NoAnswer:
                pass
            except ApiError as error:
                # What a restart, a proxy before it or too many streams answer passes by itself.
                if error.status not in STATUSES:
                    raise
            time.sleep(RECONNECT_SECONDS)

    def lifecycle(
        self,
        body: types.PlanBody,
        *,
        key: str,
        orders: list[types.OrderInput] | None = None,
        policy: Callable[[types.PlanAnswer], bool] = may_go,
        seconds: float = 300.0,
    ) -> Lifecycle:
        """Sync, plan, ask the policy, execute what was planned and nothing else, wait until it is settled.

        `key` names this piece of work: called again with it after a crash, nothing happens twice. `orders`
        are synced first and planned with those that `body` names. Refused, with the plan, when the policy
        says no.
        """
        if orders:
            synced = self.sync_orders({"items": orders}, idempotency_key=f"{key}-sync")
            known = [each["id"] for each in synced["data"]]
            body = cast(types.PlanBody, {**body, "orderIds": [*body.get("orderIds", ()), *known]})
        plan = self.plan_export(body, idempotency_key=f"{key}-plan")
        export_id, plan_hash = plan["exportId"], plan["planHash"]
        # A dry run has no export: there is nothing to execute, whatever the policy says.
        if not export_id or not policy(plan):
            raise Refused(plan)
        execution = self.execute_export(
            {"batchId": export_id, "expectedPlanHash": plan_hash}, idempotency_key=f"{key}-execute"
        )
        export = self.wait_until(export_id, seconds=seconds)
        return Lifecycle(plan=plan, execution=execution, export=export)


# Where wait_for_change keeps the version of what it answered.
ETAG = "etag"


def _etag_of(known: types.InspectAnswer | None) -> str:
    return str(cast(dict[str, Any], known).get(ETAG, "")) if known else ""
