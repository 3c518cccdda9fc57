"""When the owners' logs are read again. Pure: times are those of a clock that only goes on."""

import math

# While the topic is read, what is lost of it without a reason to doubt it is found this many times later.
FED_FACTOR = 4
# After an owner was away, as when the whole system starts.
RETRY_SECONDS = 5.0


class Looks:
    """Every `every` seconds; more seldom while the topic brings what happens, at once when it is in doubt.

    A look reads what was read shortly before once more, so most of its cost is what is known already.
    """

    def __init__(self, every: float) -> None:
        self._every = every
        self._is_fed = False
        self._is_doubted = False
        self.due = 0.0
        # When a doubt is looked into at the earliest: connections that break again and again cost no more.
        self._soonest = 0.0

    @property
    def interval(self) -> float:
        """Seconds from one look to the next, of all replicas together."""
        return self._every * FED_FACTOR if self._is_fed else self._every

    def doubt(self) -> None:
        """The topic is read, but perhaps not all of it."""
        self._is_fed = self._is_doubted = True
        self.due = self._soonest

    def starve(self, now: float) -> None:
        """The topic is not read any more."""
        self._is_fed = False
        self.due = min(self.due, now + self._every)

    def begin(self) -> bool:
        """Begins a look; whether it is to read what another replica just read, too."""
        doubted, self._is_doubted = self._is_doubted, False
        self.due = math.inf
        return doubted

    def end(self, now: float, *, doubted: bool, whole: bool) -> None:
        """After a look, whole if every owner was read; a doubt stays until all of them were read since."""
        retry = min(self._every, RETRY_SECONDS)
        if doubted:
            self._soonest = now + retry
            self._is_doubted |= not whole
        self.due = min(self.due, now + (self.interval if whole else retry))
        if self._is_doubted:
            self.due = max(self.due, self._soonest)
