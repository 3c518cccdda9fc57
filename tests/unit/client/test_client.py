"""The Python client against answers made up here: retries, errors, pages, waits."""

import json
from collections.abc import Callable, Sequence
from typing import Any

import httpx
import pytest

import entrygo_client
from entrygo_client import ApiError, AsyncEntryGo, EntryGo, NoAnswer, RateLimited, Refused, ValidationFailed
from entrygo_client._errors import CLASSES
from entrygo_client._retrying import Failure, pause_before_retry
from tests.openapi import DOCUMENT

BODY: Any = {"warehouseId": "wh_1", "brokerId": "br_1", "orderIds": ["ord_1"]}
# Answers of their own, not codes that a caller acts upon.
WITHOUT_A_CLASS = {"INTERNAL_ERROR", "METHOD_NOT_ALLOWED", "UNSUPPORTED_MEDIA_TYPE"}

Step = httpx.Response | Exception


@pytest.fixture
def paused(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    pauses: list[float] = []
    monkeypatch.setattr("entrygo_client._sync.transport.time.sleep", pauses.append)
    return pauses


class Script:
    """Answers requests in turn and keeps them."""

    def __init__(self, *steps: Step) -> None:
        self._steps = list(steps)
        self.requests: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        step = self._steps.pop(0)
        if isinstance(step, Exception):
            raise step
        return step

    def client(self, **given: Any) -> EntryGo:
        http = httpx.Client(transport=httpx.MockTransport(self))
        return EntryGo("http://x", "key", "acc_1", http=http, **given)

    @property
    def keys(self) -> set[str]:
        return {request.headers["idempotency-key"] for request in self.requests}


def error(status: int, code: str, **headers: str) -> httpx.Response:
    return httpx.Response(status, json={"errorCode": code, "message": "m"}, headers=headers)


def ok() -> httpx.Response:
    return httpx.Response(200, json={"exportId": "batch_1"})


def test_a_write_is_tried_again_under_one_key_with_the_pause_that_the_server_asks_for(
    paused: list[float],
) -> None:
    script = Script(error(429, "RATE_LIMITED", **{"retry-after": "3"}), httpx.ReadError("gone"), ok())
    assert script.client().plan_export(BODY)["exportId"] == "batch_1"
    assert len(script.keys) == 1
    assert len({request.content for request in script.requests}) == 1
    assert paused[0] == 3
    assert json.loads(script.requests[0].content) == {"accountId": "acc_1", **BODY}


@pytest.mark.parametrize(
    ("retry_after", "pause"),
    [("Sun, 06 Nov 1994 08:49:40 GMT", 3), ("Sun, 06 Nov 1994 08:49:30 GMT", 0)],
)
def test_a_date_in_retry_after_counts_from_that_of_the_answer(
    retry_after: str, pause: float, paused: list[float]
) -> None:
    away = {"retry-after": retry_after, "date": "Sun, 06 Nov 1994 08:49:37 GMT"}
    Script(error(503, "SERVICE_UNAVAILABLE", **away), ok()).client().plan_export(BODY)
    assert paused == [pause]


@pytest.mark.parametrize(
    "headers",
    [
        {"retry-after": "Sun, 06 Nov 1994 08:49:40 GMT"},
        {"retry-after": "soon", "date": "Sun, 06 Nov 1994 08:49:37 GMT"},
        {"retry-after": "Sun, 06 Nov 1994 08:49:40", "date": "Sun, 06 Nov 1994 08:49:37 GMT"},
    ],
)
def test_a_pause_that_nobody_can_read_is_our_own(headers: dict[str, str], paused: list[float]) -> None:
    Script(error(503, "SERVICE_UNAVAILABLE", **headers), ok()).client().plan_export(BODY)
    assert 0.375 <= paused[0] <= 0.5


@pytest.mark.parametrize(
    ("steps", "raised", "requests"),
    [
        ([error(400, "VALIDATION_ERROR")], ValidationFailed, 1),
        ([error(409, "IDEMPOTENCY_CONFLICT")], entrygo_client.IdempotencyConflict, 1),
        ([error(429, "RATE_LIMITED")] * 3, RateLimited, 3),
        ([error(409, "IDEMPOTENCY_IN_PROGRESS")] * 3, entrygo_client.IdempotencyInProgress, 3),
        ([httpx.ConnectError("nobody")] * 3, NoAnswer, 3),
        ([error(429, "RATE_LIMITED", **{"retry-after": "600"})], RateLimited, 1),
        ([httpx.Response(502, text="<html>")] * 3, entrygo_client.ApiError, 3),
    ],
)
def test_what_cannot_be_mended_is_raised_as_its_own_class(
    steps: Sequence[Step], raised: type[Exception], requests: int, paused: list[float]
) -> None:
    script = Script(*steps)
    with pytest.raises(raised):
        script.client().plan_export(BODY, idempotency_key="mine")
    assert len(script.requests) == requests
    assert script.keys == {"mine"}
    assert len(paused) == requests - 1


@pytest.mark.parametrize(
    "ask", [lambda client: client.plan_export(BODY), lambda client: client.wait_for_change("batch_1")]
)
def test_a_page_in_place_of_json_is_told_with_what_came_and_from_where(ask: Callable[[EntryGo], Any]) -> None:
    page = httpx.Response(200, html="<html>\n<title>Sign in to the proxy</title>")
    with pytest.raises(entrygo_client.UnexpectedAnswer) as raised:
        ask(Script(page).client())
    for told in ("200", "http://x/api/exports", "text/html", "Sign in to the proxy"):
        assert told in str(raised.value)


def test_a_test_event_is_not_sent_twice_by_a_retry(paused: list[float]) -> None:
    script = Script(httpx.ReadError("gone"))
    with pytest.raises(NoAnswer):
        script.client().test_webhook("whk_1")
    assert len(script.requests) == 1


def test_pauses_double_to_a_bound_and_jitter_makes_them_shorter_only() -> None:
    for done, longest in enumerate([0.5, 1, 2, 4, 8, 8]):
        pause = pause_before_retry(Failure(503), done, 10)
        assert pause is not None
        assert longest * 0.75 <= pause <= longest


def test_pages_are_one_iteration() -> None:
    first = httpx.Response(200, json={"data": [{"exportId": "a"}], "hasMore": True, "nextCursor": "c1"})
    last = httpx.Response(200, json={"data": [{"exportId": "b"}], "hasMore": False, "nextCursor": None})
    script = Script(first, last)
    found = script.client().iter_exports(state="COMPLETED", limit=1)
    assert [each["exportId"] for each in found] == ["a", "b"]
    assert [dict(request.url.params) for request in script.requests] == [
        {"state": "COMPLETED", "limit": "1"},
        {"state": "COMPLETED", "limit": "1", "cursor": "c1"},
    ]


def inspected(status: str, etag: str, *submissions: str, stale: bool = False) -> httpx.Response:
    sent = [{"status": each} for each in submissions]
    body = {"exportId": "batch_1", "status": status, "stale": stale, "brokerSubmissions": sent}
    return httpx.Response(200, json=body, headers={"etag": etag})


def test_waiting_asks_for_changes_of_what_is_known_until_nothing_is_under_way() -> None:
    unchanged = httpx.Response(304, headers={"etag": '"2"'})
    steps = (inspected("EXECUTING", '"1"'), inspected("COMPLETED", '"2"', "sending"), unchanged)
    script = Script(*steps, inspected("COMPLETED", '"3"', "sent"))
    found = script.client().wait_until("batch_1")
    assert [each["status"] for each in found["brokerSubmissions"]] == ["sent"]
    assert [request.headers.get("if-none-match") for request in script.requests] == [
        None,
        '"1"',
        '"2"',
        '"2"',
    ]
    assert script.requests[-1].headers["prefer"] == "wait=25"


def test_who_waits_waits_for_the_submission_of_every_entry() -> None:
    steps = (
        inspected("COMPLETED", '"1"', "prepared", "failed"),
        inspected("COMPLETED", '"2"', "sent", "failed"),
    )
    script = Script(*steps)
    script.client().wait_until("batch_1")
    assert len(script.requests) == 2


def test_who_waits_is_not_content_with_what_may_be_out_of_date() -> None:
    script = Script(inspected("COMPLETED", '"1"', "sent", stale=True), inspected("COMPLETED", '"2"', "sent"))
    found = script.client().wait_until("batch_1")
    assert found["stale"] is False
    assert len(script.requests) == 2


def test_a_wait_that_lasts_too_long_ends() -> None:
    script = Script(inspected("EXECUTING", '"1"'))
    with pytest.raises(entrygo_client.TimedOut):
        script.client().wait_until("batch_1", seconds=0)


def planned(readiness: str) -> httpx.Response:
    body = {"exportId": "batch_1", "planHash": "planhash_1", "readinessState": readiness}
    return httpx.Response(200, json={**body, "next_recommended_action": "look"})


def test_lifecycle_executes_the_plan_that_the_policy_saw() -> None:
    synced = httpx.Response(200, json={"data": [{"id": "ord_2"}]})
    script = Script(synced, planned("READY"), ok(), inspected("COMPLETED", '"1"'))
    orders: Any = [{"externalId": "x"}]
    done = script.client().lifecycle(BODY, key="night-1", orders=orders)
    assert done.export["status"] == "COMPLETED"
    plan, execute = (json.loads(request.content) for request in script.requests[1:3])
    assert plan["orderIds"] == ["ord_1", "ord_2"]
    assert execute == {"accountId": "acc_1", "batchId": "batch_1", "expectedPlanHash": "planhash_1"}
    keys = [request.headers.get("idempotency-key") for request in script.requests]
    assert keys == ["night-1-sync", "night-1-plan", "night-1-execute", None]


def test_lifecycle_of_a_dry_run_executes_nothing() -> None:
    script = Script(httpx.Response(200, json=planned("READY").json() | {"exportId": None}))
    body: Any = {**BODY, "dryRun": True}
    with pytest.raises(Refused):
        script.client().lifecycle(body, key="k")
    assert len(script.requests) == 1


@pytest.mark.parametrize(("policy", "is_executed"), [(None, False), (lambda plan: True, True)])
def test_lifecycle_stops_at_a_plan_that_the_policy_refuses(
    policy: Callable[[Any], bool] | None, is_executed: bool
) -> None:
    script = Script(planned("REVIEW_REQUIRED"), ok(), inspected("COMPLETED", '"1"'))
    given: Any = {"policy": policy} if policy else {}
    if is_executed:
        script.client().lifecycle(BODY, key="k", **given)
        assert len(script.requests) == 3
    else:
        with pytest.raises(Refused) as caught:
            script.client().lifecycle(BODY, key="k", **given)
        assert caught.value.plan["planHash"] == "planhash_1"
        assert len(script.requests) == 1


async def test_the_asynchronous_client_does_the_same() -> None:
    script = Script(error(503, "SERVICE_UNAVAILABLE", **{"retry-after": "0"}), ok())
    http = httpx.AsyncClient(transport=httpx.MockTransport(script))
    async with AsyncEntryGo("http://x", "key", "acc_1", http=http) as client:
        assert (await client.plan_export(BODY))["exportId"] == "batch_1"
    assert len(script.keys) == 1


def test_events_of_a_stream_come_with_the_cursor_to_go_on_after() -> None:
    text = 'retry: 2000\n\nid: c1\ndata: {"type": "a"}\n\n: \n\nid: c2\ndata: {"type": "b"}\n\n'
    script = Script(httpx.Response(200, text=text))
    events: Any = script.client().events(cursor="c0")
    assert [next(events), next(events)] == [("c1", {"type": "a"}), ("c2", {"type": "b"})]
    assert script.requests[0].headers["last-event-id"] == "c0"


@pytest.mark.parametrize("mark", ["\u2028", "\u2029", "\u0085"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_text_of_an_event_may_have_what_ends_a_line_elsewhere(mark: str, end: str) -> None:
    lines = ["id: c1", f'data: {{"reason": "too{mark}late"}}', "", ""]
    pieces = [bytes([byte]) for byte in end.join(lines).encode()]
    script = Script(httpx.Response(200, content=iter(pieces)))
    events: Any = script.client().events()
    assert next(events) == ("c1", {"reason": f"too{mark}late"})


def test_an_id_reaches_no_other_address_than_that_of_an_export() -> None:
    script = Script(httpx.Response(404), httpx.Response(404))
    with pytest.raises(ApiError):
        script.client().wait_until("../events")
    events: Any = script.client().events("../events")
    with pytest.raises(ApiError):
        next(events)
    paths = [asked.url.raw_path for asked in script.requests]
    assert paths == [b"/api/exports/..%2Fevents", b"/api/exports/..%2Fevents/stream"]


def test_an_event_that_was_cut_off_behind_its_cursor_comes_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("entrygo_client._sync.client.RECONNECT_SECONDS", 0)
    streams = ['id: c1\ndata: {"n":1}\n\nid: c2\nda', 'id: c2\ndata: {"n":2}\n\n']
    script = Script(*(httpx.Response(200, text=text) for text in streams))
    events: Any = script.client().events()
    assert [next(events), next(events)] == [("c1", {"n": 1}), ("c2", {"n": 2})]
    assert script.requests[1].headers["last-event-id"] == "c1"


def test_a_stream_that_ends_before_its_first_event_goes_on_where_it_began(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("entrygo_client._sync.client.RECONNECT_SECONDS", 0)
    streams = ["retry: 0\n\nid: c7\n\n", 'id: c8\ndata: {"n":8}\n\n']
    script = Script(*(httpx.Response(200, text=text) for text in streams))
    events: Any = script.client().events()
    assert next(events) == ("c8", {"n": 8})
    assert script.requests[1].headers["last-event-id"] == "c7"


@pytest.mark.parametrize("status", [429, 502, 503, 504])
def test_a_listener_comes_again_after_what_passes_by_itself(
    status: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a proxy answers while the gateway behind it starts anew."""
    monkeypatch.setattr("entrygo_client._sync.client.RECONNECT_SECONDS", 0)
    away = httpx.Response(status, text="<html> Bad Gateway")
    script = Script(away, httpx.Response(200, text='id: c1\ndata: {"n":1}\n\n'), httpx.Response(403))
    events: Any = script.client().events()
    assert next(events) == ("c1", {"n": 1})
    with pytest.raises(ApiError):
        next(events)


def test_every_error_of_the_contract_has_a_class_of_its_own() -> None:
    codes = DOCUMENT["components"]["schemas"]["ErrorCode"]["enum"]
    assert set(codes) - WITHOUT_A_CLASS == set(CLASSES)


def test_a_key_that_a_file_ends_with_a_line_is_that_key() -> None:
    script = Script(ok())
    http = httpx.Client(transport=httpx.MockTransport(script))
    EntryGo("http://x", "shpbndl_live_1\n", "acc_1", http=http).inspect_export("batch_1")
    assert script.requests[0].headers["authorization"] == "Bearer shpbndl_live_1"


@pytest.mark.parametrize("key", ["shpbndl_live_1\nx", "shpbndl_live_1é", "shpbndl_live_1 2"])
def test_what_can_be_no_key_is_refused_and_not_repeated_in_the_error(key: str) -> None:
    with pytest.raises(ValueError, match="characters that no key has") as refused:
        EntryGo("http://x", key, "acc_1")
    assert "shpbndl" not in repr(refused.value)


def test_an_error_says_what_is_wrong_where() -> None:
    issues = [{"path": f"items.{n}", "message": "Required", "code": "invalid_type"} for n in range(4)]
    body = {"errorCode": "VALIDATION_ERROR", "message": "Failed.", "details": {"issues": issues}}
    with pytest.raises(ValidationFailed) as refused:
        Script(httpx.Response(400, json=body)).client().inspect_export("batch_1")
    shown = "items.0: Required; items.1: Required; items.2: Required …"
    assert str(refused.value) == f"VALIDATION_ERROR (400): Failed. {shown}"


@pytest.mark.parametrize("details", ["a text", 1, None, ["x"]])
def test_an_error_of_something_before_it_is_its_status_whatever_its_details_are(details: object) -> None:
    script = Script(httpx.Response(404, json={"message": "No such route", "details": details}))
    with pytest.raises(ApiError) as caught:
        script.client().get_policy()
    assert (caught.value.error_code, caught.value.details) == ("HTTP_404", {})


def test_an_answer_that_cannot_be_unpacked_is_asked_for_again() -> None:
    garbled = httpx.Response(200, headers={"content-encoding": "gzip"}, stream=httpx.ByteStream(b"not gzip"))
    script = Script(garbled, ok())
    script.client().get_policy()
    assert len(script.requests) == 2
