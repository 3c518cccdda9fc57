"""The REST client of the commands, against a transport that answers from a list."""

from collections.abc import Callable

import httpx
import pytest

from entrygo.cli.rest import Rest, RestError, ServerUnreachable

BASE_URL = "http://entrygo.test"
Answer = Callable[[httpx.Request], httpx.Response]


class Server:
    """Answers the given answers in turn and remembers the requests."""

    def __init__(self, *answers: Answer) -> None:
        self._answers = list(answers)
        self.requests: list[httpx.Request] = []
        self.pauses: list[float] = []

    def rest(self) -> Rest:
        return Rest(
            BASE_URL, "shpbndl_test_x", transport=httpx.MockTransport(self._answer), sleep=self.pauses.append
        )

    def _answer(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        return self._answers[min(len(self.requests), len(self._answers)) - 1](request)


def answers(status: int, body: object, headers: dict[str, str] | None = None) -> Answer:
    return lambda _: httpx.Response(status, json=body, headers=headers)


def refuses(request: httpx.Request) -> httpx.Response:
    raise httpx.ConnectError("refused", request=request)


def unavailable(retry_after: str | None = None) -> Answer:
    headers = {"retry-after": retry_after} if retry_after else None
    return answers(503, {"errorCode": "SERVICE_UNAVAILABLE", "message": "Later."}, headers)


def test_post_sends_bearer_key_and_idempotency_key() -> None:
    server = Server(answers(200, {"ok": True}))
    with server.rest() as rest:
        assert rest.post("/api/orders/sync", {"a": 1}, idempotency_key="k-1") == {"ok": True}
    request = server.requests[0]
    assert request.headers["authorization"] == "Bearer shpbndl_test_x"
    assert request.headers["idempotency-key"] == "k-1"
    assert request.content == b'{"a":1}'


def test_post_repeats_the_same_bytes_with_the_same_key_when_unavailable() -> None:
    server = Server(unavailable(), refuses, answers(200, {"ok": True}))
    with server.rest() as rest:
        assert rest.post("/api/exports/plan", {"a": 1}, idempotency_key="k-1") == {"ok": True}
    assert len(server.requests) == 3
    assert {(request.content, request.headers["idempotency-key"]) for request in server.requests} == {
        (b'{"a":1}', "k-1")
    }


def test_post_waits_as_long_as_retry_after_says() -> None:
    server = Server(unavailable("3"), answers(200, {}))
    with server.rest() as rest:
        rest.post("/api/exports/plan", {})
    assert server.pauses == [3.0]


def test_post_waits_for_the_first_request_when_its_key_is_in_progress() -> None:
    busy = answers(409, {"errorCode": "IDEMPOTENCY_IN_PROGRESS", "message": "Running."})
    server = Server(busy, answers(200, {"status": "COMPLETED"}))
    with server.rest() as rest:
        assert rest.post("/api/exports/execute", {}, idempotency_key="k")["status"] == "COMPLETED"


def test_post_raises_the_error_at_once_when_it_is_final() -> None:
    body = {"errorCode": "INVALID_EXPORT_STATE", "message": "No.", "details": {"currentState": "COMPLETED"}}
    server = Server(answers(409, body))
    with server.rest() as rest, pytest.raises(RestError) as raised:
        rest.post("/api/exports/execute", {})
    assert (raised.value.status, raised.value.code) == (409, "INVALID_EXPORT_STATE")
    assert raised.value.error["details"] == {"currentState": "COMPLETED"}
    assert len(server.requests) == 1


def test_post_raises_the_last_error_when_the_server_stays_unavailable() -> None:
    server = Server(unavailable())
    with server.rest() as rest, pytest.raises(RestError) as raised:
        rest.post("/api/exports/plan", {})
    assert raised.value.code == "SERVICE_UNAVAILABLE"


def test_get_names_the_address_when_nothing_answers() -> None:
    server = Server(refuses)
    with server.rest() as rest, pytest.raises(ServerUnreachable, match=BASE_URL):
        rest.get("/api/system/health")


def test_get_raises_a_readable_error_when_the_answer_is_not_ours() -> None:
    server = Server(lambda _: httpx.Response(404, text="<html>proxy</html>"))
    with server.rest() as rest, pytest.raises(RestError) as raised:
        rest.get("/api/system/health")
    assert raised.value.code == "HTTP_404"
