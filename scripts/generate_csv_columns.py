"""Writes docs/csv-columns.md, the reference of import files, from the declarations of records."""

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from entrygo.imports.columns import (
    CURRENCY_COLUMN,
    IMPORTER_FIELDS,
    LINE_FIELDS,
    METADATA_COLUMNS,
    METADATA_PREFIX,
    ORDER_FIELDS,
    PRODUCT_FIELDS,
)
from entrygo.imports.wanted import form_of
from entrygo.records.csv_columns import Column
from entrygo.records.order import CURRENCY as USD

PAGE = Path(__file__).resolve().parent.parent / "docs" / "csv-columns.md"

INTRODUCTION = """\
# Columns of import files

`entrygo products import`, `entrygo orders import`, `entrygo importers import` and Files in the console read
CSV (`,`, `;`, `|` or tabs between the cells, or what a first line `sep=;` of Excel names), XLSX (its first
sheet) and NDJSON with these names, in capitals or not, with blanks or underscores: `Ship to ZIP` is
`ship_to_zip`. A column with another name in your file is mapped by `--map theirs=ours`, or by choosing. The
order of columns does not matter, and a blank cell leaves what is stored as it is. A title above the names of
the columns is passed over. A command refuses a file that lacks a needed column or has one that is neither
known nor mapped; it names all of them with the nearest of ours and the options to add, and `--ignore-unknown`
leaves such columns unread.

This page is generated from the declarations in `shared/entrygo/records/` by `make columns`.
"""
PRODUCTS = """
## Products

One product a row. A row needs `sku` or `external_id`; weights are in kg, values in USD.
"""
ORDERS = """
## Orders

One line of an order a row. The rows of an order may stand anywhere in the file, and agree on what they say of
the order. A line names its product by `sku` or `product_id`.
"""
IMPORTERS = """
## Importers

One power of attorney of an importer a row; the rows of an importer agree on what they say of it. `yes`, `no`,
`1` and `0` do for `true` and `false`. `entrygo importers export` writes such a file.
"""
KEPT = " and ".join(f"`{name}`" for name in METADATA_COLUMNS)
METADATA = f"""
{KEPT} are kept with the order as metadata, as is any other column that is mapped to
`{METADATA_PREFIX}<name>`.
"""


CURRENCY = (
    f"| `{CURRENCY_COLUMN}` | `{USD}` | What the values are in; a row of another currency is refused |\n"
)


def main() -> int:
    """Writes the page, or to the path that is given."""
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else PAGE
    target.write_text(page(), encoding="utf-8")
    return 0


def page() -> str:
    """The page as it should be."""
    products = _table(PRODUCT_FIELDS.values())
    orders = _table([*ORDER_FIELDS.values(), *LINE_FIELDS.values()]) + CURRENCY
    importers = _table(IMPORTER_FIELDS.values())
    return "".join([INTRODUCTION, PRODUCTS, products, ORDERS, orders, METADATA, IMPORTERS, importers])


def _table(columns: Iterable[Column]) -> str:
    return "\n".join(["", "| column | takes | meaning |", "|---|---|---|", *_rows(columns), ""])


def _rows(columns: Iterable[Column]) -> Iterator[str]:
    for column in columns:
        takes = form_of(column.kind, quoted=lambda word: f"`{word}`")
        takes += "; required" if column.required else ""
        yield f"| `{column.name}` | {takes} | {column.about} |"


if __name__ == "__main__":
    sys.exit(main())
