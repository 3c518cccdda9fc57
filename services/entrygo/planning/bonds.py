"""What each importer's bond must cover: by its own twelve months, this plan's entries among them. Pure.

Whether what is on file is enough, a rule says (`rules/importer.py`).
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from entrygo.domain.bonds import BondNeed
from entrygo.domain.duty import EntryDuty
from entrygo.domain.facts import Importer, Warehouse
from entrygo.domain.importer_number import comparable
from entrygo.domain.snapshot import PlannedEntry
from entrygo.domain.tariff import TariffTreatment
from entrygo.planning.duty.bond import Paid, continuous_bond, single_bond
from entrygo.planning.importations import Party

CONTINUOUS = "continuous"


@dataclass(frozen=True, slots=True)
class EntryCosts:
    """An entry with what it is likely to cost at most; None where that is not known."""

    entry: PlannedEntry
    amount_usd: Decimal | None


@dataclass(slots=True)
class LikelyCosts:
    """What the entries of one importer are likely to cost at most, in USD, without the `unknown` ones."""

    amount_usd: Decimal = Decimal(0)
    unknown: int = 0


def continuous_numbers(warehouse: Warehouse, importers: Sequence[Importer]) -> list[str]:
    """The importers, by number, whose bond goes by a year."""
    own = warehouse.importer_of_record
    numbers = [own.number] if own.bond == CONTINUOUS else []
    numbers += [each.number for each in importers if each.bond.type == CONTINUOUS]
    return sorted({comparable(number) for number in numbers if number})


def costs_by_importer(duties: Sequence[EntryDuty]) -> Mapping[str, LikelyCosts]:
    """By importer, of those that have a number."""
    found: dict[str, LikelyCosts] = defaultdict(LikelyCosts)
    for duty in duties:
        if not duty.importer_number:
            continue
        costs, amount = found[comparable(duty.importer_number)], cost_of(duty)
        if amount is None:
            costs.unknown += 1
        else:
            costs.amount_usd += amount
    return found


def cost_of(duty: EntryDuty) -> Decimal | None:
    """Duty at most and fees of one entry, in USD."""
    return None if duty.duty_high_usd is None else duty.duty_high_usd + duty.processing_fee_usd


def bonds_of(
    parties: Mapping[int, Party],
    entries: Sequence[PlannedEntry],
    duties: Sequence[EntryDuty],
    *,
    paid: Mapping[str, Sequence[Paid]],
    day: date,
    agency_entries: frozenset[int],
) -> dict[str, BondNeed]:
    """By its key one for each importer that has a bond on file, in the order of its first entry.

    `paid` is what was executed in the twelve months, by importer; `agency_entries` are the entries with goods
    that an agency must admit.
    """
    amounts = {duty.number: cost_of(duty) for duty in duties}
    grouped: dict[str, list[EntryCosts]] = defaultdict(list)
    for entry in entries:
        grouped[parties[entry.number].key].append(EntryCosts(entry, amounts.get(entry.number)))
    by_key = {party.key: party for party in parties.values()}
    return {
        key: need
        for key, costs in grouped.items()
        for need in _need(by_key[key], costs, paid, day, agency_entries)
    }


def _need(
    party: Party,
    costs: Sequence[EntryCosts],
    paid: Mapping[str, Sequence[Paid]],
    day: date,
    agency_entries: frozenset[int],
) -> Iterator[BondNeed]:
    record = party.record
    kind = record.bond.type if record else party.of_record.bond
    if kind is None or party.is_unknown:
        return
    known = [each.amount_usd for each in costs if each.amount_usd is not None]
    shared = {
        "importer_id": record.id if record else None,
        "importer": party.name if record else None,
        "type": kind,
        "on_file_usd": record.bond.amount_usd if record else None,
        "is_complete": len(known) == len(costs),
    }
    if kind == CONTINUOUS:
        year = [
            *paid.get(comparable(party.of_record.number), ()),
            *(Paid(day, amount) for amount in known),
        ]
        found = continuous_bond(year, day)
        yield BondNeed.model_validate(
            {
                **shared,
                "is_complete": shared["is_complete"] and found.is_complete,
                "needed_usd": found.amount_usd,
                "twelve_months_usd": found.twelve_months_usd if year else None,
                "first_day": found.first_day,
                "last_day": found.last_day,
                "entries": found.entries,
            }
        )
        return
    needed = (
        single_bond(each.entry.value_usd, each.amount_usd or Decimal(0), each.entry.number in agency_entries)
        for each in costs
    )
    yield BondNeed.model_validate({**shared, "needed_usd": sum(needed, Decimal(0)), "entries": len(costs)})


def agency_entries_of(
    entries: Sequence[PlannedEntry],
    products_of: Mapping[str, frozenset[str]],
    tariff: Mapping[str, TariffTreatment],
) -> frozenset[int]:
    """The entries with goods that an agency must admit; `products_of` has the products of each order."""
    flagged = {product_id for product_id, treatment in tariff.items() if treatment.agency_flags}
    return frozenset(
        entry.number
        for entry in entries
        if any(not flagged.isdisjoint(products_of[order_id]) for order_id in entry.order_ids)
    )
