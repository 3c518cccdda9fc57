"""Reads a message into the values that are kept, by one walk over the declared fields of its record.

A blank never clears: an empty text is as if it had not been given.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from google.protobuf.message import Message

from entrygo.records.kinds import (
    ByCountry,
    Day,
    Field,
    Fields,
    Flag,
    Group,
    Kind,
    Many,
    Several,
    Whole,
    find,
)
from entrygo.requests.issues import Issues
from entrygo.requests.texts import country

MAX_LIST = 100  # objects in one list

# A stored value: text, a whole number, a flag, words, or objects and lists of them.
Fact = str | int | bool | list[str] | Mapping[str, "Fact"] | list[Mapping[str, "Fact"]]
Facts = dict[str, Fact]


def facts_of(message: Message, fields: Fields, path: str, issues: Issues) -> Facts:
    """The fields that were given, checked and normalised."""
    facts: Facts = {}
    for field in fields:
        is_optional = message.DESCRIPTOR.fields_by_name[field.name].has_presence
        if is_optional and not message.HasField(field.name):
            continue
        value = _value(getattr(message, field.name), field.kind, _below(path, field), issues)
        # What is blank, empty or refused is as if it had not been given; "no" and 0 are values.
        if value is not None and value not in ({}, []):
            facts[field.name] = value
    return facts


def stored_form(facts: Facts, fields: Fields) -> Facts:
    """The facts as they are merged into what is stored: a list that a whole object leaves out is empty.

    Apart from `facts_of`, by whose facts an idempotency key knows its request again.
    """
    emptied: Facts = {}
    for field in fields:
        if field.name in facts and isinstance(field.kind, Group) and field.kind.is_whole:
            lists: Facts = {one.name: [] for one in field.kind.fields if isinstance(one.kind, Many)}
            emptied[field.name] = {**lists, **facts[field.name]}  # type: ignore[dict-item]
    return facts | emptied


def _below(path: str, field: Field) -> str:
    return f"{path}.{field.rest_name}" if path else field.rest_name


def _value(given: Any, kind: Kind, path: str, issues: Issues) -> Fact | None:
    match kind:
        case Group():
            return _group(given, kind, path, issues)
        case Many() | Several():
            return _list(given, kind, path, issues)
        case Whole():
            return _whole(given, kind, path, issues)
        case Flag():
            return bool(given)
        case ByCountry():
            return _by_country(given, kind, path, issues)
        case _:
            text = str(given).strip()
            return issues.take(kind.check, text, path) if text else None


def _group(given: Message, group: Group, path: str, issues: Issues) -> Facts:
    """The object as given; of one that is given whole, with the defaults of what it leaves out."""
    facts = _object(given, group.fields, path, issues)
    if group.is_whole:
        facts = {field.name: field.default for field in group.fields if field.default is not None} | facts
    if group.agree is not None:
        group.agree(facts, path, issues)
    return facts


def _list(given: Sequence[Any], kind: Many | Several, path: str, issues: Issues) -> Fact:
    if len(given) > MAX_LIST:
        issues.add(path, f"At most {MAX_LIST}", "too_big")
        return []
    if isinstance(kind, Several):
        return _words(given, kind, path, issues)
    return _objects(given, kind, path, issues)


def _objects(messages: Sequence[Message], many: Many, path: str, issues: Issues) -> list[Mapping[str, Fact]]:
    fields = many.group.fields
    # A number is always there: without presence on the wire it is 0.
    required = [field for field in fields if field.required and not isinstance(field.kind, Whole)]
    found: list[Mapping[str, Fact]] = []
    for index, message in enumerate(messages):
        where = f"{path}.{index}"
        for field in sorted(required, key=lambda one: one.name):
            if not getattr(message, field.name).strip():
                issues.required(_below(where, field))
        found.append(_object(message, fields, where, issues))
    return found


def _object(message: Message, fields: Fields, path: str, issues: Issues) -> Facts:
    """As `facts_of`; of two days that are its first and its last the last does not come before."""
    facts = facts_of(message, fields, path, issues)
    for field in fields:
        first = facts.get(_first_day_of(field))
        if first is not None and _is_before(facts.get(field.name), first):
            issues.add(_below(path, field), f"Before the first day, {first}", "too_small")
    return facts


def check_periods(
    given: Mapping[str, Any], stored: Mapping[str, Any], fields: Fields, path: str, issues: Issues
) -> None:
    """An issue for each first or last day that was given alone and does not fit the other one as stored."""
    for field in fields:
        if isinstance(field.kind, Group) and field.name in given:
            within = stored.get(field.name, {})
            check_periods(given[field.name], within, field.kind.fields, _below(path, field), issues)
        first = find(fields, _first_day_of(field))
        if first is None or not _is_before(stored.get(field.name), stored.get(first.name)):
            continue
        if field.name in given:
            issues.add(_below(path, field), f"Before the first day, {stored[first.name]}", "too_small")
        elif first.name in given:
            issues.add(_below(path, first), f"After the last day, {stored[field.name]}", "too_big")


def _first_day_of(field: Field) -> str:
    """The name of the first day of the period whose last day a field would be; none has it elsewhere."""
    is_last = isinstance(field.kind, Day) and field.name.endswith("_to")
    return f"{field.name.removesuffix('_to')}_from" if is_last else ""


def _is_before(last: object, first: object) -> bool:
    return isinstance(last, str) and isinstance(first, str) and last < first


def _words(given: Sequence[str], kind: Several, path: str, issues: Issues) -> list[str]:
    """In the order of the declaration, whatever order they were given in."""
    taken = {issues.take(kind.check, text.strip(), f"{path}.{index}") for index, text in enumerate(given)}
    return [word for word in kind.allowed if word in taken]


def _whole(given: int, kind: Whole, path: str, issues: Issues) -> int:
    if not kind.minimum <= given <= kind.maximum:
        code = "too_small" if given < kind.minimum else "too_big"
        issues.add(path, f"Must be between {kind.minimum} and {kind.maximum}", code)
    return given


def _by_country(values: Mapping[str, str], kind: ByCountry, path: str, issues: Issues) -> Facts:
    found: Facts = {}
    for key in sorted(values):
        where, text = f"{path}.{key}", values[key].strip()
        code = issues.take(country, key, where)
        if code == kind.but:
            issues.add(where, f"Give this one as {kind.instead}", "invalid_string")
        elif code is not None and text:
            taken = issues.take(kind.text.check, text, where)
            if taken is not None:
                found[code] = taken
    return found
