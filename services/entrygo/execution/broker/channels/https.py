"""Upload to the broker over HTTPS: one POST of frozen bytes, named by its Idempotency-Key.

Until the body begins to leave nothing has been sent. After that only the server's answer says what happened.
"""

import base64
import ssl
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

import httpx

from entrygo.domain.facts import HttpsEndpoint
from entrygo.execution.broker.channels.base import (
    BeforeData,
    Delivery,
    Outcome,
    Result,
    Silent,
    described,
    shortened,
)
from entrygo.execution.broker.channels.kind import ChannelKind, ChannelOptions
from entrygo.execution.broker.credentials import Credential, CredentialMissing, Credentials
from entrygo.execution.broker.trial_contents import compose_trial_upload
from entrygo.execution.broker.upload import compose_upload, media_type_of
from entrygo.outbound.address_guard import AddressForbidden, AddressGuard
from entrygo.outbound.posting import Poster, PostSeconds, beginning_of

CHUNK_BYTES = 64 * 1024
MAX_ANSWER_BYTES = 2_000
SLOWEST_BYTES_PER_SECOND = 10_000
# The text after the status is for people: it is not waited for as the status is.
TEXT_TIMEOUT = 5.0  # seconds
NOT_FOLLOWED = "(a redirect: it is not followed, the broker's URL is to be corrected)"
# A server says with these that it will take the same request later.
_TRY_LATER = frozenset({408, 425, 429})


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadLimits:
    """How long each phase of an upload may take; seconds."""

    connect_timeout: float = 30.0
    write_timeout: float = 60.0
    # A short wait for the answer makes unknowns out of slow servers.
    answer_timeout: float = 300.0

    def of(self, size: int) -> PostSeconds:
        """The limits of an upload of `size` bytes, in all, so that a slow server cannot hold it."""
        return PostSeconds(
            connect=self.connect_timeout,
            write=self.write_timeout,
            read=self.answer_timeout,
            until_answer=self.connect_timeout + size / SLOWEST_BYTES_PER_SECOND + self.answer_timeout,
        )


class HttpsChannel:
    """Opens a connection for each upload; connections are never shared between brokers."""

    def __init__(
        self,
        *,
        guard: AddressGuard,
        credentials: Credentials,
        limits: UploadLimits | None = None,
        ca_file: str | None = None,
    ) -> None:
        self._poster = Poster(guard=guard, tls=tls_context(ca_file))
        self._credentials = credentials
        self._limits = limits or UploadLimits()

    async def submit(self, delivery: Delivery, before_data: BeforeData) -> Result:
        try:
            url = httpx.URL(HttpsEndpoint.model_validate_json(delivery.endpoint).url or "")
        except (ValueError, httpx.InvalidURL):
            return Result(Outcome.REFUSED, "The broker has no URL that can be uploaded to.")
        if url.scheme not in ("http", "https") or not url.raw_host:
            return Result(Outcome.REFUSED, "The broker has no URL that can be uploaded to.")
        try:
            addresses = await self._poster.addresses(url)
            headers = await self._headers(delivery, url)
        except AddressForbidden as error:
            return Result(Outcome.REFUSED, str(error))
        except CredentialMissing as error:
            return Result(Outcome.TRANSIENT, str(error))
        except OSError as error:
            return Result(Outcome.TRANSIENT, described(error), Silent.SERVER)
        return await self._try(addresses, url, headers, _Body(delivery.content, before_data))

    async def close(self) -> None:
        return None

    async def _headers(self, delivery: Delivery, url: httpx.URL) -> dict[str, str]:
        name = HttpsEndpoint.model_validate_json(delivery.endpoint).credential
        credential = await self._credentials.find(delivery.account_id, name, url.host)
        return {
            "content-type": media_type_of(delivery.submission_id),
            "content-length": str(len(delivery.content)),
            "idempotency-key": delivery.submission_id,
            "accept": "application/json, text/plain;q=0.5",
            **_authorization(credential),
        }

    async def _try(
        self, addresses: list[str], url: httpx.URL, headers: dict[str, str], body: "_Body"
    ) -> Result:
        """The host's addresses in turn, until one takes the connection."""
        result = Result(Outcome.TRANSIENT, "The host has no address.")
        for address in addresses:
            result = await self._send(address, url, headers, body)
            if result.outcome is not Outcome.TRANSIENT or body.has_begun:
                break
        return result

    async def _send(self, address: str, url: httpx.URL, headers: dict[str, str], body: "_Body") -> Result:
        seconds = self._limits.of(body.size)
        try:
            async with self._poster.post(url, address, headers, body, seconds=seconds) as response:
                return await _read(response, _secrets(url, headers))
        except (httpx.TransportError, TimeoutError) as error:
            outcome = Outcome.UNKNOWN if body.has_begun else Outcome.TRANSIENT
            return Result(outcome, _said_of(error), Silent.SERVER)


class _Body:
    """The bytes, after the caller has recorded that they leave."""

    def __init__(self, content: bytes, before_data: BeforeData) -> None:
        self._content = content
        self._before_data = before_data
        self.has_begun = False
        self.size = len(content)

    async def __aiter__(self) -> AsyncIterator[bytes]:
        await self._before_data()
        self.has_begun = True
        for start in range(0, len(self._content), CHUNK_BYTES):
            yield self._content[start : start + CHUNK_BYTES]


async def _read(response: httpx.Response, secrets: Sequence[str]) -> Result:
    """The status decides; the text after it is for people, and may be lost. It may quote what we sent."""
    text = await beginning_of(response, size=MAX_ANSWER_BYTES, seconds=TEXT_TIMEOUT)
    said = NOT_FOLLOWED if response.is_redirect else text.decode("utf-8", "replace")
    message = shortened(f"{response.status_code} {response.reason_phrase} {said}", secrets)
    return Result(outcome_of(response.status_code), message)


def _secrets(url: httpx.URL, headers: Mapping[str, str]) -> list[str]:
    """What of a request nobody is to read in its answer, the longest first."""
    scheme, _, given = headers.get("authorization", "").partition(" ")
    known = [given, url.query.decode("ascii")]
    if scheme == "Basic":
        known.append(base64.b64decode(given).decode().partition(":")[2])
    return sorted(known, key=len, reverse=True)


def _said_of(error: httpx.TransportError | TimeoutError) -> str:
    """What ended an upload without an answer, in words."""
    match error:
        case httpx.ConnectTimeout():
            return "No connection in time."
        case httpx.WriteTimeout():
            return "The server stopped taking the upload."
        case httpx.TimeoutException():
            return described(TimeoutError())
        case _:
            return described(error)


def outcome_of(status: int) -> Outcome:
    """What a final status says; a redirect is refused, as it would carry the package somewhere else."""
    if 200 <= status < 300:
        return Outcome.SENT
    if status >= 500 or status in _TRY_LATER:
        return Outcome.TRANSIENT
    return Outcome.REFUSED


def tls_context(ca_file: str | None) -> ssl.SSLContext:
    """Verifies certificates; `ca_file` adds an authority to the public ones."""
    context = httpx.create_ssl_context(trust_env=False)
    if ca_file:
        context.load_verify_locations(ca_file)
    return context


def _authorization(credential: Credential | None) -> dict[str, str]:
    if credential is None:
        return {}
    if credential.bearer is not None:
        token = credential.bearer.get_secret_value()
        if not token.isascii() or not token.isprintable():
            # The library's own refusal would quote it.
            raise CredentialMissing("The credential's bearer has a line break or another odd character.")
        return {"authorization": f"Bearer {token}"}
    password = credential.password.get_secret_value() if credential.password else ""
    pair = f"{credential.username or ''}:{password}".encode()
    return {"authorization": f"Basic {base64.b64encode(pair).decode('ascii')}"}


def _build(options: ChannelOptions) -> HttpsChannel:
    return HttpsChannel(
        guard=options.guard,
        credentials=options.credentials,
        limits=UploadLimits(connect_timeout=options.connect_timeout, answer_timeout=options.answer_timeout),
        ca_file=options.ca_file,
    )


def _shown(_recipient: str | None, endpoint: str) -> str:
    """The URL without its query, which may hold a secret."""
    parts = urlsplit(HttpsEndpoint.model_validate_json(endpoint).url or "")
    return f"{parts.scheme}://{parts.netloc}{parts.path}" if parts.netloc else ""


HTTPS = ChannelKind(
    name="https",
    channel=HttpsChannel,
    build=_build,
    compose=lambda given: compose_upload(given.mail, given.artifacts, given.pack),
    compose_trial=compose_trial_upload,
    shown=_shown,
)
