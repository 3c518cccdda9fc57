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
    """A connection of its own for each attempt: those to other accounts' servers never carry it."""

    def __init__(self, guard: AddressGuard, *, answer_seconds: float, ca_file: str | None = None) -> None:
        self._guard = guard
        self._seconds = answer_seconds
        self._tls = ssl.create_default_context(cafile=ca_file)

    async def check(self, url: httpx.URL) -> None:
        """Raises AddressForbidden or OSError when nothing would be sent to this URL now."""
        await self._addresses(url)

    async def send(self, url: str, headers: Mapping[str, str], body: str) -> Attempt:
        """Raises nothing: whatever goes wrong is the attempt's outcome."""
        try:
            parsed = httpx.URL(url)
            async with asyncio.timeout(self._seconds):
                address, *_ = await self._addresses(parsed)
                return await self._post(parsed, address, headers, body.encode())
        except TimeoutError:
            return Attempt(status=0, error=f"No answer within {self._seconds:g} seconds.")
        except (AddressForbidden, OSError, httpx.HTTPError, httpx.InvalidURL) as error:
            return Attempt(status=0, error=_text(str(error) or type(error).__name__))

    async def _addresses(self, url: httpx.URL) -> list[str]:
        is_encrypted = url.scheme == "https"
        return await self._guard.addresses(
            url.host, url.port or (443 if is_encrypted else 80), is_encrypted=is_encrypted
        )

    async def _post(self, url: httpx.URL, address: str, headers: Mapping[str, str], body: bytes) -> Attempt:
        # The judged address is connected to; the certificate is checked against the name.
        async with httpx.AsyncClient(
            verify=self._tls, timeout=self._seconds, follow_redirects=False, trust_env=False
        ) as client:
            request = client.build_request(
                "POST",
                url.copy_with(host=address),
                headers={
                    **headers,
                    "host": url.netloc.decode("ascii"),
                    "content-type": "application/json",
                    "user-agent": "EntryGo",
                },
                content=body,
                extensions={"sni_hostname": url.host},
            )
            response = await client.send(request, stream=True)
            try:
                return await _read(response)
            finally:
                await response.aclose()


async def _read(response: httpx.Response) -> Attempt:
    if 200 <= response.status_code < 300:
        return Attempt(status=response.status_code, error="")
    said = b""
    with contextlib.suppress(httpx.HTTPError, TimeoutError):
        async with asyncio.timeout(TEXT_SECONDS):
            async for part in response.aiter_raw():
                said += part
                if len(said) >= MAX_ANSWER_BYTES:
                    break
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
    except ValueError:
        return None
    return max(at.replace(tzinfo=at.tzinfo or UTC) - now, timedelta())


def _text(text: str) -> str:
    """As a log of deliveries shows it: one line, of what can be stored."""
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())[:MAX_ANSWER_BYTES]
