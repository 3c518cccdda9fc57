"""Rows of a product file → products. A blank cell is not sent, so it never clears what is stored."""

from collections.abc import Iterable, Iterator

from entrygo.cli.imports.columns import HTS_PREFIX, METALS, Columns
from entrygo.cli.imports.entries import Entry, Fault, JsonObject, Rejected, read_number
from entrygo.cli.imports.reading import SourceRow

NUMBERS = ("weight_kg", "value_usd", "metal_pct", "weight_pct")
# The objects within a product, by the prefix of their columns; a dot leads into an object of an object.
OBJECTS = (
    ("manufacturer_", "manufacturer"),
    ("usmca_", "usmca"),
    ("section_232_", "section232"),
    ("section_301_", "section301"),
    ("section_338_", "section338"),
    ("adcvd_case_", "adcvdCase"),
    ("supply_chain_", "supplyChain"),
    ("dangerous_goods_", "dangerousGoods"),
    *(
        (f"{agency}_", f"pga.{agency}")
        for agency in ("fda", "cpsc", "fcc", "usda", "fws", "epa", "dot", "ttb")
    ),
)


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
    metals: dict[str, JsonObject] = {}
    for column, cell in cells.items():
        value: object = read_number(column, cell) if column.endswith(NUMBERS) else cell
        metal, datum = _metal_of(column)
        if metal:
            metals.setdefault(metal, {"metal": metal})[camel_case(datum)] = value
        elif column.startswith(HTS_PREFIX):
            _within(product, "htsCodes")[column.removeprefix(HTS_PREFIX).upper()] = value
        else:
            owner, name = _place_of(column, product)
            owner[camel_case(name)] = value
    if metals:
        _within(product, "section232")["metals"] = list(metals.values())
    return product


def _metal_of(column: str) -> tuple[str, str]:
    """`section_232_steel_melt_pour` is the datum melt_pour of steel; other columns are of no metal."""
    metal, _, datum = column.removeprefix("section_232_").partition("_")
    return (metal, datum) if column.startswith("section_232_") and metal in METALS else ("", "")


def _place_of(column: str, product: JsonObject) -> tuple[JsonObject, str]:
    """The object that a column belongs to, and its name there."""
    for prefix, path in OBJECTS:
        if column.startswith(prefix):
            return _within(product, path), column.removeprefix(prefix)
    return product, column


def _within(product: JsonObject, path: str) -> JsonObject:
    """The object at `path`, made when it is the first time."""
    owner = product
    for name in path.split("."):
        inner = owner.setdefault(name, {})
        assert isinstance(inner, dict)
        owner = inner
    return owner


def camel_case(name: str) -> str:
    """hts_code → htsCode."""
    first, *rest = name.split("_")
    return first + "".join(part.capitalize() for part in rest)
