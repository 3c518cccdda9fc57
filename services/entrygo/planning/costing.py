"""What entries are likely to cost, and what their importers' bonds must cover. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from entrygo.domain.bonds import BondNeed
from entrygo.domain.facts import Order
from entrygo.planning.bonds import agency_entries_of, bonds_of
from entrygo.planning.consolidating import Consolidation, consolidate_orders
from entrygo.planning.duty.book import DutyBook
from entrygo.planning.entry_duties import Estimate, duties_of
from entrygo.planning.inputs import PlanFacts, PlanRequest
from entrygo.planning.rules.base import Context


@dataclass(frozen=True, slots=True, kw_only=True)
class Costed:
    """The orders put together; `duties` is None where no book of duty was given."""

    plan: Consolidation
    duties: Estimate | None


def costed(
    request: PlanRequest,
    facts: PlanFacts,
    included: tuple[Order, ...],
    context: Context,
    book: DutyBook | None,
) -> Costed:
    """The included orders as entries, with their duty, and with the bonds that rules look at."""
    plan = consolidate_orders(request, facts, included, context)
    duties = _duties(plan, facts, context, book)
    batch = replace(plan.batch, bonds=_bonds(plan, facts, context, duties))
    return Costed(plan=replace(plan, batch=batch), duties=duties)


def _duties(
    plan: Consolidation, facts: PlanFacts, context: Context, book: DutyBook | None
) -> Estimate | None:
    if book is None:
        return None
    importers = {number: party.of_record.number for number, party in plan.parties.items()}
    return duties_of(plan.entries, plan.batch.orders, facts.products, context, book=book, importers=importers)


def _bonds(
    plan: Consolidation, facts: PlanFacts, context: Context, duties: Estimate | None
) -> Mapping[str, BondNeed]:
    if duties is None or not plan.entries:
        return {}
    products = {order.id: frozenset(item.product_id for item in order.items) for order in plan.batch.orders}
    return bonds_of(
        plan.parties,
        plan.entries,
        duties.entries,
        paid=facts.paid,
        day=context.entry_date,
        agency_entries=agency_entries_of(plan.entries, products, context.tariff),
    )
