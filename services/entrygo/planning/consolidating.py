"""Puts the included orders together: by importer, then into as few entries as the broker takes. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import chain

from entrygo.domain.consolidation import LineKey
from entrygo.domain.facts import Broker, Order
from entrygo.domain.snapshot import EntryType, PlannedEntry, Savings, SavingsBasis
from entrygo.planning.duty.savings_basis import DatedOrder, alternative_entries
from entrygo.planning.entries import consolidated, corrected, entries_of, filed_before
from entrygo.planning.importations import Importation, Parties, Party
from entrygo.planning.inputs import PlanFacts, PlanRequest
from entrygo.planning.law.entry_types import ADCVD, FORMAL, INFORMAL, entry_type_of, may_be_split
from entrygo.planning.law.goods import Goods
from entrygo.planning.law.processing_fee import pays_processing_fee
from entrygo.planning.reference.in_force import ReferenceData
from entrygo.planning.rules.adcvd import is_under_adcvd
from entrygo.planning.rules.base import Batch, Context
from entrygo.planning.savings import (
    Entry,
    Terms,
    consolidate,
    entry_cost,
    estimate,
    measured,
    schedule_on,
)
from entrygo.planning.tariff import needs_agency_data


@dataclass(frozen=True, slots=True, kw_only=True)
class Consolidation:
    """The orders as one export, the entries it is split into, and the importer of each by its number."""

    batch: Batch
    entries: tuple[PlannedEntry, ...]
    parties: Mapping[int, Party]


def parties_of(request: PlanRequest, facts: PlanFacts) -> Parties:
    """Who can be the importer of an order of this plan."""
    on_file = facts.warehouse.importer_of_record
    return Parties(on_file, facts.importers, facts.broker, request.entry_date)


def consolidate_orders(
    request: PlanRequest, facts: PlanFacts, included: tuple[Order, ...], context: Context
) -> Consolidation:
    """What is imported by one importer is formal or informal by its whole value, however it is split.

    But for informal entries that were asked for: those are split at their limit.
    """
    single = dict(zip((order.id for order in included), _singles(facts, included, context), strict=True))
    limit = context.reference.informal_limit
    importations: list[Importation] = []
    together: list[tuple[PlannedEntry, Entry]] = []
    parties: dict[int, Party] = {}
    for party, orders in parties_of(request, facts).groups(included):
        own = [single[order.id] for order in orders]
        value = sum((entry.value_usd for entry in own), Decimal(0))
        kind, max_value = _kind_of(own, limit, request)
        importations.append(Importation(party=party, orders=orders, value_usd=value, entry_type=kind))
        first = len(together) + 1
        found = _entries_of_one(
            request, facts.broker, orders, single, kind=kind, first=first, max_value=max_value
        )
        parties |= {planned.number: party for planned, _ in found}
        together += found
    terms = _terms(request, facts, context.reference)
    savings = _savings(tuple(single.values()), [entry for _, entry in together], terms)
    batch = Batch(
        orders=included,
        warehouse=facts.warehouse,
        broker=facts.broker,
        value_usd=sum((each.value_usd for each in importations), Decimal(0)),
        entry_type=_gravest(importations),
        asked_entry_type=request.entry_type,
        has_adcvd=any(entry.has_adcvd for entry in single.values()),
        savings=_measured(savings, request, importations, single, terms),
        importations=importations,
    )
    entries = tuple(_with_costs(planned, entry, parties, terms) for planned, entry in together)
    return Consolidation(batch=batch, entries=entries, parties=parties)


def _kind_of(own: Sequence[Entry], limit: Decimal, request: PlanRequest) -> tuple[EntryType, Decimal | None]:
    """How one importer's orders are entered, and the value (USD) at which entries are split, if at any."""
    asked, has_adcvd = request.entry_type, any(entry.has_adcvd for entry in own)
    values = [entry.value_usd for entry in own]
    if may_be_split(values, limit, asked, has_adcvd=has_adcvd):
        return INFORMAL, limit
    return entry_type_of(sum(values, Decimal(0)), limit, asked, has_adcvd=has_adcvd), None


def _with_costs(
    planned: PlannedEntry, entry: Entry, parties: Mapping[int, Party], terms: Terms | None
) -> PlannedEntry:
    record = parties[planned.number].record
    costs = {
        "importer_id": record.id if record else None,
        "cost": entry_cost(entry, terms) if terms else None,
    }
    return planned.model_copy(update=costs)


def _entries_of_one(
    request: PlanRequest,
    broker: Broker,
    orders: Sequence[Order],
    single: Mapping[str, Entry],
    *,
    kind: EntryType,
    first: int,
    max_value: Decimal | None,
) -> Sequence[tuple[PlannedEntry, Entry]]:
    """Of one importer: the entries that are corrected, then those that are filed."""
    filed = filed_before(orders, request.filed, request.not_filed)
    found = corrected(filed, single, kind=kind, first=first)
    of_a_filed = frozenset(chain.from_iterable(filed.values()))
    to_file = [order for order in orders if order.id not in of_a_filed]
    if filed and not to_file:
        return found
    left = [single[order.id] for order in to_file]
    return *found, *consolidated(
        to_file, left, broker, kind=kind, first=first + len(found), max_value=max_value
    )


def _singles(facts: PlanFacts, included: Sequence[Order], context: Context) -> Sequence[Entry]:
    declared = {id for id, each in facts.products.items() if needs_agency_data(each, context.tariff[id])}
    under_adcvd = {id for id, each in facts.products.items() if is_under_adcvd(each, context)}
    paying = {id for id, each in facts.products.items() if _pays_fee(context.goods_of(each))}
    return entries_of(included, _ranked(context.entry_lines), paying, declared, under_adcvd)


def _ranked(keys: Mapping[str, LineKey]) -> Mapping[str, int]:
    """The keys' places among each other instead of them: they are compared for every line of every order."""
    ranks = {key: rank for rank, key in enumerate(sorted(set(keys.values())))}
    return {product_id: ranks[key] for product_id, key in keys.items()}


def _pays_fee(goods: Goods) -> bool:
    return pays_processing_fee(goods.spi, goods.origin, goods.chapter_98)


def _gravest(importations: Sequence[Importation]) -> EntryType:
    """The type of the whole export, as earlier releases have it: what asks for most."""
    kinds = {each.entry_type for each in importations}
    return ADCVD if ADCVD in kinds else FORMAL if FORMAL in kinds else importations[0].entry_type


def _terms(request: PlanRequest, facts: PlanFacts, reference: ReferenceData) -> Terms | None:
    schedule = schedule_on(facts.broker.fee_schedules, request.entry_date)
    if schedule is None:
        return None
    limit = reference.informal_limit
    return Terms(schedule=schedule, processing_fee=reference.processing_fee, informal_limit=limit)


def _savings(entries: Sequence[Entry], together: Sequence[Entry], terms: Terms | None) -> Savings | None:
    return estimate(entries, terms, together) if terms is not None and entries else None


def _measured(
    savings: Savings | None,
    request: PlanRequest,
    importations: Sequence[Importation],
    single: Mapping[str, Entry],
    terms: Terms | None,
) -> Savings | None:
    """With what the account has them measured against, where that is not an entry for each order."""
    basis = request.savings_basis
    if savings is None or terms is None or basis is SavingsBasis.PER_ORDER:
        return savings
    kinds = {order.id: each.entry_type for each in importations for order in each.orders}
    # Whoever the importer is: all orders of this plan go on one day.
    dated = (
        DatedOrder(order.id, str(number), request.entry_date)
        for number, each in enumerate(importations)
        for order in each.orders
    )
    alternative = [
        replace(consolidate(single[order_id] for order_id in ids), kind=kinds[ids[0]])
        for ids in alternative_entries(dated, basis)
    ]
    return measured(savings, basis, alternative, terms)
