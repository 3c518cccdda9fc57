"""How many requests run at once, shared fairly between accounts; so many others wait in line."""

import asyncio
import time
from collections import Counter, OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass

from entrygo.domain.errors import ServiceUnavailable

# So long after its last request another account is still reckoned with.
COMPANY_SECONDS = 2.0
FULL = "Too many requests at once; retry with the same idempotency key."


class FairSlots:
    """Slots that accounts take in turn: one that queues hundreds delays itself, hardly the others.

    `running` requests run at once, `per_account` of one account, `in_company` of one while others ask, too:
    what runs at once for one is what the others' requests wait for, from process to process. `waiting` wait
    at most, and no account fills more than half of the line. Nobody stands in it for longer than `patience`
    seconds. `seconds` is a clock that never goes back.
    """

    def __init__(
        self,
        *,
        running: int,
        per_account: int,
        in_company: int,
        waiting: int,
        patience: float,
        seconds: Callable[[], float] = time.monotonic,
    ) -> None:
        self._patience = patience
        self._limit = running
        self._per_account = min(per_account, running)
        self._in_company = min(in_company, self._per_account)
        self._seconds = seconds
        # When each account came last, the latest at the end.
        self._came: OrderedDict[str, float] = OrderedDict()
        self._max_waiting = waiting
        self._max_line = max(1, waiting // 2)
        self._running: Counter[str] = Counter()
        # The account at the front is next; one that was served goes to the back.
        self._lines: OrderedDict[str, deque[asyncio.Future[None]]] = OrderedDict()

    def hold(self, account: str) -> "Slot":
        """Waits for a slot and keeps it; ServiceUnavailable for a full line, or one that moves too slowly."""
        return Slot(self, account)

    @property
    def running(self) -> int:
        """How many hold a slot, of all accounts."""
        return self._running.total()

    @property
    def waiting(self) -> int:
        """How many wait, of all accounts."""
        return sum(map(len, self._lines.values()))

    async def enter(self, account: str) -> None:
        """Waits for a slot, as `hold` does."""
        self._came[account] = self._seconds()
        self._came.move_to_end(account)
        if account not in self._lines and self._has_room(account):
            self._running[account] += 1
            return
        if self.waiting >= self._max_waiting or len(self._lines.get(account, ())) >= self._max_line:
            raise ServiceUnavailable(FULL)
        loop = asyncio.get_running_loop()
        turn: asyncio.Future[None] = loop.create_future()
        self._lines.setdefault(account, deque()).append(turn)
        timer = loop.call_later(self._patience, _give_up, turn)
        try:
            await turn
        except BaseException:
            # Cancelled, and with it the turn unless it had come; or the turn did not come in time.
            if _has_come(turn):
                self.leave(account)
            else:
                self._step_out(account, turn)
            raise
        finally:
            timer.cancel()

    def _has_room(self, account: str) -> bool:
        most = self._in_company if self._has_company(account) else self._per_account
        return self._running.total() < self._limit and self._running[account] < most

    def _has_company(self, account: str) -> bool:
        gone = self._seconds() - COMPANY_SECONDS
        while self._came and next(iter(self._came.values())) < gone:
            self._came.popitem(last=False)
        return len(self._came) > (account in self._came)

    def leave(self, account: str) -> None:
        """Gives a slot back."""
        self._running[account] -= 1
        if not self._running[account]:
            del self._running[account]
        self._serve()

    def _serve(self) -> None:
        while (account := next(filter(self._has_room, self._lines), None)) is not None:
            line = self._lines[account]
            turn = line.popleft()
            self._lines.move_to_end(account)
            if not line:
                del self._lines[account]
            if not turn.done():
                self._running[account] += 1
                turn.set_result(None)

    def _step_out(self, account: str, turn: asyncio.Future[None]) -> None:
        line = self._lines.get(account)
        if line is not None and turn in line:
            line.remove(turn)
            if not line:
                del self._lines[account]


def _has_come(turn: asyncio.Future[None]) -> bool:
    return turn.done() and not turn.cancelled() and turn.exception() is None


def _give_up(turn: asyncio.Future[None]) -> None:
    if not turn.done():
        turn.set_exception(ServiceUnavailable(FULL))


@dataclass(slots=True)
class Slot:
    """Of one request, for as long as it is entered."""

    slots: FairSlots
    account: str

    async def __aenter__(self) -> None:
        await self.slots.enter(self.account)

    async def __aexit__(self, *_: object) -> None:
        self.slots.leave(self.account)
