"""The door: peer, key, rates, body, slot, in this order; each only for who passed the one before."""

import asyncio
import hashlib
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.types import Scope

from entrygo.domain.errors import EntryGoError, InvalidApiKey, Kind
from entrygo.gateway.door.known_keys import KnownKeys
from entrygo.gateway.door.peers import Peers
from entrygo.gateway.identities import ask_identity
from entrygo.gateway.paths import SMALL_ANSWER_BYTES
from entrygo.gateway.services import Call, Services
from entrygo.gateway.settings import GatewaySettings
from entrygo.proto.identity.v1 import identity_pb2
from entrygo.requests.budget import Budget, Shares
from entrygo.requests.fair_slots import FairSlots
from entrygo.requests.holding import Holding
from entrygo.requests.rates import Buckets

# Bodies that are read off the event loop at once.
READERS = 2
# Refused streams that wait for their answer.
MAX_HELD = 200


class Door:
    """What the requests of a process share."""

    def __init__(
        self, settings: GatewaySettings, services: Callable[[], Services], stop: asyncio.Event
    ) -> None:
        door, rates, turns = settings.door, settings.door.rates, settings.door.turns
        self._services = services
        self._keys = KnownKeys(self._who_is)
        self._peers = Peers(door.trusted_proxies, door.forwarded_header)
        self._failures = Buckets("failures", door.failures_per_second)
        self._key_requests = Buckets("requests", rates.requests_per_second)
        self._key_items = Buckets("items", rates.items_per_second)
        self._account_requests = Buckets("account-requests", rates.account_requests_per_second)
        self._account_items = Buckets("account-items", rates.account_items_per_second)
        # Requests that wait for others' servers hold up none that do not, not even of their own account.
        self.slots, self.patient_slots = (
            FairSlots(
                running=turns.max_running_requests,
                per_account=turns.max_running_per_account,
                in_company=in_company,
                waiting=settings.max_concurrent_requests,
                patience=turns.max_wait_seconds,
            )
            # Execution has turns of its own for what is executed.
            for in_company in (turns.max_running_in_company, turns.max_running_per_account)
        )
        self.bodies = Budget("bytes", total=door.max_held_body_bytes, each=door.max_held_body_bytes // 4)
        self._longest_answer = door.max_held_body_bytes
        self._answers = Budget("bytes of answers", total=2 * self._longest_answer, each=self._longest_answer)
        self.refused_bytes = Buckets("refused-bytes", door.refused_body_bytes_per_second)
        self._downloads = Shares("downloads", total=door.max_downloads, each=door.max_downloads_per_key)
        self._streams = Shares(
            "event streams", total=door.max_event_streams, each=door.max_event_streams_per_key
        )
        self._holding = Holding(MAX_HELD)
        self.stream_seconds = door.event_stream_seconds
        self.stop = stop
        self.readers = asyncio.Semaphore(READERS)

    def peer_of(self, request: Request) -> str:
        """The client that the request comes from."""
        return self._peers.of(request.scope)

    def call(self, request: Request, secret: str) -> Call:
        """What goes along with the RPCs of a request that shows this key or session."""
        return Call(f"Bearer {secret}", request.scope["entrygo.request_id"], self.peer_of(request))

    async def admit(self, call: Call) -> "Admitted":
        """The caller behind a good key, whose request counts now; raises InvalidApiKey or RateLimited.

        A peer that showed too many bad keys is refused new ones before anybody is asked about them;
        keys that are known to be good pass, so that a guesser behind the same address stops nobody.
        """
        digest = hashlib.sha256(call.authorization.encode()).digest()
        if self._keys.is_stranger(digest):
            self._failures.check(call.peer)
        try:
            account = await self._keys.account_of(digest, call)
        except EntryGoError as error:
            if error.error_kind is Kind.UNAUTHENTICATED:
                self._failures.take(call.peer)
            raise
        key = digest.hex()
        self._key_requests.take(key)
        self._account_requests.take(account)
        return Admitted(self, key, account)

    def refuse_nameless(self, request: Request) -> InvalidApiKey:
        """The answer to a request without anything like a key; counts as a failure of its peer."""
        self._failures.take(self.peer_of(request))
        return InvalidApiKey()

    def admit_link(self, request: Request) -> None:
        """Counts a request of a signed link, which has no key, against its peer."""
        self._failures.take(self.peer_of(request))

    def is_https(self, scope: Scope) -> bool:
        """Whether the client speaks HTTPS, to us or to a listed proxy in front of us."""
        return self._peers.is_https(scope)

    def count_items(self, key: str, account: str, items: int) -> None:
        """Counts the items of a body; raises RateLimited when the second's worth of them is used up."""
        self._key_items.check(key)
        self._account_items.take(account, items)
        self._key_items.spend(key, items)

    def take_download(self, admitted: "Admitted", ends: ExitStack) -> None:
        """Counts a download until `ends`; raises when its key or account has too many."""
        self._downloads.take(admitted.key, admitted.account)
        ends.callback(self._downloads.give_back, admitted.key, admitted.account)

    def hold_answer(self, admitted: "Admitted", response: Response, ends: ExitStack) -> None:
        """Counts the bytes of an answer until `ends`: a client that reads slowly, or nothing, leaves them in
        memory. Raises when its account has too many; what is read while it is sent is not counted."""
        if isinstance(response, StreamingResponse):
            return
        size = min(int(response.headers.get("content-length", 0)), self._longest_answer)
        if size > SMALL_ANSWER_BYTES:
            self._answers.take(admitted.account, size)
            ends.callback(self._answers.give_back, admitted.account, size)

    async def take_stream(self, admitted: "Admitted", ends: ExitStack) -> None:
        """Counts a request that stays until `ends`; raises, a moment later, when there are too many of its
        key or account."""
        try:
            self._streams.take(admitted.key, admitted.account)
        except EntryGoError:
            await self._holding.hold_stream()
            raise
        ends.callback(self._streams.give_back, admitted.key, admitted.account)

    async def _who_is(self, call: Call) -> str:
        """The account of a key, from the first service that answers."""
        asked = identity_pb2.WhoAmIRequest()
        found = await ask_identity(self._services(), lambda identity: identity.WhoAmI, asked, call)
        return found.account_id


@dataclass(frozen=True, slots=True)
class Admitted:
    """A caller who was let in: a name for the key that is not the key, and its account."""

    door: Door
    key: str
    account: str

    def count_items(self, items: int) -> None:
        """As Door.count_items, for this caller."""
        self.door.count_items(self.key, self.account, items)
