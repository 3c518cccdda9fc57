"""What a process remembers of the last things that it dealt with; no truth, and never much."""

from collections import OrderedDict
from typing import Generic, TypeVar

Key = TypeVar("Key")
Value = TypeVar("Value")

# What is under way at the moment, many times over.
AT_MOST = 1000


class Remembered(Generic[Key, Value]):
    """The values that were noted last, `at_most` of them."""

    def __init__(self, at_most: int = AT_MOST) -> None:
        self._at_most = at_most
        self._values: OrderedDict[Key, Value] = OrderedDict()

    def of(self, key: Key) -> Value | None:
        return self._values.get(key)

    def note(self, key: Key, value: Value) -> None:
        self._values[key] = value
        self._values.move_to_end(key)
        if len(self._values) > self._at_most:
            self._values.popitem(last=False)

    def take(self, key: Key) -> Value | None:
        """What is known, which is forgotten by that."""
        return self._values.pop(key, None)
