"""The columns of import files, as a declaration has them, and where in a record a cell of each belongs."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from entrygo.records.kinds import ByCountry, Field, Fields, Group, Kind, Many, Words, find

COUNTRY = "<country>"  # stands in a column's name for any country in lower case


@dataclass(frozen=True, slots=True)
class Member:
    """One object of a list, which is known by a word: the metal that is steel."""

    list_name: str
    key: str
    word: str


@dataclass(frozen=True, slots=True)
class Column:
    """A column; its cell is the value `rest_name` of the object that `objects` and `member` lead to."""

    name: str
    kind: Kind
    about: str
    required: bool
    rest_name: str
    objects: tuple[str, ...] = ()
    member: Member | None = None
    # The list that each row of the record has one object of.
    list_name: str = ""


def columns_of(fields: Fields) -> tuple[Column, ...]:
    """The columns of a record or of a line, in the order of its fields; names are unique."""
    return tuple(_columns(fields, "", (), None))


def _columns(
    fields: Fields, prefix: str, objects: tuple[str, ...], member: Member | None
) -> Iterator[Column]:
    for field in fields:
        name = field.name if field.column is None else field.column
        match field.kind:
            case Group(fields=inner):
                yield from _columns(inner, _joined(prefix, name), (*objects, field.rest_name), member)
            case Many(one_for_each=key) if key:
                yield from _columns_of_members(field, field.kind, _joined(prefix, name), objects)
            case Many(one_a_row=True, group=group):
                for inner_column in _columns(group.fields, _joined(prefix, name), objects, member):
                    yield replace(inner_column, list_name=field.rest_name)
            case Many():
                continue
            case ByCountry(text=kind):
                column = f"{_joined(prefix, name)}_{COUNTRY}"
                yield Column(
                    column, kind, field.about, field.required, COUNTRY, (*objects, field.rest_name), member
                )
            case kind:
                yield Column(
                    _joined(prefix, name), kind, field.about, field.required, field.rest_name, objects, member
                )


def _columns_of_members(field: Field, many: Many, prefix: str, objects: tuple[str, ...]) -> Iterator[Column]:
    """The columns of each object that a word knows, without the one for the word itself."""
    key = find(many.group.fields, many.one_for_each)
    assert key is not None
    assert isinstance(key.kind, Words)
    rest = tuple(inner for inner in many.group.fields if inner is not key)
    for word in key.kind.allowed:
        member = Member(field.rest_name, key.rest_name, word)
        yield from _columns(rest, _joined(prefix, word), objects, member)


def _joined(prefix: str, name: str) -> str:
    return "_".join(part for part in (prefix, name) if part)
