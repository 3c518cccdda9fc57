"""The fields of a record as a form, and a filled form as what REST takes: both follow its declaration. Pure.

An input is named by the path of its field as REST spells it, `importerOfRecord.address.city`, which is also
how what is wrong with a field is named. A list of objects has a section for each and an empty one; an object
that holds a list itself is one text of JSON.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

import orjson

from entrygo.domain.errors import EntryGoError, ValidationFailed
from entrygo.domain.money import parse_decimal
from entrygo.domain.plan_words import titled
from entrygo.gateway.json_reader import read_json
from entrygo.records.kinds import (
    Amount,
    Country,
    Day,
    Field,
    Fields,
    Flag,
    Group,
    Many,
    OwnName,
    Percent,
    Several,
    Text,
    Whole,
    Words,
)

MAX_ROWS = 50  # of one list
CHOSEN = "yes"
# What declarations say of JSON: in a form such a field is blank.
_NOT_GIVEN = re.compile(r"\b(absent|null)\b")
# A text where a number belongs: a schema would speak of its type.
_NO_NUMBER = "Expected number"
# Of a country, instead of the name of the standard and of a pattern.
COUNTRY_WORDS = "Two letters, such as CA or US"
# What a form says of a flag; nothing of one that nobody stated.
FLAGS = {"yes": True, "no": False}


@dataclass(frozen=True, slots=True, kw_only=True)
class Input:
    """One field. `kind` is text, date, choice, several or json; `value` what stands in it."""

    name: str
    label: str
    about: str
    kind: str
    value: str
    choices: Sequence[str] = ()
    chosen: frozenset[str] = frozenset()
    is_required: bool = False
    length: int = 500
    error: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """Fields that belong together; `is_open` where there is something in it to see or to mend."""

    title: str
    about: str
    inputs: Sequence[Input]
    is_open: bool


@dataclass(frozen=True, slots=True)
class Filled:
    """What stands in a form: what was typed, or what is stored; and what is wrong with it, by path."""

    texts: Mapping[str, str]
    errors: Mapping[str, str] = field(default_factory=dict)


def stored_texts(fields: Fields, stored: Mapping[str, Any], prefix: str = "") -> dict[str, str]:
    """A record as REST shows it, as the texts of its form."""
    texts: dict[str, str] = {}
    for one in fields:
        path, value = f"{prefix}{one.rest_name}", stored.get(one.rest_name)
        match one.kind:
            case Group() as group if holds_list(group):
                texts[path] = (
                    "" if value is None else orjson.dumps(value, option=orjson.OPT_INDENT_2).decode()
                )
            case Group(fields=inner):
                texts |= stored_texts(inner, value or {}, f"{path}.")
            case Many(group=group):
                for row, item in enumerate(value or ()):
                    texts |= stored_texts(group.fields, item, f"{path}.{row}.")
            case Several():
                texts |= {f"{path}.{word}": CHOSEN for word in value or ()}
            case _:
                texts[path] = _text(value)
    return {name: text for name, text in texts.items() if text}


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return next(word for word, flag in FLAGS.items() if flag is value)
    return str(value)


def sections(fields: Fields, filled: Filled, *, title: str = "", about: str = "") -> list[Section]:
    """The form of these fields: first what is no object, then a section for each object, inner ones below."""
    plain = [one for one in fields if not isinstance(one.kind, Group | Many) or _is_json(one)]
    rest = [one for one in fields if one not in plain]
    made = [_section(title, about, plain, "", filled)] if plain else []
    for one in rest:
        made += _of_object(one, one.rest_name, titled(one.name), filled)
    return made


def _of_object(one: Field, path: str, title: str, filled: Filled) -> Iterator[Section]:
    if isinstance(one.kind, Many):
        rows, title = rows_of(path, filled.texts), _one_of(one.kind.group)
        for row in range(min(rows + 1, MAX_ROWS)):
            numbered = f"{title} {row + 1}" if row < rows else f"{title}: add one"
            yield from _of_group(one.kind.group, one.about, f"{path}.{row}.", numbered, filled)
        return
    assert isinstance(one.kind, Group)
    yield from _of_group(one.kind, one.about, f"{path}.", title, filled)


def _of_group(group: Group, about: str, prefix: str, title: str, filled: Filled) -> Iterator[Section]:
    plain = [one for one in group.fields if not isinstance(one.kind, Group | Many)]
    if plain:
        yield _section(title, about or group.about, plain, prefix, filled)
    for one in group.fields:
        if isinstance(one.kind, Group):
            label = f"{title}: {titled(one.name).lower()}"
            yield from _of_group(one.kind, one.about, f"{prefix}{one.rest_name}.", label, filled)


def errors_of(made: Sequence[Section]) -> dict[str, str]:
    """What is wrong with the inputs of a form, in their words, by path."""
    return {each.name: each.error for section in made for each in section.inputs if each.error}


def _section(title: str, about: str, fields: Sequence[Field], prefix: str, filled: Filled) -> Section:
    inputs = [_input(one, f"{prefix}{one.rest_name}", filled) for one in fields]
    return Section(
        title=title,
        about=about,
        inputs=inputs,
        is_open=any(each.value or each.chosen or each.error for each in inputs),
    )


def _input(one: Field, path: str, filled: Filled) -> Input:
    made = Input(
        name=path,
        label=titled(one.name),
        about=_NOT_GIVEN.sub("blank", one.about),
        kind="text",
        value=filled.texts.get(path, ""),
        is_required=one.required,
        error=_for_people(one.kind, filled.errors.get(path, "")),
    )
    match one.kind:
        case Words(allowed=allowed):
            made = replace(made, kind="choice", choices=allowed)
        case Flag():
            made = replace(made, kind="choice", choices=tuple(FLAGS))
        case Several(allowed=allowed):
            chosen = frozenset(word for word in allowed if f"{path}.{word}" in filled.texts)
            made = replace(made, kind="several", choices=allowed, chosen=chosen)
        case Day():
            made = replace(made, kind="date")
        case Group():
            made = replace(made, kind="json", error=made.error or _inside(path, filled.errors))
        case Country():
            made = replace(made, length=2, about=COUNTRY_WORDS)
        case Text(maximum=maximum) | OwnName(maximum=maximum):
            made = replace(made, length=maximum)
    return made


def _for_people(kind: Any, error: str) -> str:
    if error and isinstance(kind, Country):
        return COUNTRY_WORDS
    if not error.startswith(_NO_NUMBER):
        return error
    return "Expected a whole number" if isinstance(kind, Whole) else "Expected a number, with a point: 1.5"


def _inside(path: str, errors: Mapping[str, str]) -> str:
    """What is wrong within an object that is one text."""
    begin = f"{path}."
    return "; ".join(
        f"{name.removeprefix(begin)}: {text}" for name, text in errors.items() if name.startswith(begin)
    )


def changes(
    fields: Fields, typed: Mapping[str, str], stored: Mapping[str, str], prefix: str = ""
) -> dict[str, Any]:
    """What a PATCH says so that a record that reads `stored` reads as `typed`; null for what was emptied."""
    changed: dict[str, Any] = {}
    for one in fields:
        path = f"{prefix}{one.rest_name}"
        if isinstance(one.kind, Group) and not holds_list(one.kind):
            inner = changes(one.kind.fields, typed, stored, f"{path}.")
            if inner:
                changed[one.rest_name] = inner
            continue
        new, old = _value(one, path, typed), _value(one, path, stored)
        if new != old:
            changed[one.rest_name] = new
    return changed


def _value(one: Field, path: str, texts: Mapping[str, str]) -> Any:
    match one.kind:
        case Many(group=group):
            rows = range(rows_of(path, texts))
            found = [changes(group.fields, texts, {}, f"{path}.{row}.") for row in rows]
            return [row for row in found if row]
        case Several(allowed=allowed):
            return [word for word in allowed if f"{path}.{word}" in texts]
        case Group():
            return _json(path, texts.get(path, ""))
        case kind:
            text = texts.get(path, "")
            return _leaf(kind, text) if text else None


def _leaf(kind: Any, text: str) -> Any:
    """The value of a text; what is none of its kind stays a text, which the schema refuses by its path."""
    if isinstance(kind, Flag):
        return FLAGS.get(text, text)
    if isinstance(kind, Whole):
        return Decimal(text) if text.isascii() and text.isdecimal() and len(text) < 10 else text
    if isinstance(kind, Amount | Percent):
        try:
            return parse_decimal(text)
        except ValueError:
            return text
    return text


def _json(path: str, text: str) -> Any:
    if not text:
        return None
    try:
        return read_json(text.encode())
    except EntryGoError as error:
        raise ValidationFailed.of(
            [(path, "Expected JSON, as the documentation shows it", "invalid_type")]
        ) from error


def rows_of(path: str, texts: Mapping[str, str]) -> int:
    """How many objects of a list the texts name, empty ones between them included."""
    begin = f"{path}."
    named = [
        name.removeprefix(begin).partition(".")[0]
        for name, text in texts.items()
        if text and name.startswith(begin)
    ]
    return max((int(row) + 1 for row in named if row.isdecimal() and len(row) < 3), default=0)


def holds_list(group: Group) -> bool:
    """Whether an object has a list of objects in it, which no plain form can hold."""
    return any(isinstance(one.kind, Many) for one in group.fields)


def _is_json(one: Field) -> bool:
    return isinstance(one.kind, Group) and holds_list(one.kind)


def _one_of(group: Group) -> str:
    """FeeSchedule as people read it."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", group.title).capitalize()
