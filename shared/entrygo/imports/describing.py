"""Maps the issues of a server's answer to the rows of the file."""

from collections.abc import Iterator, Sequence

from entrygo.imports.batches import Issue
from entrygo.imports.entries import Entry, Rejected
from entrygo.imports.order_rows import refused


def describe_product(entry: Entry, issues: Sequence[Issue]) -> Iterator[Rejected]:
    """One row, with everything that is wrong with it."""
    yield Rejected(entry.rows[0], "; ".join(map(_text, issues)))


def describe_importer(entry: Entry, issues: Sequence[Issue]) -> Iterator[Rejected]:
    """All rows of the importer, with everything that is wrong with it."""
    yield from refused(entry.name, entry.rows, {0: "; ".join(map(_text, issues))}, noun="importer")


def describe_order(entry: Entry, issues: Sequence[Issue]) -> Iterator[Rejected]:
    """An issue of a line goes to its row, one of the order to the first row."""
    faults: dict[int, list[str]] = {}
    for issue in issues:
        head, _, rest = str(issue.get("path", "")).partition(".")
        position = rest.partition(".")[0]
        is_line = head == "items" and position.isdecimal() and int(position) < len(entry.rows)
        faults.setdefault(int(position) if is_line else 0, []).append(_text(issue))
    reasons = {position: "; ".join(texts) for position, texts in faults.items()}
    yield from refused(entry.name, entry.rows, reasons)


def _text(issue: Issue) -> str:
    field = str(issue.get("path", "")).rpartition(".")[2]
    message = str(issue.get("message", "refused"))
    return f"{field}: {message}" if field and not field.isdecimal() else message
