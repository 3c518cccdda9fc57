"""Rows of a product file → products. A blank cell is not sent, so it never clears what is stored."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import cast

from entrygo.imports.columns import Columns, product_column
from entrygo.imports.entries import Entry, Fault, JsonObject, Rejected, read_number
from entrygo.imports.rows import SourceRow
from entrygo.records.csv_columns import Column
from entrygo.records.kinds import Amount, Percent

# What stands for a SKU in the row below a spreadsheet's figures: Total, Grand total:, Totals (21).
_TOTALS = re.compile(r"((grand|sub)[ -]?)?totals?[ :.=]*(\([^)]*\))?", re.IGNORECASE)
# A row of figures has none of these; a product that is really called so has one.
_OF_A_PRODUCT = ("name", "customs_description", "hts_code", "country_of_origin")


def product_entries(rows: Iterable[SourceRow], columns: Columns) -> Iterator[Entry | Rejected]:
    """One product a row; a second row for the same product is refused, as one of them must be wrong."""
    seen: dict[str, int] = {}
    for row in rows:
        cells = columns.named(row)
        external_id = cells.pop("external_id", "") or cells.get("sku", "")
        try:
            _check(row, external_id, seen)
            _check_no_totals(external_id, cells)
            yield Entry({"externalId": external_id, **_product(cells)}, (row,), external_id)
            seen[external_id] = row.line
        except Fault as fault:
            yield Rejected(row, str(fault))


def _check(row: SourceRow, external_id: str, seen: dict[str, int]) -> None:
    if row.fault:
        raise Fault(row.fault)
    if not external_id:
        raise Fault("sku is missing")
    if external_id in seen:
        raise Fault(f"{external_id} is already on line {seen[external_id]}")


def _check_no_totals(external_id: str, cells: Mapping[str, str]) -> None:
    if _TOTALS.fullmatch(external_id) and not any(name in cells for name in _OF_A_PRODUCT):
        raise Fault(f"{external_id!r} looks like a row of totals: delete it, or give the product a name")


def _product(cells: dict[str, str]) -> JsonObject:
    product: JsonObject = {}
    for name, cell in cells.items():
        found = product_column(name)
        assert found is not None, "columns that nobody knows are not read"
        column, key = found
        is_number = isinstance(column.kind, Amount | Percent)
        _owner(product, column)[key] = read_number(name, cell) if is_number else cell
    return product


def _owner(product: JsonObject, column: Column) -> JsonObject:
    """The object that a column belongs to, made when it is the first time."""
    owner = product
    for name in column.objects:
        owner = cast("JsonObject", owner.setdefault(name, {}))
    if column.member is None:
        return owner
    member = column.member
    members = cast("list[JsonObject]", owner.setdefault(member.list_name, []))
    for one in members:
        if one[member.key] == member.word:
            return one
    members.append({member.key: member.word})
    return members[-1]
