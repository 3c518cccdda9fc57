"""Who bears what an entry costs: the importer of each, and the sums of its entries. Pure."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from entrygo.domain.snapshot import PlannedEntry, Snapshot
from entrygo.execution.package.entry_snapshots import entries_by_importer, importer_of
from entrygo.execution.package.json_values import Json, money, text
from entrygo.execution.package.printable import clean_text


def importers_of_entries(snapshot: Snapshot) -> Mapping[int, tuple[str, str]]:
    """By the numbers of the entries: your id of the importer, blank for the warehouse's own, and its name.

    Plans that were stored before they said their entries have one, of the warehouse's own.
    """
    planned = {
        entry.number: (_external_id(snapshot, entry), clean_text(importer_of(snapshot, entry).name))
        for entry in snapshot.entries
    }
    return planned or {1: ("", clean_text(snapshot.warehouse.importer_of_record.name))}


def totals_of_importers(snapshot: Snapshot) -> Sequence[Json]:
    """Value, duty and fees of each importer, in USD; null for a duty that one of its entries has not."""
    duties = {duty.number: duty for duty in snapshot.entry_duties}
    totals = []
    for importer, entries in entries_by_importer(snapshot):
        found = [duties[entry.number] for entry in entries if entry.number in duties]
        if len(found) < len(entries):
            return []
        totals.append(
            {
                "importer": _external_id(snapshot, entries[0]) or None,
                "name": text(importer.name),
                "entries": [entry.number for entry in entries],
                "value": money(sum((entry.value_usd for entry in entries), Decimal(0))),
                "duty_low": _sum([duty.duty_low_usd for duty in found]),
                "duty_high": _sum([duty.duty_high_usd for duty in found]),
                "fees": money(sum((duty.processing_fee_usd for duty in found), Decimal(0))),
            }
        )
    return totals


def _external_id(snapshot: Snapshot, entry: PlannedEntry) -> str:
    ids = {each.id: each.external_id for each in snapshot.importers}
    return clean_text(ids.get(entry.importer_id or ""))


def _sum(amounts: Sequence[Decimal | None]) -> str | None:
    known = [amount for amount in amounts if amount is not None]
    return money(sum(known, Decimal(0))) if len(known) == len(amounts) else None
