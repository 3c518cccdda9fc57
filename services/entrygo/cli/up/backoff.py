"""How long a part that ended by itself waits before it is started again."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Backoff:
    """Doubles from one short life to the next; a part that ran for a while starts from the beginning."""

    first_seconds: float = 0.25
    longest_seconds: float = 10.0
    stable_seconds: float = 30.0

    def failures_after(self, failures: int, lifetime_seconds: float) -> int:
        """Short lives in a row, this one included, after `failures` before it."""
        return 1 if lifetime_seconds >= self.stable_seconds else failures + 1

    def delay_seconds(self, failures: int) -> float:
        """After that many short lives in a row; 1 is the first."""
        # Beyond 2^10 the cap has long won, and 2^failures would grow without end.
        return min(self.longest_seconds, self.first_seconds * 2.0 ** min(failures - 1, 10))
