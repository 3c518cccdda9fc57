"""Sends requests and tries again what may be tried again: the same bytes under the same idempotency key."""

import json
import time
from collections.abc import Iterator, Mapping
from typing import Any

import httpx

from entrygo_client._errors import EntryGoError, NoAnswer, UnexpectedAnswer, error_of
from entrygo_client._retrying import Failure, failure_of, pause_before_retry

CONNECT_SECONDS = 10.0
# Of a body that is not what was expected.
SHOWN_CHARACTERS = 80
STREAM_READ_SECONDS = 60.0


class Transport:
    """One server, one key."""

    def __init__(
        self,
        base_url: str,
        api_key: str,
        *,
        seconds: float,
        max_retries: int,
        http: httpx.Client | None,
    ) -> None:
        self._max_retries = max_retries
        self._seconds = seconds
        self._http = http or httpx.Client()
        self._base_url = base_url.rstrip("/")
        self._headers = {"authorization": f"Bearer {api_key}", "user-agent": "entrygo-client-python/0.1.0"}

    def close(self) -> None:
        self._http.close()

    def send(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, Any] | None = None,
        body: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        repeatable: bool = True,
        wait: float = 0.0,
    ) -> httpx.Response:
        """The answer, 304 included. Raises ApiError for any other, and NoAnswer when there was none.

        `wait` is how long the server was asked to wait before it answers.
        """
        timeout = httpx.Timeout(self._seconds + wait, connect=CONNECT_SECONDS)
        content = None if body is None else json.dumps(body).encode()
        sent = {**self._headers, **(headers or {})}
        if content is not None:
            sent["content-type"] = "application/json"
        request = self._http.build_request(
            method,
            self._base_url + path,
            params=_given(query),
            content=content,
            headers=sent,
            timeout=timeout,
        )
        retries = 0
        problem: EntryGoError
        while True:
            try:
                answer = self._http.send(request)
            except httpx.RequestError as error:
                failure, problem = (
                    Failure(None),
                    NoAnswer(f"No answer from {self._base_url} ({error or type(error).__name__})"),
                )
            else:
                if answer.is_success or answer.status_code == 304:
                    return answer
                parsed = _parsed(answer)
                failure = failure_of(answer.status_code, parsed, answer.headers)
                request_id = answer.headers.get("x-request-id", "")
                problem = error_of(answer.status_code, parsed, request_id)
            pause = pause_before_retry(failure, retries, self._max_retries if repeatable else 0)
            if pause is None:
                raise problem
            retries += 1
            time.sleep(pause)

    def lines(
        self, path: str, *, query: Mapping[str, Any] | None = None, headers: Mapping[str, str] | None = None
    ) -> Iterator[str]:
        """The lines of a stream, until it ends. Raises as `send` does; nothing is tried again here."""
        timeout = httpx.Timeout(STREAM_READ_SECONDS, connect=CONNECT_SECONDS)
        sent = {**self._headers, **(headers or {}), "accept": "text/event-stream"}
        try:
            with self._http.stream(
                "GET", self._base_url + path, params=_given(query), headers=sent, timeout=timeout
            ) as answer:
                if not answer.is_success:
                    answer.read()
                    request_id = answer.headers.get("x-request-id", "")
                    raise error_of(answer.status_code, _parsed(answer), request_id)
                # By "\n" alone: a text within a line may have what ends lines elsewhere, such as U+2028.
                rest = b""
                for piece in answer.iter_bytes():
                    *whole, rest = (rest + piece).split(b"\n")
                    for line in whole:
                        yield line.removesuffix(b"\r").decode(errors="replace")
        except httpx.RequestError as error:
            raise NoAnswer(f"No answer from {self._base_url} ({error or type(error).__name__})") from error


def json_of(answer: httpx.Response) -> Any:
    """What a success says; UnexpectedAnswer when it is no JSON."""
    try:
        return answer.json()
    except ValueError as error:
        kind = answer.headers.get("content-type", "no content type")
        begins = " ".join(answer.text[:SHOWN_CHARACTERS].split())
        raise UnexpectedAnswer(
            f"{answer.status_code} from {answer.url} is {kind} and no JSON: is it EntryGo that answers there,"
            f" or something before it? It begins: {begins}"
        ) from error


def _given(query: Mapping[str, Any] | None) -> dict[str, str]:
    return {name: str(value) for name, value in (query or {}).items() if value is not None}


def _parsed(answer: httpx.Response) -> Any:
    try:
        return answer.json()
    except ValueError:
        return None
