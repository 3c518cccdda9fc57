"""Maps the issues of a server's answer to the rows of the file, by the names of its columns."""

from collections.abc import Iterator, Mapping, Sequence

from entrygo.imports.batches import Issue
from entrygo.imports.columns import IMPORTER_FIELDS, LINE_FIELDS, ORDER_FIELDS, PRODUCT_FIELDS
from entrygo.imports.entries import Entry, JsonObject, Rejected
from entrygo.imports.order_rows import refused
from entrygo.imports.wanted import column_at, form_of
from entrygo.records.csv_columns import Column
from entrygo.records.kinds import Day, OwnName, Text


def describe_product(entry: Entry, issues: Sequence[Issue]) -> Iterator[Rejected]:
    """One row, with everything that is wrong with it."""
    yield Rejected(entry.rows[0], _texts(issues, PRODUCT_FIELDS, entry.item))


def describe_importer(entry: Entry, issues: Sequence[Issue]) -> Iterator[Rejected]:
    """All rows of the importer, with everything that is wrong with it."""
    reason = _texts(issues, IMPORTER_FIELDS, entry.item)
    yield from refused(entry.name, entry.rows, {0: reason}, noun="importer")


def describe_order(entry: Entry, issues: Sequence[Issue]) -> Iterator[Rejected]:
    """An issue of a line goes to its row, one of the order to the first row."""
    faults: dict[int, list[str]] = {}
    for issue in issues:
        head, _, rest = str(issue.get("path", "")).partition(".")
        position, _, field = rest.partition(".")
        if head == "items" and position.isdecimal() and int(position) < len(entry.rows):
            text = _text({**issue, "path": field}, LINE_FIELDS, entry.item)
            faults.setdefault(int(position), []).append(text)
        else:
            faults.setdefault(0, []).append(_text(issue, ORDER_FIELDS, entry.item))
    reasons = {position: "; ".join(texts) for position, texts in faults.items()}
    yield from refused(entry.name, entry.rows, reasons)


def _texts(issues: Sequence[Issue], columns: Mapping[str, Column], item: JsonObject) -> str:
    return "; ".join(_text(issue, columns, item) for issue in issues)


def _text(issue: Issue, columns: Mapping[str, Column], item: JsonObject) -> str:
    """`country_of_origin: Expected an ISO code (wanted: two letters)`."""
    path = str(issue.get("path", ""))
    message = str(issue.get("message", "refused"))
    found = column_at(path, columns.values(), item)
    if found is not None:
        name, kind = found
        # Of a text the message alone says what it lacks, and so it does of a day that has its form; some
        # messages say the form by themselves.
        is_day = isinstance(kind, Day) and issue.get("code") in ("too_small", "too_big")
        is_said = is_day or isinstance(kind, Text | OwnName) or form_of(kind) in message
        form = "" if is_said else f" (wanted: {form_of(kind)})"
        return f"{name}: {message}{form}"
    field = path.rpartition(".")[2]
    return f"{field}: {message}" if field and not field.isdecimal() else message
