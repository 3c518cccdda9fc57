"""One POST to a URL that a caller named: to an address that was judged, over a connection of its own."""

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterable, AsyncIterator, Mapping
from dataclasses import dataclass

import httpx

from entrygo.outbound.address_guard import NO_NAME, AddressForbidden, AddressGuard

USER_AGENT = "EntryGo"


@dataclass(frozen=True, slots=True, kw_only=True)
class PostSeconds:
    """How long each phase may take: the connection, each write, each read, and all until the answer came."""

    connect: float
    write: float
    read: float
    until_answer: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Poster:
    """Judges where a URL leads, and posts there. No connection is kept: those to others never carry a post.

    `tls` says whose certificates are trusted; they are checked against the URL's name, never the address.
    """

    guard: AddressGuard
    tls: ssl.SSLContext

    async def addresses(self, url: httpx.URL) -> list[str]:
        """Where this URL leads, in the order to try; AddressForbidden or OSError when nothing may be sent."""
        is_encrypted = url.scheme == "https"
        port = url.port or (443 if is_encrypted else 80)
        try:
            host = url.host
        except UnicodeError as error:  # What stands behind its `xn--` is no name.
            raise AddressForbidden(NO_NAME) from error
        return await self.guard.addresses(host, port, is_encrypted=is_encrypted)

    @contextlib.asynccontextmanager
    async def post(
        self,
        url: httpx.URL,
        address: str,
        headers: Mapping[str, str],
        content: bytes | AsyncIterable[bytes],
        *,
        seconds: PostSeconds,
    ) -> AsyncIterator[httpx.Response]:
        """The answer, of which nothing but status and headers is read; redirects are answers.

        `address` is one of `addresses`. httpx.HTTPError or TimeoutError when no answer came, and whatever
        `content` raises.
        """
        timeout = httpx.Timeout(seconds.read, connect=seconds.connect, write=seconds.write)
        async with httpx.AsyncClient(
            verify=self.tls,
            timeout=timeout,
            follow_redirects=False,
            trust_env=False,
            event_hooks={"response": [_stay]},
        ) as client:
            request = client.build_request(
                "POST",
                url.copy_with(host=address),
                headers={**headers, "host": url.netloc.decode("ascii"), "user-agent": USER_AGENT},
                content=content,
                extensions={"sni_hostname": url.host},
            )
            async with asyncio.timeout(seconds.until_answer):
                response = await client.send(request, stream=True)
            try:
                yield response
            finally:
                await response.aclose()


async def _stay(response: httpx.Response) -> None:
    """Where a redirect leads is nobody's concern: the library would read it, and raise for what is no URL."""
    response.headers.pop("location", None)


async def beginning_of(response: httpx.Response, *, size: int, seconds: float) -> bytes:
    """At most `size` bytes of the answer's text, as far as it comes within `seconds`."""
    text = b""
    with contextlib.suppress(httpx.HTTPError, TimeoutError):
        async with asyncio.timeout(seconds):
            async for part in response.aiter_raw():
                text += part
                if len(text) >= size:
                    break
    return text[:size]
