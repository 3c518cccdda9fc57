"""Limits unknown keys: each peer may send so many bad ones in a second before any is looked up.

The peer is the address of the connection. A gateway calls for clients of its own and says which one it
serves; that counts beside the token that gateways and services share, since anybody could write it.
"""

import hmac
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from urllib.parse import unquote

from entrygo.domain.errors import EntryGoError, Kind, RateLimited
from entrygo.requests.peers import peer_name
from entrygo.requests.rates import Buckets, rate_limited

CLIENT = "entrygo-client"
GATEWAY_TOKEN = "entrygo-gateway-token"  # noqa: S105 - the name of the entry


def client_metadata(token: str | None, client: str) -> tuple[tuple[str, str], ...]:
    """Metadata by which a gateway names the client it serves; empty without a gateway token."""
    return ((CLIENT, client), (GATEWAY_TOKEN, token)) if token and client else ()


class Strangers:
    """Counts the bad and missing keys of each peer."""

    def __init__(
        self,
        per_second: int,
        *,
        gateway_tokens: Sequence[str],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._failures = Buckets("failures", per_second, clock=clock)
        self._gateway_tokens = tuple(token.encode() for token in gateway_tokens)

    @contextmanager
    def met(self, connection: str, metadata: Mapping[str, str]) -> Iterator[None]:
        """Around the question whose key it is; `connection` is as gRPC names the other end.

        Raises RateLimited, and nobody is asked, when the peer was wrong too often.
        """
        peer = self.peer(connection, metadata)
        self._failures.check(peer)
        try:
            yield
        except EntryGoError as error:
            if error.error_kind is Kind.UNAUTHENTICATED:
                self._failures.take(peer)
            raise

    @property
    def refusal(self) -> RateLimited:
        """What a peer that was wrong too often is answered. The token of a failure is back in a second."""
        return rate_limited(self._failures.limit, self._failures.per_second, 1)

    def are_refused(self, peer: str) -> bool:
        """Whether the peer was wrong too often for anybody to be asked about another key of it."""
        return self._failures.wait_seconds(peer) > 0

    def peer(self, connection: str, metadata: Mapping[str, str]) -> str:
        """Whom a bad key counts against; `connection` is as gRPC names the other end."""
        if CLIENT in metadata and self._is_gateway(metadata.get(GATEWAY_TOKEN, "").encode()):
            return metadata[CLIENT]
        return peer_name(_address(connection))

    def _is_gateway(self, sent: bytes) -> bool:
        # Held against every token, so that the time it takes says nothing of them.
        return bool(sum(hmac.compare_digest(sent, token) for token in self._gateway_tokens))


def _address(connection: str) -> str:
    """The address in `ipv4:192.0.2.1:5000` or `ipv6:%5B2001:db8::1%5D:5000`; no address for a socket file."""
    _, _, place = unquote(connection).partition(":")
    return place.rpartition(":")[0].strip("[]").partition("%")[0]
