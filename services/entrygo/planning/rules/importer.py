"""Rules on the importer of record: who answers for the entry, and with what security."""

from collections.abc import Iterable, Iterator, Sequence

from entrygo.domain.facts import Order
from entrygo.domain.importer_number import comparable, masked
from entrygo.domain.snapshot import Severity
from entrygo.planning.rules.base import Batch, BatchRule, Context, Problem, Rule, is_blank
from entrygo.planning.savings import INFORMAL

MAX_LISTED = 3


def _incomplete(batch: Batch, context: Context) -> Sequence[Problem]:
    importer = batch.warehouse.importer_of_record
    address = importer.address
    has_address = not any(map(is_blank, (address.line_1, address.city, address.country)))
    parts = (
        ("name", "name", not is_blank(importer.name)),
        ("number", "IOR number", not is_blank(importer.number)),
        ("power_of_attorney", "POA", importer.power_of_attorney is True),
        ("address", "address", has_address),
    )
    return [Problem(f"Importer of record lacks {name}.", field) for field, name, given in parts if not given]


def _bond(batch: Batch, context: Context) -> Sequence[Problem]:
    if batch.entry_type == INFORMAL or batch.warehouse.importer_of_record.bond is not None:
        return []
    return [Problem("Formal entry needs a bond and none is on file.")]


def _mixed(batch: Batch, context: Context) -> Sequence[Problem]:
    """One entry has one importer: the one on file, unless orders say otherwise."""
    on_file = batch.warehouse.importer_of_record.number
    recorded = {importer.external_id: importer.number for importer in context.importers}
    by_number: dict[str, list[Order]] = {}
    for order in batch.orders:
        own = order.importer_number or recorded.get(order.importer_external_id or "")
        by_number.setdefault(comparable(own or on_file), []).append(order)
    if by_number.keys() <= {comparable(on_file)}:
        return []
    if len(by_number) == 1:
        (others,) = by_number.values()
        return [
            Problem(
                f"Orders name importer {masked(others[0].importer_number)};"
                f" the one on file is {masked(on_file) or 'none'}."
            )
        ]
    listed = ", ".join(_listed(by_number.values(), on_file))
    return [Problem(f"Orders have different importers of record ({listed}); plan them apart.")]


def _listed(groups: Iterable[Sequence[Order]], on_file: str | None) -> Iterator[str]:
    """Who imports how many orders, the most first; a few of them, because files can hold anything."""
    for orders in sorted(groups, key=len, reverse=True)[:MAX_LISTED]:
        number = masked(orders[0].importer_number or on_file) or "no number"
        yield f"{number}: {len(orders)}, first {orders[0].external_id}"


BATCH_IMPORTER_MIXED = BatchRule(
    code="BATCH_IMPORTER_MIXED",
    severity=Severity.ERROR,
    penalty=8,
    field="batch.importer_of_record",
    basis="19 CFR 141.51",
    check=_mixed,
)

IMPORTER_OF_RECORD_INCOMPLETE = BatchRule(
    code="IMPORTER_OF_RECORD_INCOMPLETE",
    severity=Severity.ERROR,
    penalty=10,
    field="batch.importer_of_record",
    basis="19 USC 1484; 19 CFR 141.31 to 141.46",
    is_datum_missing=True,
    check=_incomplete,
)

BOND_REQUIRED = BatchRule(
    code="BOND_REQUIRED",
    severity=Severity.ERROR,
    penalty=8,
    field="batch.bond",
    basis="19 CFR 113; 19 CFR 142.4",
    is_datum_missing=True,
    check=_bond,
)

RULES: tuple[Rule, ...] = (
    IMPORTER_OF_RECORD_INCOMPLETE,
    BATCH_IMPORTER_MIXED,
    BOND_REQUIRED,
)
