"""The numbers of several entries as one form gives them, and what is wrong with them by entry. Pure."""

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from entrygo.domain.errors import EntryGoError, Kind, ValidationFailed

# Entries that have fields of their own on a page; more are answered by a file.
MAX_FIELDS = 50
_NAMED = re.compile(r"entryNumbers\.([0-9]+)\..*")


class GivenNumber(NamedTuple):
    """What a form says of one entry."""

    entry: int
    number: str


def numbers_in(form: Mapping[str, str], field: str) -> list[GivenNumber]:
    """`<field>_2` is that of entry 2; a blank one says nothing. In the order of the call's `entryNumbers`."""
    name = re.compile(rf"{field}_([0-9]{{1,3}})")
    return [
        GivenNumber(int(found[1]), given)
        for each, given in form.items()
        if given and (found := name.fullmatch(each))
    ]


def entry_at(path: str, given: Sequence[GivenNumber]) -> int | None:
    """The entry that `entryNumbers.1.entryNumber` is about: the second that was given."""
    named = _NAMED.fullmatch(path)
    place = int(named[1]) if named else len(given)
    return given[place].entry if place < len(given) else None


def by_entry(error: EntryGoError, given: Sequence[GivenNumber]) -> EntryGoError:
    """The error with each entry that it is about in the place of its position in the call."""
    issues = (error.details or {}).get("issues") or []
    if error.error_kind is not Kind.INVALID or not issues:
        return error
    return ValidationFailed.of(
        [(_place(str(each["path"]), given), str(each["message"]), str(each["code"])) for each in issues]
    )


def _place(path: str, given: Sequence[GivenNumber]) -> str:
    entry = entry_at(path, given)
    return path if entry is None else f"Entry {entry}"
