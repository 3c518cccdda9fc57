"""Files of what brokers entered: a row a line, what is of the whole entry repeated; and back to rows."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from entrygo.imports.entries import Fault, read_number, without_thousands
from entrygo.imports.rows import SourceRow

OF_THE_ENTRY = ("export_id", "entry")
# Column to the field of the body, of the whole entry, of a line and of the liquidation; amounts are USD.
HEAD = {
    "entry_number": "entryNumber",
    "entry_type": "entryType",
    "entry_date": "entryDate",
    "summary_date": "summaryDate",
    "entry_duty_usd": "dutyUsd",
    "entry_fees_usd": "feesUsd",
}
LINE = {
    "line": "line",
    "hts_code": "htsCode",
    "country_of_origin": "countryOfOrigin",
    "value_usd": "valueUsd",
    "quantity": "quantity",
    "unit": "unit",
    "duty_usd": "dutyUsd",
}
LIQUIDATION = {
    "liquidated_on": "liquidatedOn",
    "liquidated_duty_usd": "dutyUsd",
    "liquidated_fees_usd": "feesUsd",
}
NUMBERS = frozenset({"line", "quantity"})
COLUMNS = (*OF_THE_ENTRY, *HEAD, *LINE, *LIQUIDATION)
REQUIRED = (("export_id",), ("entry_number",))


@dataclass(slots=True)
class GivenEntry:
    """The rows of one entry, and the body that gives it back; `fault` says why there is none."""

    export_id: str
    entry: str
    rows: list[SourceRow] = field(default_factory=list)
    body: dict[str, Any] = field(default_factory=dict)
    # Those of the rows that are a line, in the order of the body's.
    line_rows: list[SourceRow] = field(default_factory=list)
    fault: str = ""

    def place(self, path: str) -> str:
        """Where a value of the body stands in the file: its column, of a line's with the row."""
        group, _, rest = path.partition(".")
        if group != "lines":
            name = rest if group == "liquidation" else group
            return _column(name, LIQUIDATION if group == "liquidation" else HEAD) or path
        number, _, name = rest.partition(".")
        column = _column(name, LINE)
        if not column or not number.isdecimal() or int(number) >= len(self.line_rows):
            return path
        return f"line {self.line_rows[int(number)].line}: {column}"


def given_entries(rows: Iterable[tuple[SourceRow, Mapping[str, str]]]) -> list[GivenEntry]:
    """The entries of a file in the order of their first rows; a row with its cells by our names."""
    found: dict[tuple[str, str], GivenEntry] = {}
    for row, cells in rows:
        export_id, entry = cells.get("export_id", ""), cells.get("entry", "") or "1"
        given = found.setdefault((export_id, entry), GivenEntry(export_id, entry))
        given.rows.append(row)
        try:
            if row.fault or not export_id:
                raise Fault(row.fault or "export_id is blank")
            if _take(given.body, cells):
                given.line_rows.append(row)
        except Fault as error:
            given.fault = given.fault or f"line {row.line}: {error}"
    return list(found.values())


def _column(name: str, names: Mapping[str, str]) -> str:
    return next((column for column, ours in names.items() if ours == name), "")


def _take(body: dict[str, Any], cells: Mapping[str, str]) -> bool:
    """Whether the row is a line."""
    _merge(body, _fields(cells, HEAD))
    liquidation = _fields(cells, LIQUIDATION)
    if liquidation:
        _merge(body.setdefault("liquidation", {}), liquidation)
    line = _fields(cells, LINE)
    if line:
        body.setdefault("lines", []).append(line)
    return bool(line)


def _fields(cells: Mapping[str, str], names: Mapping[str, str]) -> dict[str, Any]:
    return {ours: _value(column, cells[column]) for column, ours in names.items() if cells.get(column)}


def _value(column: str, cell: str) -> Any:
    if not column.endswith("_usd") and column not in NUMBERS:
        return cell
    return read_number(column, without_thousands(cell))


def _merge(into: dict[str, Any], given: Mapping[str, Any]) -> None:
    for name, value in given.items():
        if into.setdefault(name, value) != value:
            raise Fault(f"{name} is {into[name]} and {value} in the same entry")


def rows_of(reconciliation: Mapping[str, Any]) -> Iterator[Sequence[str]]:
    """The rows of an entry that was given back, in the order of COLUMNS: as `given_entries` reads them."""
    outcome = reconciliation["outcome"]
    head = {
        "export_id": reconciliation["exportId"],
        "entry": outcome["entry"],
        "entry_number": outcome["entryNumber"],
        "entry_type": outcome["entryType"],
        "entry_date": outcome["entryDate"],
        "summary_date": outcome["summaryDate"],
        "entry_duty_usd": outcome["dutyUsd"],
        "entry_fees_usd": outcome["feesUsd"],
        "liquidated_on": outcome["liquidatedOn"],
        "liquidated_duty_usd": outcome["liquidatedDutyUsd"],
        "liquidated_fees_usd": outcome["liquidatedFeesUsd"],
    }
    for line in reconciliation["lines"] or [{}]:
        cells = head | {column: line.get(ours) for column, ours in LINE.items()}
        yield [_cell(cells[column]) for column in COLUMNS]


def _cell(value: object) -> str:
    if value is None:
        return ""
    return format(Decimal(repr(value)), "f") if isinstance(value, float) else str(value)
