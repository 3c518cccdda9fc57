"""Which column of a file means what: the default names, and `--map theirs=ours` on top of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from entrygo.imports.rows import LINE_COLUMN, NOTE_COLUMN, REASON_COLUMN, SourceRow
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


class WrongColumns(Exception):
    """The file's columns, or the mapping of them, cannot be used; nothing was sent."""


@dataclass(frozen=True, slots=True)
class Columns:
    """Our name of each column that is read, by the file's name; and the columns that are not read."""

    ours: Mapping[str, str]
    ignored: tuple[str, ...]

    def named(self, row: SourceRow) -> dict[str, str]:
        """The cells of a row that are read and not blank, by our names."""
        return {self.ours[name]: cell for name, cell in row.cells.items() if cell and name in self.ours}


def parse_mapping(pairs: Sequence[str]) -> dict[str, str]:
    """`["Order No=order_id"]` → `{"Order No": "order_id"}`."""
    mapping = {}
    for pair in pairs:
        theirs, separator, ours = pair.rpartition("=")
        if not separator or not theirs.strip() or not ours.strip():
            raise WrongColumns(f"--map {pair}: write it as theirs=ours.")
        mapping[theirs.strip()] = ours.strip()
    return mapping


def choose_columns(
    found: Sequence[str],
    mapping: Mapping[str, str],
    *,
    known: Sequence[str],
    required: Sequence[tuple[str, ...]],
    metadata: bool = False,
) -> Columns:
    """Applies defaults and mapping; WrongColumns when a required one is missing or one is named twice.

    `required` lists alternatives: one of each tuple must be there. A mapped column wins over a default.
    """
    _check_mapping(found, mapping, known, metadata)
    taken = {*mapping, *mapping.values()}
    ours = dict(mapping)
    ours |= {name: name for name in found if is_known(name, known) and name not in taken}
    for alternatives in required:
        if not set(alternatives) & set(ours.values()):
            wanted = " or ".join(alternatives)
            raise WrongColumns(f"No column {wanted}. Map yours: --map 'its name={alternatives[0]}'.")
    own = {REASON_COLUMN, LINE_COLUMN, NOTE_COLUMN, ""}
    return Columns(ours, tuple(name for name in found if name not in ours and name not in own))


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


def _check_mapping(
    found: Sequence[str], mapping: Mapping[str, str], known: Sequence[str], metadata: bool
) -> None:
    absent = [name for name in mapping if name not in found]
    if absent:
        raise WrongColumns(f"The file has no column {', '.join(absent)}. It has: {', '.join(found)}.")
    unknown = [
        name
        for name in mapping.values()
        if not is_known(name, known) and not (metadata and name.startswith(METADATA_PREFIX))
    ]
    if unknown:
        raise WrongColumns(f"Cannot map to {', '.join(unknown)}. Known: {', '.join(known)}.")
    targets = list(mapping.values())
    doubled = sorted({name for name in targets if targets.count(name) > 1})
    if doubled:
        raise WrongColumns(f"Two columns are mapped to {', '.join(doubled)}.")
