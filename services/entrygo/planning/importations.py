"""Whose goods an export holds: its orders by importer of record, each with its own kind of entry. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from entrygo.domain.facts import Broker, Importer, ImporterOfRecord, Order, TradeReview
from entrygo.domain.importer_number import comparable, masked
from entrygo.domain.importers import importer_of_record, powers_for
from entrygo.domain.snapshot import EntryType

# The importer of the warehouse has no id of its own.
OF_THE_WAREHOUSE = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """An importer of record: the warehouse's, one with a record, or a number that nobody has a record of."""

    # OF_THE_WAREHOUSE, the record's id, or the number in its comparable form.
    key: str
    of_record: ImporterOfRecord
    record: Importer | None = None
    # Whether there is a power of attorney for the broker at all, of whatever period.
    has_power_of_attorney: bool = False

    @property
    def is_of_the_warehouse(self) -> bool:
        return self.key == OF_THE_WAREHOUSE

    @property
    def is_unknown(self) -> bool:
        return self.record is None and not self.is_of_the_warehouse

    @property
    def name(self) -> str:
        """What messages call it: never by its number in full."""
        if self.record is not None:
            return self.record.external_id
        return masked(self.of_record.number) if self.is_unknown else "of record"


@dataclass(frozen=True, slots=True, kw_only=True)
class Importation:
    """The orders of one importer, which are entered together."""

    party: Party
    orders: tuple[Order, ...]
    value_usd: Decimal
    entry_type: EntryType


class Parties:
    """Finds the importer of an order among the warehouse's and the records that orders name."""

    def __init__(
        self, on_file: ImporterOfRecord, importers: Sequence[Importer], broker: Broker, day: date
    ) -> None:
        self._warehouse = Party(key=OF_THE_WAREHOUSE, of_record=on_file)
        self._on_file = comparable(on_file.number)
        in_order = sorted(importers, key=lambda one: one.external_id)
        # Records with one number are one importer: the first of them speaks for it.
        self._by_number: dict[str, Importer] = {}
        for one in in_order:
            if one.number:
                self._by_number.setdefault(comparable(one.number), one)
        self._by_external_id = {one.external_id: one for one in in_order}
        self._of_record = {one.id: _recorded(one, broker, day) for one in in_order}

    def of(self, order: Order) -> Party:
        """The importer of the order; the warehouse's, where the order names none."""
        if order.importer_external_id is not None:
            record = self._by_external_id.get(order.importer_external_id)
            if record is None:
                return _unknown(order.importer_external_id, None)
            return self._of_record[self._canonical(record).id]
        number = comparable(order.importer_number)
        if not number or number == self._on_file:
            return self._warehouse
        record = self._by_number.get(number)
        return self._of_record[record.id] if record else _unknown(number, order.importer_number)

    def groups(self, orders: Iterable[Order]) -> Sequence[tuple[Party, tuple[Order, ...]]]:
        """The orders of each importer, the warehouse's first, then by name; it alone without any order."""
        found: dict[str, tuple[Party, list[Order]]] = {}
        for order in orders:
            party = self.of(order)
            found.setdefault(party.key, (party, []))[1].append(order)
        self._join_with_record(found)
        in_order = sorted(
            found.values(), key=lambda pair: (not pair[0].is_of_the_warehouse, pair[0].name, pair[0].key)
        )
        return [(party, tuple(its_orders)) for party, its_orders in in_order] or [(self._warehouse, ())]

    def _canonical(self, record: Importer) -> Importer:
        return self._by_number.get(comparable(record.number), record) if record.number else record

    def _join_with_record(self, found: dict[str, tuple[Party, list[Order]]]) -> None:
        """Where the warehouse's importer is also named by its record, both are one entry."""
        same = self._by_number.get(self._on_file) if self._on_file else None
        if same is not None and same.id in found and OF_THE_WAREHOUSE in found:
            found[same.id][1].extend(found.pop(OF_THE_WAREHOUSE)[1])


def _recorded(importer: Importer, broker: Broker, day: date) -> Party:
    return Party(
        key=importer.id,
        of_record=importer_of_record(importer, broker, day),
        record=importer,
        has_power_of_attorney=bool(powers_for(importer, broker)),
    )


def _unknown(key: str, number: str | None) -> Party:
    return Party(key=f"?{key}", of_record=ImporterOfRecord(number=number))


def sign_off_of_all(parties: Iterable[Party]) -> TradeReview:
    """What every importer found about duties that meet all goods of an origin; nothing where they differ."""
    found: Mapping[str, TradeReview] = {
        review.model_dump_json(): review for review in (party.of_record.section_301 for party in parties)
    }
    return next(iter(found.values())) if len(found) == 1 else TradeReview()
