"""Rows of a product file → products. A blank cell is not sent, so it never clears what is stored."""

from collections.abc import Iterable, Iterator

from entrygo.cli.imports.columns import Columns
from entrygo.cli.imports.entries import Entry, Fault, JsonObject, Rejected, read_number
from entrygo.cli.imports.reading import SourceRow

NUMBERS = frozenset({"net_weight_kg", "gross_weight_kg", "unit_value_usd", "section_232_us_metal_pct"})
# The objects within a product, by the prefix of their columns.
OBJECTS = (("manufacturer_", "manufacturer"), ("usmca_", "usmca"), ("section_232_", "section232"))


def product_entries(rows: Iterable[SourceRow], columns: Columns) -> Iterator[Entry | Rejected]:
    """One product a row; a second row for the same product is refused, as one of them must be wrong."""
    seen: dict[str, int] = {}
    for row in rows:
        cells = columns.named(row)
        external_id = cells.pop("external_id", "") or cells.get("sku", "")
        try:
            _check(row, external_id, seen)
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


def _product(cells: dict[str, str]) -> JsonObject:
    product: JsonObject = {}
    nested: dict[str, JsonObject] = {}
    for column, cell in cells.items():
        value = read_number(column, cell) if column in NUMBERS else cell
        for prefix, name in OBJECTS:
            if column.startswith(prefix):
                nested.setdefault(name, {})[camel_case(column.removeprefix(prefix))] = value
                break
        else:
            product[camel_case(column)] = value
    return {**product, **nested}


def camel_case(name: str) -> str:
    """hts_code → htsCode."""
    first, *rest = name.split("_")
    return first + "".join(part.capitalize() for part in rest)
