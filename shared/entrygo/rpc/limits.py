"""Limits of a key and of an account at a gRPC server: calls at once, streams, bytes, requests and items."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractContextManager, asynccontextmanager, contextmanager, nullcontext
from functools import partial
from typing import Any

from entrygo.domain.errors import EntryGoError, Kind, MethodNotAllowed, ServiceUnavailable
from entrygo.domain.principal import Principal
from entrygo.process.settings import RpcServerSettings
from entrygo.requests.budget import Budget, Shares
from entrygo.requests.rates import Buckets
from entrygo.rpc.streams import HEALTH_WATCH, is_counted_apart

# Callers without a key count together.
NAMELESS = "without a key"
# Messages up to this size are counted neither as held nor as sent in vain.
SMALL_BYTES = 64 * 1024
_NOTHING = nullcontext()


class CallLimits:
    """Counts the calls of a server. Our own background work is counted, but not rated."""

    def __init__(self, settings: RpcServerSettings) -> None:
        rates, calls = settings.rates, settings.max_concurrent_rpcs
        # Half of it for one account: the others keep the other half.
        self._calls = Budget("calls", total=calls, each=max(1, calls // 2))
        self._streams = Shares("streams", total=settings.max_streams, each=settings.max_streams_per_key)
        # Documents behind signed links, which have no key: of one address, so that nobody takes all of them.
        open_streams = max(1, settings.max_streams // 2)
        self._open_streams = Budget("streams", total=open_streams, each=settings.max_streams_per_key)
        open_watches = settings.max_open_health_watches
        self._open_watches = Budget("health watches", total=open_watches, each=max(1, open_watches // 2))
        self._stream_seconds = settings.stream_seconds
        held = settings.max_held_message_bytes
        # One message of the largest size must fit into a key's share.
        share = max(held // 4, settings.max_message_bytes)
        self._bytes = Budget("bytes of messages", total=max(held, share), each=share)
        # gRPC keeps an answer twice until it is read.
        self._longest_answer = max(1, held // 2)
        self._answers = Budget("bytes of answers", total=held, each=self._longest_answer)
        self._refused_bytes = Buckets("refused-bytes", settings.refused_body_bytes_per_second)
        self._key_requests = Buckets("requests", rates.requests_per_second)
        self._key_items = Buckets("items", rates.items_per_second)
        self._account_requests = Buckets("account-requests", rates.account_requests_per_second)
        self._account_items = Buckets("account-items", rates.account_items_per_second)

    def count_request(self, caller: Principal | None) -> None:
        """Counts a call before its message is received; raises RateLimited when its key asks too often, or
        sent too much in vain."""
        if caller is not None and not caller.is_service:
            self._refused_bytes.check(caller.key_id)
            self._key_requests.take(caller.key_id)
            self._account_requests.take(caller.tenant.account_id)

    def count_call(self, method: str, caller: Principal | None, peer: str) -> Callable[[], None]:
        """Counts a call whose message is there until what this gives is called; raises when its key has too
        many.

        Streams without a key count for their peer.
        """
        if caller is not None and is_counted_apart(method):
            self._streams.take(caller.key_id, caller.tenant.account_id)
            return partial(self._streams.give_back, caller.key_id, caller.tenant.account_id)
        budget = self._budget(method, caller)
        name = peer if budget in (self._open_watches, self._open_streams) else _name(caller)
        try:
            budget.take(name)
        except EntryGoError as error:
            if budget is not self._open_watches:
                raise
            # A channel takes that for a server without health checks, and calls it nevertheless.
            raise MethodNotAllowed("Too many watch the health without a key.") from error
        return partial(budget.give_back, name)

    def hold(self, content: bytes, caller: Principal | None) -> None:
        """Counts a large message until its call ends; raises when its account holds too many bytes."""
        _count(self._bytes, content, caller, len(content))

    def hold_answer(self, content: bytes, caller: Principal | None) -> None:
        """Counts a large answer until its call ends, which is when its caller has taken it; raises when its
        account leaves too many unread."""
        _count(self._answers, content, caller, min(len(content), self._longest_answer))

    def in_vain(self, content: bytes, caller: Principal | None) -> AbstractContextManager[None]:
        """Around what is done with a large message: one that is refused counts against its key."""
        if len(content) <= SMALL_BYTES or caller is None or caller.is_service:
            return _NOTHING
        return self._spent_in_vain(caller.key_id, len(content))

    @contextmanager
    def _spent_in_vain(self, key_id: str, size: int) -> Iterator[None]:
        try:
            yield
        except EntryGoError as error:
            if error.error_kind in (Kind.INVALID, Kind.TOO_LARGE):
                self._refused_bytes.spend(key_id, size)
            raise

    def _budget(self, method: str, caller: Principal | None) -> Budget:
        if method == HEALTH_WATCH and caller is None:
            return self._open_watches
        return self._open_streams if is_counted_apart(method) else self._calls

    def count_items(self, request: Any, caller: Principal | None) -> None:
        """Counts the items of a sync; raises RateLimited when the key's rate is used up."""
        items = getattr(request, "items", None)
        if items is None or caller is None or caller.is_service:
            return
        self._key_items.check(caller.key_id)
        self._account_items.take(caller.tenant.account_id, len(items))
        self._key_items.spend(caller.key_id, len(items))

    @asynccontextmanager
    async def life(self, method: str, caller: Principal | None) -> AsyncIterator[None]:
        """Ends a stream that has reached its longest life."""
        if not is_counted_apart(method) or (caller is not None and caller.is_service):
            yield
            return
        try:
            async with asyncio.timeout(self._stream_seconds):
                yield
        except TimeoutError as error:
            raise ServiceUnavailable("The stream has lasted as long as one may; open it again.") from error


def at_the_end(call: Callable[[], None]) -> None:
    """Calls once the task that handles the present call is over, however it ends."""
    task = asyncio.current_task()
    assert task is not None, "a call is handled in a task"
    task.add_done_callback(lambda _: call())


def _count(budget: Budget, content: bytes, caller: Principal | None, size: int) -> None:
    """Takes `size` for `content` until the call ends, unless that is small, or of a service."""
    if len(content) <= SMALL_BYTES or (caller is not None and caller.is_service):
        return
    name = _name(caller)
    budget.take(name, size)
    at_the_end(lambda: budget.give_back(name, size))


def _name(caller: Principal | None) -> str:
    """Whose share it is: an account's, which makes keys itself."""
    return NAMELESS if caller is None else caller.tenant.account_id
