"""How many attempts run at once, and whose: a receiver that hangs keeps its slot for long. Pure."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass

from entrygo.inspection.webhooks.records import Lane


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """What there is room for beside what runs."""

    full_accounts: frozenset[str]
    # Whether for endpoints that take nothing.
    is_for_failing: bool
    # The endpoint of each attempt that runs, and how many one may have.
    running: tuple[str, ...]
    an_endpoint: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Slots:
    """Attempts at once: of the process, and of one endpoint."""

    process: int
    endpoint: int

    @property
    def share(self) -> int:
        """Of one account."""
        return max(1, self.process // 2)

    @property
    def failing(self) -> int:
        """Of all endpoints that take nothing, and so less than an account has: its others go on."""
        return max(1, self.process // 4)

    def free(self, running: Collection[Lane]) -> int:
        """How many lanes to claim at a time: so few that one claim hardly goes beyond a share."""
        return min(self.process - len(running), self.endpoint)

    def room(self, running: Collection[Lane]) -> Room:
        """Beside the attempts that run."""
        of_accounts = Counter(lane.tenant.account_id for lane in running)
        return Room(
            full_accounts=frozenset(name for name, count in of_accounts.items() if count >= self.share),
            is_for_failing=sum(lane.is_failing for lane in running) < self.failing,
            running=tuple(lane.endpoint_id for lane in running),
            an_endpoint=self.endpoint,
        )
