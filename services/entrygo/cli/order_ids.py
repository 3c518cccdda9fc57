"""The file of ids that `orders import` writes and `export plan` reads, and the export it was planned as."""

import csv
from collections.abc import Set
from pathlib import Path

import typer

ID_COLUMNS = ("entrygo_order_id", "orderId", "order_id", "id")
EXTERNAL_ID_COLUMN = "external_id"
EXPORT_COLUMN = "export_id"
ORDER_PREFIX = "ord_"


def read_order_ids(file: Path) -> dict[str, str]:
    """Order ids to external ids ("" where unknown), of a CSV with a column of ids or one id a line."""
    rows = _rows(file)
    if not rows or rows[0][0].startswith(ORDER_PREFIX):
        return {row[0]: "" for row in rows}
    header, *records = rows
    column = next((header.index(name) for name in ID_COLUMNS if name in header), None)
    if column is None:
        raise typer.BadParameter(f"{file} has none of the columns {', '.join(ID_COLUMNS)}.")
    named = {row[column]: row for row in records if len(row) > column}
    if not any(name.startswith(ORDER_PREFIX) for name in named):
        raise typer.BadParameter(
            f"{file} holds no EntryGo ids of orders: `entrygo orders import` writes them to FILE.ids.csv."
        )
    external = header.index(EXTERNAL_ID_COLUMN) if EXTERNAL_ID_COLUMN in header else len(header)
    return {name: "".join(row[external : external + 1]) for name, row in named.items()}


def remembered_export(file: Path) -> str | None:
    """The export that these orders were last planned as; None before the first plan.

    Ids sort by the time at which they were made: beside orders that left before, the greatest is the last.
    """
    header, *records = _rows(file) or [[]]
    if EXPORT_COLUMN not in header:
        return None
    column = header.index(EXPORT_COLUMN)
    return max((row[column] for row in records if len(row) > column and row[column]), default=None)


def remember_export(file: Path, export_id: str, left_before: Set[str] = frozenset()) -> None:
    """Writes the export into a column of the file; a list of bare ids stays as it is.

    `left_before` are orders that already left with another export: that one stays beside them.
    """
    rows = _rows(file)
    if not rows or rows[0][0].startswith(ORDER_PREFIX) or remembered_export(file) == export_id:
        return
    header, *records = rows
    names = [name for name in header if name != EXPORT_COLUMN]
    with file.open("w", encoding="utf-8-sig", newline="") as lines:
        writer = csv.writer(lines)
        writer.writerow([*names, EXPORT_COLUMN])
        for record in records:
            cells = dict(zip(header, record, strict=False))
            has_left = not left_before.isdisjoint(cells.values())
            export = cells.get(EXPORT_COLUMN, "") if has_left else export_id
            writer.writerow([*(cells.get(name, "") for name in names), export])


def _rows(file: Path) -> list[list[str]]:
    try:
        with file.open(encoding="utf-8-sig", newline="") as lines:
            return [row for row in csv.reader(lines) if row]
    except (UnicodeDecodeError, csv.Error) as error:
        raise typer.BadParameter(f"{file} is no CSV in UTF-8: {error}.") from error
