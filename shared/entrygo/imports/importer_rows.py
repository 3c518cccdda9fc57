"""Rows of a file of importers → importers. One row is one power of attorney; most importers have one row.

A blank cell is not sent, so it never clears what is stored. Such a file has hundreds of rows: it is read
whole.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import cast

from entrygo.domain.importer_number import masked
from entrygo.imports.columns import IMPORTER_FIELDS, Columns
from entrygo.imports.entries import Entry, Fault, JsonObject, Rejected, read_flag, read_number
from entrygo.imports.order_rows import refused
from entrygo.imports.rows import SourceRow
from entrygo.records.csv_columns import Column
from entrygo.records.kinds import Amount, Flag

ID, NUMBER = "external_id", "number"


def importer_entries(rows: Iterable[SourceRow], columns: Columns) -> Iterator[Entry | Rejected]:
    """Every importer with all of its rows. A fault in one row refuses the importer, and names each row."""
    found: dict[str, list[SourceRow]] = {}
    for row in rows:
        external_id = columns.named(row).get(ID, "")
        if row.fault or not external_id:
            yield Rejected(row, row.fault or f"{ID} is missing")
        else:
            found.setdefault(external_id, []).append(row)
    for external_id, its_rows in found.items():
        yield from _importer(external_id, its_rows, columns)


def _importer(external_id: str, rows: list[SourceRow], columns: Columns) -> Iterator[Entry | Rejected]:
    importer: JsonObject = {"externalId": external_id}
    try:
        for name, cell in _agreed([columns.named(row) for row in rows]).items():
            _owner(importer, IMPORTER_FIELDS[name])[IMPORTER_FIELDS[name].rest_name] = _value(name, cell)
    except Fault as fault:
        yield from refused(external_id, rows, {0: str(fault)}, noun="importer")
        return
    for row in rows:
        for list_name, one in _of_the_row(columns.named(row)).items():
            cast("list[JsonObject]", importer.setdefault(list_name, [])).append(one)
    yield Entry(importer, tuple(rows), external_id)


def _agreed(rows: Sequence[Mapping[str, str]]) -> dict[str, str]:
    """What the rows say of the importer as a whole; a blank says nothing."""
    agreed: dict[str, str] = {}
    for cells in rows:
        for name, cell in cells.items():
            if name == ID or IMPORTER_FIELDS[name].list_name:
                continue
            if agreed.setdefault(name, cell) != cell:
                shown = map(masked if name == NUMBER else repr, (agreed[name], cell))
                raise Fault(f"rows of this importer disagree on {name}: {', '.join(shown)}")
    return agreed


def _of_the_row(cells: Mapping[str, str]) -> Mapping[str, JsonObject]:
    """The object of each list that this row holds."""
    found: dict[str, JsonObject] = {}
    for name, cell in cells.items():
        column = IMPORTER_FIELDS[name]
        if column.list_name:
            found.setdefault(column.list_name, {})[column.rest_name] = cell
    return found


def _owner(importer: JsonObject, column: Column) -> JsonObject:
    owner = importer
    for name in column.objects:
        owner = cast("JsonObject", owner.setdefault(name, {}))
    return owner


def _value(name: str, cell: str) -> object:
    match IMPORTER_FIELDS[name].kind:
        case Flag():
            return read_flag(name, cell)
        case Amount():
            return read_number(name, cell)
        case _:
            return cell


def importer_rows(importers: Iterable[Mapping[str, object]]) -> Iterator[list[str]]:
    """What a server answered of importers, as rows of a file that `importer_entries` reads."""
    for importer in importers:
        lists = {column.list_name for column in IMPORTER_FIELDS.values() if column.list_name}
        longest = max(len(cast("list[object]", importer.get(name) or ())) for name in lists)
        for position in range(max(1, longest)):
            yield [_cell(importer, column, position) for column in IMPORTER_FIELDS.values()]


def _cell(importer: Mapping[str, object], column: Column, position: int) -> str:
    owner: object = importer
    for name in column.objects:
        owner = cast("Mapping[str, object]", owner or {}).get(name)
    if column.list_name:
        listed = cast("Sequence[object]", importer.get(column.list_name) or ())
        owner = listed[position] if position < len(listed) else None
    value = cast("Mapping[str, object]", owner or {}).get(column.rest_name)
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else str(value)
