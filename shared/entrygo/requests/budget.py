"""How much may be held at once, in all and for one name: bytes of request bodies, downloads that run."""

from collections import Counter
from collections.abc import Callable

from entrygo.domain.errors import EntryGoError, RateLimited, ServiceUnavailable


class Budget:
    """Refuses what would exceed the total with ServiceUnavailable, and one name's share with RateLimited."""

    def __init__(self, what: str, *, total: int, each: int) -> None:
        self._what = what
        self._total = total
        self._each = each
        self._held: Counter[str] = Counter()
        self._in_all = 0

    def take(self, name: str, amount: int = 1) -> None:
        """Takes `amount` for `name` until it is given back."""
        if self._held[name] + amount > self._each:
            raise self._refused(name, RateLimited)
        if self._in_all + amount > self._total:
            raise self._refused(name, ServiceUnavailable)
        self._held[name] += amount
        self._in_all += amount

    def give_back(self, name: str, amount: int = 1) -> None:
        """Returns what `take` took for this name."""
        amount = min(amount, self._held[name])
        self._held[name] -= amount
        self._in_all -= amount
        self._forget(name)

    @property
    def held(self) -> int:
        """What is held now, in all."""
        return self._in_all

    def _refused(self, name: str, error: Callable[[str], EntryGoError]) -> EntryGoError:
        self._forget(name)
        return error(f"Too many {self._what} at once; retry when others are done.")

    def _forget(self, name: str) -> None:
        if self._held[name] <= 0:
            del self._held[name]


class Shares:
    """A budget of keys, of which one account has at most half, however many keys it has made."""

    def __init__(self, what: str, *, total: int, each: int) -> None:
        """`each` is of a key."""
        self._of_keys = Budget(what, total=total, each=each)
        self._of_accounts = Budget(what, total=total, each=max(1, total // 2))

    def take(self, key: str, account: str) -> None:
        """Takes one for the key until it is given back. Errors as of Budget."""
        self._of_keys.take(key)
        try:
            self._of_accounts.take(account)
        except EntryGoError:
            self._of_keys.give_back(key)
            raise

    def give_back(self, key: str, account: str) -> None:
        """Returns what `take` took."""
        self._of_keys.give_back(key)
        self._of_accounts.give_back(account)
