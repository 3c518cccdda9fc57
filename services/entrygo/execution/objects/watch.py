"""How the store of documents is doing: what health says of it, and what an alert can count."""

import time
from collections.abc import Awaitable, Callable
from enum import StrEnum

import structlog
from prometheus_client import Counter, Gauge

from entrygo.execution.objects.place import NothingThere, Place, PlaceUnavailable

TRIAL_EVERY = 30.0  # seconds
# For so long what was damaged is looked at again at each trial; health waits for it.
LOOK_SECONDS = 0.5
# Beyond this the store is known to be in ruins.
MAX_REMEMBERED = 1000

FAULTS = Counter(
    "entrygo_execution_object_faults", "Bytes that are missing or altered, and calls that failed", ("fault",)
)
IS_SOUND = Gauge("entrygo_execution_objects_sound", "1 while writes succeed and nothing is known damaged")

log = structlog.get_logger(__name__)


class Trouble(StrEnum):
    """What can be wrong with stored bytes."""

    MISSING = "missing"
    ALTERED = "altered"


class Watch:
    """Sound while writes succeed and nothing is known to be missing or altered.

    A write is tried every TRIAL_EVERY seconds, and what was damaged is looked at again until one is not back:
    the operator who brings it back sees health recover. A trial is small, and finds room on a disk that is
    too full for a package: after one that passed beside a write that failed, the next passes for nothing.
    """

    def __init__(self, place: Place, is_whole: Callable[[str], Awaitable[bool]]) -> None:
        self._place = place
        self._is_whole = is_whole
        self._takes_writes = True
        self._has_passed = False
        # A write failed since the last trial, which passed.
        self._is_outdone = False
        self._damaged: dict[str, None] = {}
        self._next_trial = 0.0

    def write_succeeded(self) -> None:
        """The store takes writes."""
        self._takes_writes, self._is_outdone = True, False

    def failed(self, operation: str) -> None:
        """A call to the place failed; one that wrote says at once what the next trial would."""
        FAULTS.labels(operation).inc()
        if operation == "put":
            self._takes_writes, self._is_outdone = False, self._has_passed

    def found_damaged(self, trouble: Trouble, name: str) -> None:
        """Stored bytes are missing or damaged: the store is unsound until they are found whole."""
        FAULTS.labels(trouble).inc()
        if len(self._damaged) < MAX_REMEMBERED:
            self._damaged[name] = None

    def found_whole(self, name: str) -> None:
        """These bytes can be read again."""
        if name in self._damaged:
            del self._damaged[name]
            log.info("objects.brought_back", name=name)

    async def is_sound(self) -> bool:
        """For health, which may ask every moment."""
        if time.monotonic() >= self._next_trial:
            self._next_trial = time.monotonic() + TRIAL_EVERY
            await self._try()
        is_sound = self._takes_writes and not self._damaged
        IS_SOUND.set(is_sound)
        return is_sound

    async def _try(self) -> None:
        try:
            await self._place.try_to_write()
        except PlaceUnavailable as error:
            log.error("objects.not_writable", error=str(error))
            self._takes_writes, self._has_passed = False, False
            return
        self._takes_writes, self._has_passed = not self._is_outdone, True
        self._is_outdone = False
        until = time.monotonic() + LOOK_SECONDS
        while self._damaged and await self._look_again(next(iter(self._damaged))):
            if time.monotonic() >= until:
                break

    async def _look_again(self, name: str) -> bool:
        """Whether it is whole."""
        try:
            is_whole = await self._is_whole(name)
        except (NothingThere, PlaceUnavailable):
            is_whole = False
        if is_whole:
            self.found_whole(name)
        else:
            # Behind the others.
            self._damaged.pop(name, None)
            self._damaged[name] = None
        return is_whole
