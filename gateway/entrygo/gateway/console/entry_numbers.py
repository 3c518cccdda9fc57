"""The numbers of several entries as one form gives them, and what is wrong with them by entry. Pure."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from entrygo.domain.errors import EntryGoError, Kind, ValidationFailed

# Entries that have fields of their own on the page, as on the broker's.
MAX_FIELDS = 50
_FIELD = re.compile(r"entryNumber_([0-9]{1,3})")
_NAMED = re.compile(r"entryNumbers\.([0-9]+)\..*")


def numbers_in(form: Mapping[str, str]) -> list[dict[str, Any]]:
    """`entryNumber_2` is that of entry 2; a blank one says nothing. As REST's `entryNumbers`."""
    return [
        {"entry": int(found[1]), "entryNumber": given}
        for name, given in form.items()
        if given and (found := _FIELD.fullmatch(name))
    ]


def by_entry(error: EntryGoError, given: Sequence[Mapping[str, Any]]) -> EntryGoError:
    """The error with each entry that it is about in the place of its position in the call."""
    issues = (error.details or {}).get("issues") or []
    if error.error_kind is not Kind.INVALID or not issues:
        return error
    return ValidationFailed.of(
        [(_place(str(each["path"]), given), str(each["message"]), str(each["code"])) for each in issues]
    )


def _place(path: str, given: Sequence[Mapping[str, Any]]) -> str:
    named = _NAMED.fullmatch(path)
    place = int(named[1]) if named else len(given)
    return f"Entry {given[place]['entry']}" if place < len(given) else path
