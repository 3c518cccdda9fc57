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
        # When each bucket will be full again.
        self._full_at: OrderedDict[str, float] = OrderedDict()

    def take(self, name: str, tokens: float = 1) -> None:
        """Takes tokens from the bucket of `name`; raises RateLimited when it is empty."""
        self.check(name)
        self.spend(name, tokens)

    def spend(self, name: str, tokens: float) -> None:
        """Takes tokens that are used already, whether they are there or not."""
        now = self._clock()
        self._full_at[name] = max(self._full_at.get(name, now), now) + tokens / self.per_second
        self._full_at.move_to_end(name)
        while len(self._full_at) > MAX_NAMES:
            self._full_at.popitem(last=False)

    def check(self, name: str) -> None:
        """Raises RateLimited when the bucket of `name` is empty; takes nothing."""
        wait = self.wait_seconds(name)
        if wait > 0:
            raise rate_limited(self.limit, self.per_second, wait)

    def wait_seconds(self, name: str) -> float:
        """How long until there is a token for `name`; 0 while there is one."""
        wait = self._full_at.get(name, -math.inf) - self._clock() - WINDOW_SECONDS + 1 / self.per_second
        # A whole token must be there; rounding must not refuse the last one.
        return wait if wait > 1e-9 else 0.0


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
