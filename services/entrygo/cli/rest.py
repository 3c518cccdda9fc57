"""The REST client of the commands: bearer key, idempotency keys, retries, errors as values of one class.

It knows paths and JSON, not what they mean.
"""

import time
from collections.abc import Callable
from types import TracebackType
from typing import Any, Final

import httpx
import orjson

from entrygo.cli.trust import trust_in
from entrygo.gateway.settings import GatewayClientSettings

Json = Any  # one JSON value, as the server answered it

# A retry repeats the same bytes with the same idempotency key, so it is safe for writes too.
RETRY_DELAYS_SECONDS: Final = (0.2, 0.5, 1.0, 2.0, 4.0)
CONNECT_TIMEOUT_SECONDS: Final = 5.0
ANSWER_TIMEOUT_SECONDS: Final = 120.0
NOT_MODIFIED: Final = 304
RETRIED_STATUSES: Final = frozenset({429, 502, 503, 504})
LONGEST_RETRY_AFTER_SECONDS: Final = 10.0


class RestError(Exception):
    """An answer that is not a success; `error` is the body `{errorCode, message, field?, details?}`."""

    def __init__(self, status: int, error: dict[str, Any]) -> None:
        self.status = status
        self.error = error
        super().__init__(f"{status} {self.code}: {error.get('message', '')}")

    @property
    def code(self) -> str:
        return str(self.error.get("errorCode", "UNKNOWN"))


class ServerUnreachable(RestError):
    """Nothing answered at the address."""

    def __init__(self, base_url: str, reason: str) -> None:
        message = f"No answer from {base_url} ({reason}). Is it running? See `entrygo status`."
        super().__init__(0, {"errorCode": "SERVER_UNREACHABLE", "message": message})


class Rest:
    """One server, one key. Answers are parsed JSON; anything but a success raises `RestError`."""

    def __init__(
        self,
        base_url: str,
        api_key: str,
        *,
        transport: httpx.BaseTransport | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.base_url = base_url.rstrip("/")
        self._sleep = sleep
        self._client = httpx.Client(
            base_url=self.base_url,
            headers={"authorization": f"Bearer {api_key}"},
            timeout=httpx.Timeout(ANSWER_TIMEOUT_SECONDS, connect=CONNECT_TIMEOUT_SECONDS),
            transport=transport,
            trust_env=False,
            verify=trust_in(GatewayClientSettings()),
        )

    def __enter__(self) -> "Rest":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self._client.close()

    def get(self, path: str, params: dict[str, str] | None = None) -> Json:
        return _parsed(self._send(self._client.build_request("GET", path, params=params)))

    def get_changed(self, path: str, etag: str, seconds: int) -> tuple[Json, str]:
        """What is there and its version, once that is not `etag`; None when `seconds` pass without."""
        headers = {"if-none-match": etag, "prefer": f"wait={seconds}"} if etag else None
        answer = self._send(self._client.build_request("GET", path, headers=headers))
        version = answer.headers.get("etag", "")
        return (None if answer.status_code == NOT_MODIFIED else _parsed(answer)), version

    def get_bytes(self, path: str) -> bytes:
        return self._send(self._client.build_request("GET", path)).content

    def post(self, path: str, body: Json, idempotency_key: str | None = None) -> Json:
        return self._write("POST", path, body, idempotency_key)

    def put(self, path: str, body: Json) -> Json:
        return self._write("PUT", path, body, None)

    def patch(self, path: str, body: Json) -> Json:
        return self._write("PATCH", path, body, None)

    def delete(self, path: str) -> Json:
        return _parsed(self._send(self._client.build_request("DELETE", path)))

    def _write(self, method: str, path: str, body: Json, idempotency_key: str | None) -> Json:
        headers = {"content-type": "application/json"}
        if idempotency_key is not None:
            headers["idempotency-key"] = idempotency_key
        request = self._client.build_request(method, path, content=orjson.dumps(body), headers=headers)
        return _parsed(self._send(request))

    def _send(self, request: httpx.Request) -> httpx.Response:
        for delay in RETRY_DELAYS_SECONDS:
            try:
                answer = self._client.send(request)
            except httpx.TransportError:
                self._sleep(delay)
                continue
            if not _is_worth_a_retry(answer):
                return _checked(answer)
            self._sleep(max(delay, _retry_after(answer)))
        try:
            return _checked(self._client.send(request))
        except httpx.TransportError as error:
            raise ServerUnreachable(self.base_url, str(error) or type(error).__name__) from error


def _is_worth_a_retry(answer: httpx.Response) -> bool:
    if answer.status_code in RETRIED_STATUSES:
        return True
    return answer.status_code == 409 and _error_of(answer).get("errorCode") == "IDEMPOTENCY_IN_PROGRESS"


def _retry_after(answer: httpx.Response) -> float:
    text = answer.headers.get("retry-after", "")
    return min(float(text), LONGEST_RETRY_AFTER_SECONDS) if text.isdecimal() else 0.0


def _checked(answer: httpx.Response) -> httpx.Response:
    if answer.is_success or answer.status_code == NOT_MODIFIED:
        return answer
    raise RestError(answer.status_code, _error_of(answer))


def _error_of(answer: httpx.Response) -> dict[str, Any]:
    try:
        body = orjson.loads(answer.content)
    except orjson.JSONDecodeError:
        body = None
    if isinstance(body, dict) and "errorCode" in body:
        return body
    return {"errorCode": f"HTTP_{answer.status_code}", "message": answer.reason_phrase}


def _parsed(answer: httpx.Response) -> Json:
    return orjson.loads(answer.content)
