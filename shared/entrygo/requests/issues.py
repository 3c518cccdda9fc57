"""Everything wrong with one request, collected so that its caller learns all of it at once."""

from collections.abc import Callable
from typing import TypeVar

from entrygo.domain.errors import ValidationFailed

T = TypeVar("T")

# Listed of one request; with more of them it is not looked at any further.
MAX_ISSUES = 100

# Takes a value as it was sent and gives it as it is kept; raises Wrong.
Check = Callable[[str], T]


class Wrong(ValueError):
    """A value that cannot be taken: the message its sender reads, and the stable code of the issue."""

    def __init__(self, message: str, code: str = "invalid_string") -> None:
        super().__init__(message)
        self.message = message
        self.code = code


class Issues:
    """The issues of one request, in the order they were found; paths as REST spells them (`items.0.sku`).

    The first hundred are kept and the others counted. Who reads a long list stops once `is_full`.
    """

    def __init__(self) -> None:
        self._found: list[tuple[str, str, str]] = []
        self._total = 0

    @property
    def found(self) -> tuple[tuple[str, str, str], ...]:
        """Path, message and code of each issue that is kept."""
        return tuple(self._found)

    @property
    def total(self) -> int:
        """How many were found, kept or not."""
        return self._total

    @property
    def is_full(self) -> bool:
        """Whether there are more issues than are kept."""
        return self._total > MAX_ISSUES

    def add(self, path: str, message: str, code: str) -> None:
        """One more issue; `code` is stable, `message` is for people."""
        self._total += 1
        if len(self._found) < MAX_ISSUES:
            self._found.append((path, message, code))

    def wrong(self, path: str, wrong: Wrong) -> None:
        """Notes what a check refused at `path`, with the code that REST answers for it."""
        self.add(path, wrong.message, wrong.code)

    def required(self, path: str) -> None:
        """A field that is missing or empty."""
        self.add(path, "Required", "invalid_type")

    def require(self, **values: str) -> None:
        """An issue for each of these fields, by its name, that is empty."""
        for path, value in values.items():
            if not value:
                self.required(path)

    def take(self, check: Check[T], value: str, path: str) -> T | None:
        """The value as `check` gives it; None, and an issue at `path`, when it refuses it."""
        try:
            return check(value)
        except Wrong as wrong:
            self.wrong(path, wrong)
            return None

    def optional(self, check: Check[T], value: str, path: str) -> T | None:
        """As `take`, for a message in which an empty text means that there is none."""
        return self.take(check, value, path) if value else None

    def bounded(self, number: int, low: int, high: int, path: str) -> None:
        """An issue at `path` for a whole number below `low` or above `high`."""
        if not low <= number <= high:
            self.add(path, f"Must be between {low} and {high}", "too_small" if number < low else "too_big")

    def check(self) -> None:
        """Raises ValidationFailed with the issues, if there are any."""
        if self._found:
            raise ValidationFailed.of(self._found, total=self._total)
