"""The columns of files that are ours, by the names that they have there."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from entrygo.imports.rows import SourceRow
from entrygo.records.csv_columns import COUNTRY, Column, columns_of
from entrygo.records.importer import IDENTITY as IMPORTER_IDENTITY
from entrygo.records.importer import IMPORTER
from entrygo.records.order import ORDER, ORDER_LINE
from entrygo.records.product import IDENTITY, PRODUCT
from entrygo.requests.texts import is_country

PRODUCT_FIELDS = {column.name: column for column in (*columns_of(IDENTITY), *columns_of(PRODUCT.fields))}
PRODUCT_COLUMNS = tuple(PRODUCT_FIELDS)

IMPORTER_FIELDS = {
    column.name: column for column in (*columns_of(IMPORTER_IDENTITY), *columns_of(IMPORTER.fields))
}
IMPORTER_COLUMNS = tuple(IMPORTER_FIELDS)

METADATA_PREFIX = "metadata."
# Kept with the order though no rule reads them. Other columns need a --map: they may name the buyer.
METADATA_COLUMNS = ("pick_wave", "facility_code")
ORDER_FIELDS = {column.name: column for column in columns_of(ORDER)}
LINE_FIELDS = {column.name: column for column in columns_of(ORDER_LINE)}
# Read to be refused: amounts are in USD.
CURRENCY_COLUMN = "currency"
ORDER_COLUMNS = (*ORDER_FIELDS, *LINE_FIELDS, *METADATA_COLUMNS, CURRENCY_COLUMN)
# One column for each country: hts_code_ca is read as hts_code_<country> is.
_BY_COUNTRY = {
    name.removesuffix(COUNTRY): column for name, column in PRODUCT_FIELDS.items() if COUNTRY in name
}


@dataclass(frozen=True, slots=True)
class Columns:
    """Our name of each column that is read, by the file's name; and the columns that are not read."""

    ours: Mapping[str, str]
    ignored: tuple[str, ...]

    def named(self, row: SourceRow) -> dict[str, str]:
        """The cells of a row that are read and not blank, by our names."""
        return {self.ours[name]: cell for name, cell in row.cells.items() if cell and name in self.ours}


def product_column(name: str) -> tuple[Column, str] | None:
    """What a column of a product file is, and the name of its value in the object that it belongs to."""
    if name in PRODUCT_FIELDS and COUNTRY not in name:
        return PRODUCT_FIELDS[name], PRODUCT_FIELDS[name].rest_name
    for prefix, column in _BY_COUNTRY.items():
        country = name.removeprefix(prefix)
        if name.startswith(prefix) and is_country(country):
            return column, country.upper()
    return None


def is_known(name: str, known: Sequence[str]) -> bool:
    """Whether a column of one of our kinds is called so."""
    return name in known or (known is PRODUCT_COLUMNS and product_column(name) is not None)
