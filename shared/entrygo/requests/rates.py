"""How much a caller may ask for in a second: token buckets by name. Pure; the clock is an argument."""

import math
import time
from collections import OrderedDict
from collections.abc import Callable

from entrygo.domain.errors import RateLimited

WINDOW_SECONDS = 1
# Names that are remembered; the one that was used longest ago is forgotten first.
MAX_NAMES = 10_000


class Buckets:
    """One bucket a name: `per_second` tokens flow in, and a second's worth of them fits.

    A request is let in while there is a token at all and may leave the bucket in debt, so that a batch
    larger than the bucket passes once and is paid for afterwards.
    """

    def __init__(self, limit: str, per_second: float, *, clock: Callable[[], float] = time.monotonic) -> None:
        self.limit = limit
        self.per_second = per_second
        self._clock = clock
        # When each bucket will be full again; and how long before that a whole token is there.
        self._full_at: OrderedDict[str, float] = OrderedDict()
        self._ahead = WINDOW_SECONDS - 1 / per_second

    def take(self, name: str, tokens: float = 1) -> None:
        """Takes tokens from the bucket of `name`; raises RateLimited when it is empty."""
        now = self._clock()
        wait = self._wait(name, now)
        if wait:
            raise rate_limited(self.limit, self.per_second, wait)
        self._spend(name, tokens, now)

    def spend(self, name: str, tokens: float) -> None:
        """Takes tokens that are used already, whether they are there or not."""
        self._spend(name, tokens, self._clock())

    def check(self, name: str) -> None:
        """Raises RateLimited when the bucket of `name` is empty; takes nothing."""
        wait = self._wait(name, self._clock())
        if wait:
            raise rate_limited(self.limit, self.per_second, wait)

    def wait_seconds(self, name: str) -> float:
        """How long until there is a token for `name`; 0 while there is one."""
        return self._wait(name, self._clock())

    def _wait(self, name: str, now: float) -> float:
        wait = self._full_at.get(name, -math.inf) - now - self._ahead
        # A whole token must be there; rounding must not refuse the last one.
        return wait if wait > 1e-9 else 0.0

    def _spend(self, name: str, tokens: float, now: float) -> None:
        full_at = self._full_at
        full_at[name] = max(full_at.get(name, now), now) + tokens / self.per_second
        full_at.move_to_end(name)
        while len(full_at) > MAX_NAMES:
            full_at.popitem(last=False)


def rate_limited(limit: str, quota: float, wait_seconds: float) -> RateLimited:
    """The refusal, with what the headers RateLimit, RateLimit-Policy and Retry-After are made of."""
    return RateLimited(
        details={
            "limit": limit,
            "quota": math.ceil(quota),
            "windowSeconds": WINDOW_SECONDS,
            "retryAfterSeconds": max(1, math.ceil(wait_seconds)),
        }
    )
