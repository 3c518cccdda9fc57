"""The kinds of files that imports take: the columns of each, and how its rows become items."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from entrygo.imports.batches import Describe
from entrygo.imports.columns import (
    IMPORTER_COLUMNS,
    ORDER_COLUMNS,
    PRODUCT_COLUMNS,
    Columns,
)
from entrygo.imports.describing import describe_importer, describe_order, describe_product
from entrygo.imports.entries import Entry, Rejected
from entrygo.imports.importer_rows import importer_entries
from entrygo.imports.order_rows import count_rows, order_entries
from entrygo.imports.product_rows import product_entries
from entrygo.imports.rows import SourceFile
from entrygo.imports.suggesting import suggested

Entries = Iterator[Entry | Rejected]


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """What a file of it holds. `marks`: columns of this kind alone. `keeps_metadata`: others may be kept."""

    noun: str
    known: Sequence[str]
    # One of each tuple has to be there.
    required: Sequence[tuple[str, ...]]
    marks: frozenset[str]
    entries: Callable[[SourceFile, Columns], Entries]
    describe: Describe
    keeps_metadata: bool = False

    def __reduce__(self) -> tuple[Callable[[str], "Kind | None"], tuple[str]]:
        """Another process that is sent it has the same one."""
        return kind_named, (self.noun,)


def _orders(source: SourceFile, columns: Columns) -> Entries:
    return order_entries(source.rows(), columns, count_rows(source, columns))


ORDERS = Kind(
    noun="orders",
    known=ORDER_COLUMNS,
    required=(
        ("order_id",),
        ("ship_to_country",),
        ("sku", "product_id"),
        ("quantity",),
        ("unit_price_usd",),
    ),
    marks=frozenset(ORDER_COLUMNS) - {*PRODUCT_COLUMNS, *IMPORTER_COLUMNS},
    entries=_orders,
    describe=describe_order,
    keeps_metadata=True,
)
PRODUCTS = Kind(
    noun="products",
    known=PRODUCT_COLUMNS,
    required=(("sku", "external_id"),),
    marks=frozenset(PRODUCT_COLUMNS) - {*ORDER_COLUMNS, *IMPORTER_COLUMNS},
    entries=lambda source, columns: product_entries(source.rows(), columns),
    describe=describe_product,
)
IMPORTERS = Kind(
    noun="importers",
    known=IMPORTER_COLUMNS,
    required=(("external_id",),),
    marks=frozenset(IMPORTER_COLUMNS) - {*ORDER_COLUMNS, *PRODUCT_COLUMNS},
    entries=lambda source, columns: importer_entries(source.rows(), columns),
    describe=describe_importer,
)
KINDS = (ORDERS, PRODUCTS, IMPORTERS)


def kind_named(noun: str) -> Kind | None:
    """The kind of file with that noun (`orders`); None for a word that is none."""
    return next((kind for kind in KINDS if kind.noun == noun), None)


# So many columns of another kind alone are no coincidence.
PLAIN = 2


def recognised(columns: Sequence[str]) -> Kind | None:
    """The kind whose own columns the file has most of; None where it has none of any, or of two as many."""
    (kind, most), (_, second) = _by_marks(columns)[:2]
    return kind if most > second else None


def mistaken(columns: Sequence[str], kind: Kind) -> Kind | None:
    """The other kind that a file is plainly of which is taken for `kind`; None where it may be of `kind`."""
    found, marks = _by_marks(columns)[0]
    return found if found is not kind and marks >= PLAIN and recognised(columns) is found else None


def _by_marks(columns: Sequence[str]) -> list[tuple[Kind, int]]:
    counts = [(kind, len(kind.marks & set(suggested(columns, kind.known).values()))) for kind in KINDS]
    return sorted(counts, key=lambda each: each[1], reverse=True)


def missing(kind: Kind, ours: Sequence[str]) -> list[str]:
    """What a file of this kind cannot do without and these columns lack, in words."""
    return [" or ".join(one) for one in kind.required if not set(one) & set(ours)]
