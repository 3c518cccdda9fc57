"""In whose name a request of an agent goes on to the gateway."""

import ssl
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import cast

import httpx

from entrygo_client import AsyncEntryGo

BEARER = "bearer "
ACCOUNT_HEADER = "entrygo-account"
# What this process holds of the gateway's answers at most: so many at once, each of so many bytes.
CALLS_AT_ONCE = 8
LARGEST_ANSWER_BYTES = 32 * 1024 * 1024


class NoKey(Exception):
    """The request over HTTP carries no key of its own, or what is given can be none."""


class AnswerTooLarge(Exception):
    """The gateway's answer is larger than what one call may hold."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Callers:
    """Clients of one gateway.

    On stdio there is one caller, whose key the process was started with. Over HTTP each request brings its
    own key, as it would to the REST API: this process has none that a request without could use.
    """

    base_url: str
    api_key: str | None
    account_id: str
    http: httpx.AsyncClient

    def client(self, headers: Mapping[str, str] | None) -> AsyncEntryGo:
        """The gateway as this request may use it; NoKey where the request needs a key and has none."""
        key, account_id = self.api_key, self.account_id
        if headers is not None:
            key, account_id = key_of(headers), headers.get(ACCOUNT_HEADER) or account_id
        if not key:
            raise NoKey("Send an API key: authorization: Bearer shpbndl_…")
        try:
            return AsyncEntryGo(self.base_url, key, account_id, http=self.http)
        except ValueError as error:
            raise NoKey(str(error)) from error


def key_of(headers: Mapping[str, str]) -> str | None:
    """The key of a request over HTTP."""
    given = headers.get("authorization", "")
    return given[len(BEARER) :].strip() or None if given.lower().startswith(BEARER) else None


def http_client(verify: ssl.SSLContext | bool) -> httpx.AsyncClient:
    """Connections to the gateway, by its certificate authority; a call beyond them waits for one."""
    limits = httpx.Limits(max_connections=CALLS_AT_ONCE)
    return bounded_client(httpx.AsyncHTTPTransport(verify=verify, trust_env=False, limits=limits))


def bounded_client(transport: httpx.AsyncBaseTransport) -> httpx.AsyncClient:
    """Reads no more than `LARGEST_ANSWER_BYTES` of an answer; as it is sent, so that these are all of it."""
    return httpx.AsyncClient(
        transport=_Bounded(transport), trust_env=False, headers={"accept-encoding": "identity"}
    )


class _Bounded(httpx.AsyncBaseTransport):
    def __init__(self, transport: httpx.AsyncBaseTransport) -> None:
        self._transport = transport

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        answer = await self._transport.handle_async_request(request)
        answer.stream = _BoundedStream(cast(httpx.AsyncByteStream, answer.stream))
        return answer

    async def aclose(self) -> None:
        await self._transport.aclose()


class _BoundedStream(httpx.AsyncByteStream):
    def __init__(self, stream: httpx.AsyncByteStream) -> None:
        self._stream = stream

    async def __aiter__(self) -> AsyncIterator[bytes]:
        size = 0
        async for piece in self._stream:
            size += len(piece)
            if size > LARGEST_ANSWER_BYTES:
                raise AnswerTooLarge(
                    f"The answer has more than {LARGEST_ANSWER_BYTES} bytes: `entrygo export show`."
                )
            yield piece

    async def aclose(self) -> None:
        await self._stream.aclose()
