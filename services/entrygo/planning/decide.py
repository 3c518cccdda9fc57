"""The decision: request and facts in, plan out. Pure: no I/O, no clock, no randomness."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from entrygo.domain.bonds import BondNeed
from entrygo.domain.consolidation import line_key
from entrygo.domain.coverage import Coverage
from entrygo.domain.facts import Broker, Importer, ImporterOfRecord, Order, Product, Warehouse
from entrygo.domain.importers import importer_of_record
from entrygo.domain.snapshot import (
    AskedEntryType,
    EntryType,
    ExcludedOrder,
    PlannedEntry,
    Readiness,
    Savings,
    ValidationMessage,
)
from entrygo.domain.tariff import TariffTreatment
from entrygo.planning.advice import Advice, advice_on
from entrygo.planning.consolidating import parties_of
from entrygo.planning.costing import Costed, costed
from entrygo.planning.coverage import coverage_of
from entrygo.planning.duplicates import look_alikes
from entrygo.planning.duty.book import DutyBook
from entrygo.planning.entry_duties import Estimate
from entrygo.planning.entry_findings import judged_entries
from entrygo.planning.findings import Finding, in_order
from entrygo.planning.importations import Party, sign_off_of_all
from entrygo.planning.inputs import OnBlocked, PlanFacts, PlanRequest
from entrygo.planning.judge import OrdersJudged, in_force, judge_batch, judge_orders, leave_importers_behind
from entrygo.planning.law.law_book import law_on
from entrygo.planning.plan_hash import HashedPlan, plan_hash
from entrygo.planning.plan_issues import PlanIssues, issues_of
from entrygo.planning.reference.in_force import ReferenceData
from entrygo.planning.reference.sets import ReferenceSet
from entrygo.planning.rules import RULESET_VERSION
from entrygo.planning.rules.base import Batch, Context, Rule
from entrygo.planning.savings import schedule_on
from entrygo.planning.score import readiness_of, score_of
from entrygo.planning.tariff import treatment_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What goes, what blocks and how ready it is; all of a snapshot but the export it belongs to."""

    destination_country: str
    entry_date: date
    plan_hash: str
    readiness: Readiness
    score: int
    messages: tuple[ValidationMessage, ...]
    advice: Advice
    included: tuple[Order, ...]
    excluded: tuple[ExcludedOrder, ...]
    # Those that the included orders name.
    products: tuple[Product, ...]
    # Of every product, by its id.
    tariff: Mapping[str, TariffTreatment]
    warehouse: Warehouse
    broker: Broker
    # Those with a record whose orders are included.
    importers: tuple[Importer, ...]
    # What remains of one entry for each order.
    entries: tuple[PlannedEntry, ...]
    # None where no book of duty was given.
    duties: Estimate | None
    value_usd: Decimal
    entry_type: EntryType
    asked_entry_type: AskedEntryType | None
    informal_limit: Decimal
    savings: Savings | None
    issues: PlanIssues
    coverage: Coverage
    # What the bond of each importer must cover.
    bonds: tuple[BondNeed, ...]
    ruleset_version: str
    reference_version: str
    reference_set: ReferenceSet


def decide(
    request: PlanRequest,
    facts: PlanFacts,
    rules: Sequence[Rule],
    reference: ReferenceData,
    ruleset_version: str = RULESET_VERSION,
    *,
    duty_book: DutyBook | None = None,
) -> Decision:
    """The plan of `request` on `facts`, by the rules and reference data of its entry date.

    Without a book nothing is said of duty, nor of bonds.
    """
    context = _context(request, facts, reference)
    holding = in_force(rules, context)
    orders, found, of_batch = _judged(request, facts, holding, context, duty_book)
    findings = in_order(orders.findings, [*orders.importers_left, *of_batch])
    batch, products = found.plan.batch, _named_products(orders.included, facts)
    readiness = readiness_of(finding.severity for finding in findings)
    return Decision(
        destination_country=request.destination_country,
        entry_date=request.entry_date,
        plan_hash=_hash(request, facts, holding, reference, batch, ruleset_version=ruleset_version),
        readiness=readiness,
        score=score_of(readiness, ((finding.rule.code, finding.penalty) for finding in findings)),
        messages=tuple(finding.as_message() for finding in findings),
        advice=advice_on(readiness, findings, request, orders),
        included=orders.included,
        excluded=orders.excluded,
        products=products,
        tariff={product.id: context.tariff[product.id] for product in products},
        warehouse=facts.warehouse,
        broker=facts.broker,
        importers=tuple(each.party.record for each in batch.importations if each.party.record is not None),
        entries=judged_entries(found.plan, findings),
        duties=found.duties,
        value_usd=batch.value_usd,
        entry_type=batch.entry_type,
        asked_entry_type=request.entry_type,
        savings=batch.savings,
        informal_limit=reference.informal_limit,
        issues=issues_of(findings, facts.orders, facts.products, holding, context),
        coverage=coverage_of(products, reference),
        bonds=tuple(batch.bonds.values()),
        ruleset_version=ruleset_version,
        reference_version=reference.version,
        reference_set=reference.row_set,
    )


def _judged(
    request: PlanRequest,
    facts: PlanFacts,
    holding: Sequence[Rule],
    context: Context,
    book: DutyBook | None,
) -> tuple[OrdersJudged, Costed, Sequence[Finding]]:
    """Which orders go, the entries they make, and what was found about the batch as a whole.

    An importer that is left behind takes its orders along, so that the rest is judged again without them.
    """
    orders = judge_orders(request, facts, holding, context)
    found = costed(request, facts, orders.included, context, book)
    of_batch = judge_batch(found.plan.batch, holding, context)
    if request.on_blocked is not OnBlocked.EXCLUDE:
        return orders, found, of_batch
    left = leave_importers_behind(orders, found.plan.batch, of_batch)
    if left is None:
        return orders, found, of_batch
    found = costed(request, facts, left.included, context, book)
    return left, found, judge_batch(found.plan.batch, holding, context)


def _context(request: PlanRequest, facts: PlanFacts, reference: ReferenceData) -> Context:
    orders = [facts.orders[order_id] for order_id in request.order_ids]
    by_importer = parties_of(request, facts).groups(orders)
    context = Context(
        entry_date=request.entry_date,
        is_of_the_past=request.is_of_the_past,
        destination_country=request.destination_country,
        reference=reference,
        law=law_on(request.entry_date, reference.programmes),
        exported=facts.exported,
        open_exports=facts.open_exports,
        importer=_common_importer([party for party, _ in by_importer]),
        look_alikes=look_alikes(orders),
        max_lines_per_entry=facts.broker.max_lines_per_entry,
        originating_usd=_originating_values([of_one for _, of_one in by_importer], facts.products),
    )
    products = facts.products.values()
    tariff = {product.id: treatment_of(product, context) for product in products}
    return replace(
        context,
        tariff=tariff,
        entry_lines={
            product.id: line_key(product, request.entry_date, tariff[product.id]) for product in products
        },
    )


def _common_importer(parties: Sequence[Party]) -> ImporterOfRecord:
    """The importer of every order; of several, what all of them have signed off."""
    if len(parties) == 1:
        return parties[0].of_record
    return ImporterOfRecord(section_301=sign_off_of_all(parties))


def _originating_values(
    by_importer: Sequence[Sequence[Order]], products: Mapping[str, Product]
) -> Mapping[str, Decimal]:
    """By product the USMCA value (USD) of the requested orders of an importer that brings it in.

    May overstate it when orders are excluded later, never understate it.
    """
    values: dict[str, Decimal] = {}
    claiming = {product.id for product in products.values() if product.usmca.criterion}
    for of_importer in by_importer:
        claimed = [item for order in of_importer for item in order.items if item.product_id in claiming]
        value = sum((item.value_usd for item in claimed), Decimal(0))
        for product_id in {item.product_id for item in claimed}:
            values[product_id] = max(values.get(product_id, value), value)
    return values


def _hash(
    request: PlanRequest,
    facts: PlanFacts,
    holding: Sequence[Rule],
    reference: ReferenceData,
    batch: Batch,
    *,
    ruleset_version: str,
) -> str:
    """Of everything that the decision follows from, so that an equal hash is an equal plan."""
    products = list(facts.products.values())
    return plan_hash(
        HashedPlan(
            ruleset_version=ruleset_version,
            rule_codes=[rule.label for rule in holding if facts.importers or not rule.is_of_records],
            reference_rows=reference.row_set.rows,
            destination_country=request.destination_country,
            warehouse=facts.warehouse,
            broker=facts.broker,
            fee_schedule=schedule_on(facts.broker.fee_schedules, request.entry_date),
            orders=[facts.orders[order_id] for order_id in request.order_ids],
            products=products,
            usmca_product_ids=frozenset(
                product.id for product in products if product.usmca.is_certified_on(request.entry_date)
            ),
            exported_order_ids=frozenset(facts.exported).intersection(request.order_ids),
            included_order_ids=[order.id for order in batch.orders],
            asked_entry_type=request.entry_type,
            is_of_the_past=request.is_of_the_past,
            importers=facts.importers,
            importers_in_order=[
                (each.id, *covered)
                for each in facts.importers
                if any(covered := _cover(each, facts.broker, request.entry_date))
            ],
            filed=[(each.entry_number, each.order_ids) for each in request.filed],
            not_filed=request.not_filed,
            bonds_short=[
                (importer, need.needed_usd)
                for importer, need in batch.bonds.items()
                if need.is_sufficient is False
            ],
            bonds_undecided=[importer for importer, need in batch.bonds.items() if need.is_undecided],
        )
    )


def _cover(importer: Importer, broker: Broker, day: date) -> tuple[bool, bool]:
    """Whether its bond, and its power of attorney for the broker, hold on the day."""
    of_record = importer_of_record(importer, broker, day)
    return of_record.bond is not None, bool(of_record.power_of_attorney)


def _named_products(orders: Sequence[Order], facts: PlanFacts) -> tuple[Product, ...]:
    named = {item.product_id for order in orders for item in order.items}
    return tuple(facts.products[product_id] for product_id in sorted(named))
