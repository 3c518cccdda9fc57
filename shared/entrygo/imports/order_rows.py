"""Rows of an order file → orders. One row is one line; rows of an order may stand anywhere in the file.

Two passes: the first counts the rows of each order, the second hands an order on as soon as it has all of
its rows. So memory holds one number an order and the orders that are still open, not the file.
"""

from collections.abc import Iterable, Iterator, Mapping

from entrygo.domain.importer_number import comparable, masked
from entrygo.imports.columns import (
    CURRENCY_COLUMN,
    METADATA_COLUMNS,
    METADATA_PREFIX,
    ORDER_FIELDS,
    Columns,
)
from entrygo.imports.entries import Entry, Fault, JsonObject, Rejected, read_number
from entrygo.imports.rows import SourceFile, SourceRow
from entrygo.records.order import CURRENCY, OTHER_CURRENCY
from entrygo.requests.texts import is_country

IMPORTER = "importer_number"
# As order systems write the two countries that such files are about, with the code that is meant.
_CODES = {"USA": "US", "UNITED STATES": "US", "UNITED STATES OF AMERICA": "US", "CANADA": "CA", "CAN": "CA"}
# What the rows of an order say of the order as a whole, besides its id.
OF_THE_ORDER = tuple(
    (name, column.rest_name) for name, column in ORDER_FIELDS.items() if column.rest_name != "externalId"
)


def count_rows(source: SourceFile, columns: Columns) -> dict[int, int]:
    """How many rows each order has, by the hash of its id."""
    counts: dict[int, int] = {}
    for row in source.rows():
        key = hash(columns.named(row).get("order_id", ""))
        counts[key] = counts.get(key, 0) + 1
    return counts


def order_entries(
    rows: Iterable[SourceRow], columns: Columns, counts: Mapping[int, int]
) -> Iterator[Entry | Rejected]:
    """Every order with all of its rows. A fault in one row refuses the whole order, and names each row."""
    missing = dict(counts)
    open_orders: dict[str, list[SourceRow]] = {}
    for row in rows:
        order_id = columns.named(row).get("order_id", "")
        key = hash(order_id)
        missing[key] = missing.get(key, 0) - 1
        if not order_id:
            yield Rejected(row, row.fault or "order_id is missing")
            continue
        open_orders.setdefault(order_id, []).append(row)
        if missing[key] <= 0:
            yield from _order(order_id, open_orders.pop(order_id), columns)
    # Left only if two ids have one hash, or the file changed between the passes.
    for order_id, its_rows in open_orders.items():
        yield from _order(order_id, its_rows, columns)


def _order(order_id: str, rows: list[SourceRow], columns: Columns) -> Iterator[Entry | Rejected]:
    faults: dict[int, str] = {}
    lines = []
    cells = [columns.named(row) for row in rows]
    for position, row in enumerate(rows):
        try:
            if row.fault:
                raise Fault(row.fault)
            lines.append(_line(cells[position]))
        except Fault as fault:
            faults[position] = str(fault)
    try:
        agreed = _agreed(cells)
    except Fault as fault:
        faults = {position: faults.get(position, str(fault)) for position in range(len(rows))}
    if faults:
        yield from refused(order_id, rows, faults)
        return
    item: JsonObject = {"externalId": order_id, **agreed, "items": lines}
    if metadata := _metadata(cells):
        item["metadata"] = metadata
    yield Entry(item, tuple(rows), order_id)


def refused(
    name: str, rows: Iterable[SourceRow], faults: Mapping[int, str], *, noun: str = "order"
) -> Iterator[Rejected]:
    """Every row of an order, or of another thing: its own fault, or which line keeps the whole back."""
    listed = list(rows)
    culprit = min(faults)
    for position, row in enumerate(listed):
        reason = faults.get(position) or (
            f"{noun} {name} is refused as a whole, see line {listed[culprit].line}: {faults[culprit]}"
        )
        yield Rejected(row, reason)


def _line(cells: Mapping[str, str]) -> JsonObject:
    """A product's own id wins over its SKU; which product a SKU names, the server knows."""
    if cells.get(CURRENCY_COLUMN, CURRENCY).upper() != CURRENCY:
        raise Fault(f"{CURRENCY_COLUMN} is {cells[CURRENCY_COLUMN]!r}. {OTHER_CURRENCY}")
    product_id = cells.get("product_id")
    return {
        **({"productId": product_id} if product_id else {"sku": _needed(cells, "sku")}),
        "quantity": read_number("quantity", _needed(cells, "quantity"), positive=True),
        "unitValueUsd": read_number("unit_price_usd", _needed(cells, "unit_price_usd")),
    }


def _needed(cells: Mapping[str, str], column: str) -> str:
    if column not in cells:
        raise Fault(f"{column} is missing")
    return cells[column]


def _agreed(cells: list[dict[str, str]]) -> JsonObject:
    """What the rows agree on; a blank says nothing. ZIPs go as they are: planning judges them."""
    agreed: JsonObject = {}
    for column, name in OF_THE_ORDER:
        # One importer's number has several forms.
        same = comparable if column == IMPORTER else str
        given = list({same(row[column]): row[column] for row in cells if column in row}.values())
        if len(given) > 1:
            shown = map(masked if column == IMPORTER else repr, given)
            raise Fault(f"rows of this order disagree on {column}: {', '.join(shown)}")
        if given:
            agreed[name] = given[0]
    country = agreed.get("destinationCountry")
    if country is None:
        raise Fault("ship_to_country is missing")
    if not is_country(str(country)):
        meant = _CODES.get(str(country).upper().replace(".", ""))
        hint = f", {meant}" if meant else ""
        raise Fault(f"ship_to_country is {country!r}: expected a two-letter code{hint}")
    return {**agreed, "destinationCountry": str(country).upper()}


def _metadata(cells: list[dict[str, str]]) -> JsonObject:
    """Of each metadata column the first cell that is not blank."""
    found: JsonObject = {}
    for row in cells:
        for column, cell in row.items():
            if column in METADATA_COLUMNS or column.startswith(METADATA_PREFIX):
                found.setdefault(column.removeprefix(METADATA_PREFIX), cell)
    return found
