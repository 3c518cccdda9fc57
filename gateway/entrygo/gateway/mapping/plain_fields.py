"""Plain fields between models, messages and JSON: what `filled` and `shown` do, for thousands of records."""

from collections.abc import Sequence
from operator import attrgetter
from typing import Any

from entrygo.domain.money import json_number, plain
from entrygo.records.kinds import Amount, Percent, PlainFields


class Values:
    """Some fields, at least two, of one record after another; what a declaration says is looked up once.

    `of` gives their values in a model or a message.
    """

    def __init__(self, fields: PlainFields) -> None:
        self._names = [field.name for field in fields]
        self._shapes = [(field.rest_name, isinstance(field.kind, Amount | Percent)) for field in fields]
        self._numbers = [field.name for field in fields if isinstance(field.kind, Amount | Percent)]
        self.of = attrgetter(*self._names)

    def as_texts(self, values: Sequence[Any]) -> dict[str, str | None]:
        """Those of a model, by the names that its message has for them."""
        found = dict(zip(self._names, values, strict=True))
        for name in self._numbers:
            if found[name] is not None:
                found[name] = plain(found[name])
        return found

    def as_json(self, texts: Sequence[str]) -> dict[str, Any]:
        """Those of a message, as REST names and shows them: null where there is none."""
        return {
            name: (json_number(text) if is_number else text) if text else None
            for (name, is_number), text in zip(self._shapes, texts, strict=True)
        }
