"""One attempt: a POST of frozen bytes to an address that was judged before it is connected to."""

import asyncio
import contextlib
import email.utils
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import httpx

from entrygo.outbound.address_guard import AddressForbidden, AddressGuard
from entrygo.outbound.posting import Poster, PostSeconds, beginning_of

# Of an answer only its status counts; the beginning of its text is kept for people.
MAX_ANSWER_BYTES = 500
TEXT_SECONDS = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """What came of it: `status` is that of the answer, 0 where none came; `error` is empty on success."""

    status: int
    error: str
    retry_after: timedelta | None = None

    @property
    def is_delivered(self) -> bool:
        """Only a 2xx is a receipt; a redirect would carry the event somewhere else."""
        return 200 <= self.status < 300


class Sender:
    """Posts events. Within `answer_seconds` an attempt has its answer, or has failed."""

    def __init__(self, guard: AddressGuard, *, answer_seconds: float, ca_file: str | None = None) -> None:
        self._poster = Poster(guard=guard, tls=ssl.create_default_context(cafile=ca_file))
        self._seconds = answer_seconds

    async def check(self, url: httpx.URL) -> None:
        """Raises AddressForbidden or OSError when nothing would be sent to this URL now."""
        async with asyncio.timeout(self._seconds):  # A TimeoutError is an OSError.
            await self._poster.addresses(url)

    async def send(self, url: str, headers: Mapping[str, str], body: str) -> Attempt:
        """Raises nothing: whatever goes wrong is the attempt's outcome."""
        try:
            async with asyncio.timeout(self._seconds):
                return await self._post(httpx.URL(url), headers, body.encode())
        except TimeoutError:
            return Attempt(status=0, error=f"No answer within {self._seconds:g} seconds.")
        except (AddressForbidden, OSError, httpx.HTTPError, httpx.InvalidURL) as error:
            return Attempt(status=0, error=_text(str(error) or type(error).__name__))

    async def _post(self, url: httpx.URL, headers: Mapping[str, str], body: bytes) -> Attempt:
        """To the first of the addresses that takes the connection, each within its part of the time."""
        *others, last = await self._poster.addresses(url)
        connect = self._seconds / (len(others) + 1)
        for address in others:
            with contextlib.suppress(httpx.ConnectError, httpx.ConnectTimeout):
                return await self._post_to(address, url, headers, body, connect=connect)
        return await self._post_to(last, url, headers, body, connect=connect)

    async def _post_to(
        self, address: str, url: httpx.URL, headers: Mapping[str, str], body: bytes, *, connect: float
    ) -> Attempt:
        typed, each = {**headers, "content-type": "application/json"}, self._seconds
        seconds = PostSeconds(connect=connect, write=each, read=each, until_answer=each)
        async with self._poster.post(url, address, typed, body, seconds=seconds) as response:
            return await _read(response)


async def _read(response: httpx.Response) -> Attempt:
    if 200 <= response.status_code < 300:
        return Attempt(status=response.status_code, error="")
    said = await beginning_of(response, size=MAX_ANSWER_BYTES, seconds=TEXT_SECONDS)
    text = f"{response.status_code} {response.reason_phrase} {said.decode('utf-8', 'replace')}"
    return Attempt(
        status=response.status_code,
        error=_text(text),
        retry_after=retry_after(response.headers.get("retry-after", ""), datetime.now(UTC)),
    )


def retry_after(value: str, now: datetime) -> timedelta | None:
    """Seconds or an HTTP date (RFC 9110 §10.2.3) as a time from now; None for anything else."""
    if value.isascii() and value.isdecimal():
        return timedelta(seconds=int(value[:9]))
    try:
        at = email.utils.parsedate_to_datetime(value)
    except (ValueError, OverflowError):
        return None
    return max(at.replace(tzinfo=at.tzinfo or UTC) - now, timedelta())


def _text(text: str) -> str:
    """As a log of deliveries shows it: one line, of what can be stored."""
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())[:MAX_ANSWER_BYTES]
