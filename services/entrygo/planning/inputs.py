"""What a decision is made from: the request as read, and the facts gathered for it. No judgement here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from entrygo.domain.facts import Broker, Importer, Order, Product, Warehouse
from entrygo.domain.snapshot import AskedEntryType, SavingsBasis
from entrygo.planning.duty.bond import Paid


class OnBlocked(StrEnum):
    """What becomes of an order with an error of its own: it blocks the export, or it stays behind."""

    BLOCK = "block"
    EXCLUDE = "exclude"


@dataclass(frozen=True, slots=True, kw_only=True)
class FiledOrders:
    """An entry that was filed before an amendment, and the orders that it was filed for."""

    entry: int
    entry_number: str
    order_ids: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanRequest:
    """What is asked for; the place of an order in `order_ids` is its index in every field path."""

    order_ids: tuple[str, ...]
    destination_country: str
    entry_date: date
    # The day in New York on which it was asked.
    asked_on: date
    is_dry_run: bool = False
    on_blocked: OnBlocked = OnBlocked.BLOCK
    # None: as the value demands.
    entry_type: AskedEntryType | None = None
    # What the account has its savings measured against; decides nothing.
    savings_basis: SavingsBasis = SavingsBasis.PER_ORDER
    # Of the export that this one follows: its entries that were filed, and the orders of those that were not.
    filed: tuple[FiledOrders, ...] = ()
    not_filed: frozenset[str] = frozenset()

    @property
    def is_of_the_past(self) -> bool:
        """Whether the entry date was over when the plan was asked for."""
        return self.entry_date < self.asked_on


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanFacts:
    """Every requested order by id, the products they name, and what became of orders elsewhere."""

    orders: Mapping[str, Order]
    products: Mapping[str, Product]
    warehouse: Warehouse
    broker: Broker
    # Those that orders name, by number or external id.
    importers: tuple[Importer, ...] = ()
    # Order id → the export it left with; None for one of another warehouse, which is not named.
    exported: Mapping[str, str | None] = field(default_factory=dict)
    # Order id → another open export that holds it, or None; reported, but decides nothing.
    open_exports: Mapping[str, str | None] = field(default_factory=dict)
    # What executed exports of twelve months are likely to have cost, by importer's number; decides nothing.
    paid: Mapping[str, Sequence[Paid]] = field(default_factory=dict)
