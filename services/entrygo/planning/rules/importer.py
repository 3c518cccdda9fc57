"""Rules on each importer of record: who answers for an entry, with what security, through which broker."""

from collections.abc import Sequence
from datetime import date
from typing import Protocol

from entrygo.domain.bonds import BondNeed
from entrygo.domain.importers import powers_for
from entrygo.domain.money import plain, to_cents
from entrygo.domain.snapshot import Severity
from entrygo.planning.importations import Importation
from entrygo.planning.law.entry_types import INFORMAL
from entrygo.planning.rules.base import Batch, Context, ImporterRule, Problem, Rule, is_blank


class Dated(Protocol):
    """What holds between two days, both inclusive; None is no limit."""

    @property
    def valid_from(self) -> date | None: ...

    @property
    def valid_to(self) -> date | None: ...


def _incomplete(importation: Importation, batch: Batch, context: Context) -> Sequence[Problem]:
    party = importation.party
    if party.is_unknown:
        return []
    importer, address = party.of_record, party.of_record.address
    has_address = not any(map(is_blank, (address.line_1, address.city, address.country)))
    if party.is_of_the_warehouse:
        power = ("power_of_attorney", "POA", importer.power_of_attorney is True)
    else:
        named = batch.broker.external_id
        power = ("powers_of_attorney", f"POA for broker {named}", party.has_power_of_attorney)
    parts = (
        ("name", "name", not is_blank(importer.name)),
        ("number", "IOR number", not is_blank(importer.number)),
        power,
        ("address", "address", has_address),
    )
    return [
        Problem(f"Importer {party.name} lacks {name}.", field) for field, name, given in parts if not given
    ]


def _bond(importation: Importation, batch: Batch, context: Context) -> Sequence[Problem]:
    party = importation.party
    bond = party.record.bond.type if party.record else party.of_record.bond
    if party.is_unknown or importation.entry_type == INFORMAL or bond is not None:
        return []
    whose = "" if party.is_of_the_warehouse else f" of importer {party.name}"
    return [Problem(f"Formal entry{whose} needs a bond and none is on file.")]


def _bond_lapsed(importation: Importation, batch: Batch, context: Context) -> Sequence[Problem]:
    record, day = importation.party.record, context.entry_date
    if record is None or importation.entry_type == INFORMAL or record.bond.type is None:
        return []
    if record.bond.covers(day):
        return []
    return [Problem(f"Importer {record.external_id}: its {record.bond.type} bond {_when(record.bond, day)}.")]


def _bond_insufficient(importation: Importation, batch: Batch, context: Context) -> Sequence[Problem]:
    """An informal entry needs no bond, whatever is on file."""
    need = batch.bonds.get(importation.party.key)
    if need is None or need.is_sufficient is not False or importation.entry_type == INFORMAL:
        return []
    assert need.on_file_usd is not None
    on_file, needed = plain(need.on_file_usd), plain(to_cents(need.needed_usd))
    return [
        Problem(
            f"Importer {importation.party.name}: its {need.type} bond of {on_file} USD is less than the"
            f" {needed} USD that {_asked_by(need)}."
        )
    ]


def _bond_not_compared(importation: Importation, batch: Batch, context: Context) -> Sequence[Problem]:
    """Nothing is short of what was estimated, and something was not."""
    need = batch.bonds.get(importation.party.key)
    if need is None or importation.entry_type == INFORMAL or not need.is_undecided:
        return []
    assert need.on_file_usd is not None
    on_file = plain(need.on_file_usd)
    return [
        Problem(
            f"Importer {importation.party.name}: whether its {need.type} bond of {on_file} USD is enough was"
            " not looked at: the duty of an entry could not be estimated."
        )
    ]


def _asked_by(need: BondNeed) -> str:
    if need.last_day is None:
        return "its entry asks for: value, duties and fees, or three times what an agency may refuse"
    if need.twelve_months_usd is None:
        return "a continuous bond is at least"
    paid = plain(to_cents(need.twelve_months_usd))
    return f"duties and fees of the twelve months to {need.last_day} ask for ({paid} USD at most)"


def _power_lapsed(importation: Importation, batch: Batch, context: Context) -> Sequence[Problem]:
    record, day = importation.party.record, context.entry_date
    powers = powers_for(record, batch.broker) if record else ()
    if record is None or not powers or any(power.covers(day) for power in powers):
        return []
    last = max(powers, key=lambda power: power.valid_to or date.max)
    whose = f"Importer {record.external_id}: its power of attorney for {last.broker}"
    return [Problem(f"{whose} {_when(last, day)}.")]


def _when(lapsed: Dated, day: date) -> str:
    if lapsed.valid_to is not None and lapsed.valid_to < day:
        return f"ended on {lapsed.valid_to}, before the entry date {day}"
    return f"begins on {lapsed.valid_from}, after the entry date {day}"


def _unrecorded(importation: Importation, batch: Batch, context: Context) -> Sequence[Problem]:
    if not importation.party.is_unknown:
        return []
    count, first = len(importation.orders), importation.orders[0].external_id
    orders = "1 order" if count == 1 else f"{count} orders"
    named = importation.party.name or first
    return [
        Problem(
            f"No importer is on file for {named}, named by {orders}, first {first}:"
            " sync it as an importer, or correct the orders."
        )
    ]


BATCH_IMPORTER_MIXED = ImporterRule(
    code="BATCH_IMPORTER_MIXED",
    severity=Severity.ERROR,
    penalty=8,
    field="batch.importer_of_record",
    basis="19 CFR 141.51",
    check=_unrecorded,
)

IMPORTER_OF_RECORD_INCOMPLETE = ImporterRule(
    code="IMPORTER_OF_RECORD_INCOMPLETE",
    severity=Severity.ERROR,
    penalty=10,
    field="batch.importer_of_record",
    basis="19 USC 1484; 19 CFR 141.31 to 141.46",
    is_datum_missing=True,
    check=_incomplete,
)

BOND_REQUIRED = ImporterRule(
    code="BOND_REQUIRED",
    severity=Severity.ERROR,
    penalty=8,
    field="batch.bond",
    of_record="bond",
    basis="19 CFR 113; 19 CFR 142.4",
    is_datum_missing=True,
    check=_bond,
)

BOND_NOT_VALID = ImporterRule(
    code="BOND_NOT_VALID",
    severity=Severity.ERROR,
    penalty=8,
    field="importers[].bond",
    of_record="bond",
    basis="19 CFR 113.26 and 113.27; 19 CFR 142.4",
    is_of_records=True,
    check=_bond_lapsed,
)

# CBP may ask for more security where a bond is too small (113.13); the entry is not refused by itself.
BOND_INSUFFICIENT = ImporterRule(
    code="BOND_INSUFFICIENT",
    severity=Severity.WARNING,
    penalty=5,
    field="importers[].bond.amount_usd",
    of_record="bond.amount_usd",
    basis="19 CFR 113.13; CBP Directive 3510-004",
    is_of_records=True,
    check=_bond_insufficient,
)

BOND_NOT_COMPARED = ImporterRule(
    code="BOND_NOT_COMPARED",
    severity=Severity.WARNING,
    penalty=3,
    field="importers[].bond.amount_usd",
    of_record="bond.amount_usd",
    basis="19 CFR 113.13; CBP Directive 3510-004",
    is_of_records=True,
    check=_bond_not_compared,
)

POWER_OF_ATTORNEY_NOT_VALID = ImporterRule(
    code="POWER_OF_ATTORNEY_NOT_VALID",
    severity=Severity.ERROR,
    penalty=8,
    field="importers[].powers_of_attorney",
    of_record="powers_of_attorney",
    basis="19 CFR 141.31 to 141.46",
    is_of_records=True,
    check=_power_lapsed,
)

RULES: tuple[Rule, ...] = (
    IMPORTER_OF_RECORD_INCOMPLETE,
    BATCH_IMPORTER_MIXED,
    BOND_REQUIRED,
    BOND_NOT_VALID,
    BOND_INSUFFICIENT,
    BOND_NOT_COMPARED,
    POWER_OF_ATTORNEY_NOT_VALID,
)
