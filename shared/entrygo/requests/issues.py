"""Everything wrong with one request, collected so that its caller learns all of it at once."""

from collections.abc import Callable
from typing import TypeVar

from entrygo.domain.errors import ValidationFailed

T = TypeVar("T")

# Takes a value as it was sent and gives it as it is kept; raises Wrong.
Check = Callable[[str], T]


class Wrong(ValueError):
    """A value that cannot be taken: the message its sender reads, and the stable code of the issue."""

    def __init__(self, message: str, code: str = "invalid_string") -> None:
        super().__init__(message)
        self.message = message
        self.code = code


class Issues:
    """The issues of one request, in the order they were found; paths as REST spells them (`items.0.sku`)."""

    def __init__(self) -> None:
        self._found: list[tuple[str, str, str]] = []

    @property
    def found(self) -> tuple[tuple[str, str, str], ...]:
        """Path, message and code of each issue so far."""
        return tuple(self._found)

    def add(self, path: str, message: str, code: str) -> None:
        self._found.append((path, message, code))

    def wrong(self, path: str, wrong: Wrong) -> None:
        self.add(path, wrong.message, wrong.code)

    def required(self, path: str) -> None:
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

    def check(self) -> None:
        """Raises ValidationFailed with all issues, if there are any."""
        if self._found:
            raise ValidationFailed.of(self._found)
