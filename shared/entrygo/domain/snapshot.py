"""The plan and the snapshot it was decided on: what planning stores and execution works from.

Execution renders every document from the snapshot alone, never from live rows.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Literal

from pydantic import ValidationError

from entrygo.domain.bonds import BondNeed
from entrygo.domain.coverage import Coverage
from entrygo.domain.duty import EntryDuty, OrderCost
from entrygo.domain.errors import SnapshotUnreadable
from entrygo.domain.facts import Broker, Fact, Importer, Number, Order, Product, Warehouse
from entrygo.domain.money import to_cents
from entrygo.domain.tariff import TariffTreatment

# Formal, informal, and the entry of low-value shipments (Section 321), which is asked for but never planned.
AskedEntryType = Literal["01", "11", "86"]


class Severity(StrEnum):
    """How much a finding weighs: an error blocks, a warning asks for a person, an info only informs."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


class Readiness(StrEnum):
    """Whether a plan can be executed: at once, once somebody has reviewed it, or not as it is."""

    READY = "READY"
    REVIEW_REQUIRED = "REVIEW_REQUIRED"
    BLOCKED = "BLOCKED"


@dataclass(slots=True)
class ValidationMessage:
    """One finding of a rule; `field` is the path in the request, indexes as the caller sent them.

    No Fact: a large plan has tens of thousands of them, and a dataclass is made in a tenth of the time,
    where it is not frozen in a twentieth, and in half of that where its fields come by their places.
    """

    code: str
    message: str
    severity: Severity
    field: str
    product_id: str | None = None
    order_id: str | None = None


class EntryCost(Fact):
    """What clearing costs, in USD, without duty and transport: one entry, or a sum of entries."""

    entries: int
    entry_type: str
    lines: int
    broker_fee: Number
    line_fees: Number
    order_fees: Number
    pga_fees: Number = Decimal(0)
    disbursement: Number
    bond: Number
    merchandise_processing_fee: Number

    @property
    def total(self) -> Decimal:
        """The sum of all costs, in USD, to the cent."""
        return to_cents(
            self.broker_fee
            + self.line_fees
            + self.order_fees
            + self.pga_fees
            + self.disbursement
            + self.bond
            + self.merchandise_processing_fee
        )


class SavingsBasis(StrEnum):
    """What would happen instead; documents print it beside the saving."""

    # Each order an entry of its own, as parcels that a carrier clears one by one.
    PER_ORDER = "per_order_entry"
    # Each importer one entry a day, as 19 CFR 141.51 has it for what comes on one conveyance.
    PER_IMPORTER_DAY = "per_importer_daily_entry"


class MeasuredSaving(Fact):
    """The saving against the alternative that the account chose, in USD; it may be negative."""

    basis: SavingsBasis = SavingsBasis.PER_ORDER
    alternative: EntryCost
    saving_usd: Number


class Savings(Fact):
    """Both sides of the estimate and the dated rows it rests on; `signed_usd` may be negative."""

    separate: EntryCost
    consolidated: EntryCost
    signed_usd: Number
    estimated_usd: Number
    fee_schedule_valid_from: date | None
    mpf_fiscal_year: int
    # None where the account chose no other alternative than an entry for each order.
    measured: MeasuredSaving | None = None


class ReferenceRow(Fact):
    """One dated row of reference data that was in force on the entry date."""

    table: str
    key: str
    value: str
    effective_from: date
    effective_to: date | None = None
    source: str


class ExcludedOrder(Fact):
    """An order that was asked for but stays behind, and the codes that say why."""

    order_id: str
    external_id: str
    reasons: tuple[str, ...]


EntryType = Literal["01", "03", "11"]


class EntryIssue(Fact):
    """What was found about an entry, with the first message of that code, and how often."""

    code: str
    severity: Severity
    message: str
    field: str
    count: int


class PlannedEntry(Fact):
    """One entry of the export: one for each importer, several where the broker's limits ask for it."""

    number: int
    order_ids: tuple[str, ...]
    # Lines as customs counts them.
    lines: int
    value_usd: Number
    # None in plans that were stored before entries had a type of their own.
    entry_type: EntryType | None = None
    # The record among the snapshot's importers; None is the importer of record of the warehouse.
    importer_id: str | None = None
    # None where the broker has no fee schedule.
    cost: EntryCost | None = None
    readiness: Readiness | None = None
    issues: tuple[EntryIssue, ...] = ()
    # The number that its orders were filed under before this amendment: it is corrected, not filed again.
    filed_as: str | None = None


class FiledEntry(Fact):
    """An entry of an export that was filed, by the number that the broker gave it."""

    entry: int
    entry_number: str


class Change(Fact):
    """One difference between an export and its successor; None where there was or is nothing."""

    # export, broker, warehouse, importer, order or product.
    subject: str
    # Its id, and what people call it: the external id of an order, the SKU of a product.
    id: str
    name: str
    # The name in the snapshot; empty where the whole was added or left out.
    field: str = ""
    before: str | None = None
    after: str | None = None
    # The numbers of the filed entries that it is a correction of.
    corrects: tuple[str, ...] = ()


class Amendment(Fact):
    """What makes an export the successor of another."""

    supersedes: str
    reason: str
    # The entry that was filed for it is corrected; no second one is made.
    after_entry: bool = False
    # Of one entry its number, of several all of them, for people.
    entry_number: str | None = None
    # Those of the export it follows. Amendments from before several were known have none: then all was filed.
    filed: tuple[FiledEntry, ...] = ()
    # The first of them; `more_changes` were not listed.
    changes: tuple[Change, ...] = ()
    more_changes: int = 0


class Snapshot(Fact):
    """Everything an export was planned on and decided to be; the canonical JSON of this is stored."""

    # 2 where orders are of importers with a record: who does not know of them would name another importer.
    schema_version: Literal[1, 2] = 1
    account_id: str
    mode: str
    export_id: str
    revision: int
    plan_hash: str
    planned_at: str
    destination_country: str
    entry_date: date
    ruleset_version: str
    reference_version: str
    reference_rows: tuple[ReferenceRow, ...]
    readiness_state: Readiness
    compliance_score: int
    validation_messages: tuple[ValidationMessage, ...]
    flags: tuple[str, ...]
    missing_data: tuple[str, ...]
    recommended_strategy: str
    next_recommended_action: str
    entry_type: EntryType
    # None where nobody asked for one.
    asked_entry_type: AskedEntryType | None = None
    informal_limit_usd: Number
    savings: Savings | None
    warehouse: Warehouse
    broker: Broker
    # Those that entries name.
    importers: tuple[Importer, ...] = ()
    # Included orders in the order they were asked for, and the products they name.
    orders: tuple[Order, ...]
    products: tuple[Product, ...]
    excluded_orders: tuple[ExcludedOrder, ...] = ()
    # Every included order is in one of them.
    entries: tuple[PlannedEntry, ...] = ()
    # By product id; plans that were stored before this was looked up have none.
    tariff: Mapping[str, TariffTreatment] = {}
    # None for an export that takes no other one's place.
    amendment: Amendment | None = None
    # Empty in plans that were stored before it was said.
    coverage: Coverage = Coverage()
    # What each entry is likely to cost in duty and fees, and each order's part of it.
    entry_duties: tuple[EntryDuty, ...] = ()
    landed_costs: tuple[OrderCost, ...] = ()
    # Of each importer with a bond on file.
    bonds: tuple[BondNeed, ...] = ()

    @property
    def files_an_entry(self) -> bool:
        """Whether any entry of it is still to be filed, not only to be corrected."""
        amendment = self.amendment
        if amendment is None or not amendment.after_entry:
            return True
        return bool(amendment.filed) and any(entry.filed_as is None for entry in self.entries)

    def entry_of_orders(self) -> Mapping[str, int]:
        """Order id to the number of its entry, which is 1 in plans that were stored before they said so."""
        planned = {order_id: entry.number for entry in self.entries for order_id in entry.order_ids}
        return {order.id: planned.get(order.id, 1) for order in self.orders}


def read_snapshot(content: bytes) -> Snapshot:
    """The snapshot that was stored; SnapshotUnreadable when it is damaged or of a form we do not know.

    Fields that we do not know are passed over: during an upgrade the next release's planning may have
    written it. What must not be passed over takes a new `schema_version`.
    """
    try:
        return Snapshot.model_validate_json(content, extra="ignore")
    except ValidationError as error:
        raise SnapshotUnreadable from error
