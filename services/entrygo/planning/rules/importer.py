"""Rules on the importer of record: who answers for the entry, and with what security."""

from collections.abc import Sequence

from entrygo.domain.snapshot import Severity
from entrygo.planning.rules.base import Batch, BatchRule, Context, Problem, is_blank
from entrygo.planning.savings import FORMAL


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
    if batch.entry_type != FORMAL or batch.warehouse.importer_of_record.bond is not None:
        return []
    return [Problem("Formal entry needs a bond and none is on file.")]


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
    severity=Severity.WARNING,
    penalty=5,
    field="batch.bond",
    basis="19 CFR 113; 19 CFR 142.4",
    is_datum_missing=True,
    check=_bond,
)
