"""The differences between an export and its successor, as people read them. Pure."""

from entrygo.domain.snapshot import Amendment, Change


def changes_in_words(amendment: Amendment) -> list[str]:
    """One sentence a difference, the first ones; the last one counts those that are not listed."""
    words = [_in_words(change) for change in amendment.changes]
    if amendment.more_changes:
        words.append(f"{amendment.more_changes:,} further changes.")
    return words


def _in_words(change: Change) -> str:
    what = f"{change.subject.capitalize()} {change.name or change.id}".rstrip()
    if change.subject == "export":
        what = "The export"
    if not change.field:
        return f"{what}: {'left out' if change.after is None else 'added'}."
    name = change.field.replace("_", " ").replace(".", ": ")
    return f"{what}: {name} was {_value(change.before)}, is now {_value(change.after)}."


def _value(value: str | None) -> str:
    return "not given" if value in (None, "") else str(value)
