"""Which column an issue of the server is about, and what a cell of it may hold."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import cast

from entrygo.imports.entries import JsonObject
from entrygo.records.csv_columns import COUNTRY, Column
from entrygo.records.kinds import (
    Amount,
    Country,
    Currency,
    Day,
    Flag,
    Kind,
    OwnName,
    Percent,
    Several,
    Text,
    Whole,
    Words,
)

_FORMS: dict[type, str] = {
    Country: "two letters",
    Currency: "three letters",
    Day: "YYYY-MM-DD",
    Amount: "number",
    Percent: "number from 0 to 100",
}


def form_of(kind: Kind, *, quoted: Callable[[str], str] = str) -> str:
    """What a cell of a kind may hold, in a few words; `quoted` sets off those to be taken literally."""
    match kind:
        case Text(maximum=maximum) | OwnName(maximum=maximum):
            return f"text, at most {maximum} characters"
        case Words(allowed=allowed):
            return ", ".join(map(quoted, allowed))
        case Several(allowed=allowed):
            return f"with {quoted(';')} between them: {', '.join(map(quoted, allowed))}"
        case Whole(minimum=minimum, maximum=maximum):
            return f"whole number from {minimum} to {maximum}"
        case Flag():
            return f"{quoted('true')} or {quoted('false')}"
        case _:
            return _FORMS[type(kind)]


def column_at(path: str, columns: Iterable[Column], item: JsonObject) -> tuple[str, Kind] | None:
    """The column of the value at a path of an item (`section232.metals.0.percent`), and its kind.

    None where no column leads there: a path of the item as a whole, or of what no file can say.
    """
    parts = path.split(".")
    for column in columns:
        names = list(_places(column))
        if [part for part in parts if not part.isdecimal()] == names:
            if column.member is None or _word_at(parts, column.member.key, item) == column.member.word:
                return column.name, column.kind
        elif names[-1] == COUNTRY and parts[:-1] == names[:-1]:
            return column.name.replace(COUNTRY, parts[-1].lower()), column.kind
    return None


def columns_below(path: str, columns: Iterable[Column]) -> tuple[str, ...]:
    """The columns of the value at a path, or of what is within the object there (`pga.fda`)."""
    wanted = path.split(".")
    return tuple(
        column.name
        for column in columns
        if COUNTRY not in column.name and list(_places(column))[: len(wanted)] == wanted
    )


def _places(column: Column) -> Iterator[str]:
    yield from (column.list_name,) if column.list_name else ()
    yield from column.objects
    yield from (column.member.list_name,) if column.member else ()
    yield column.rest_name


def _word_at(parts: Sequence[str], key: str, item: JsonObject) -> object:
    """The word by which the object on the way is known."""
    value: object = item
    for part in parts[:-1]:
        if isinstance(value, list):
            value = value[int(part)] if part.isdecimal() and int(part) < len(value) else {}
        else:
            value = cast("JsonObject", value).get(part, {})
    return value.get(key) if isinstance(value, dict) else None
