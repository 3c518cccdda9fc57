"""Runs the rules over the facts: which findings there are, and which orders stay behind. Pure.

A product is judged once, however many lines name it; each of those lines then shows its findings.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import TypeVar

from entrygo.domain.facts import Order, OrderItem, Product
from entrygo.domain.snapshot import ExcludedOrder, Severity
from entrygo.planning.findings import Finding, distinct
from entrygo.planning.importations import Party
from entrygo.planning.inputs import OnBlocked, PlanFacts, PlanRequest
from entrygo.planning.rules.base import (
    Batch,
    BatchRule,
    Context,
    ImporterRule,
    Line,
    LineRule,
    OrderRule,
    PartyRule,
    Problem,
    ProductPartsRule,
    ProductRule,
    Rule,
)

R = TypeVar("R", bound=Rule)

# A problem of a line or its product, and the path below the line.
_Found = tuple[Rule, Problem, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class OrdersJudged:
    """Which of the requested orders go, which stay behind and why, and what was found about each.

    `findings` are distinct, by order, line, code and field; beside them, why importers were left behind.
    """

    included: tuple[Order, ...]
    excluded: tuple[ExcludedOrder, ...]
    findings: tuple[Finding, ...]
    importers_left: tuple[Finding, ...] = ()


def in_force(rules: Sequence[Rule], context: Context) -> tuple[Rule, ...]:
    """The rules that hold on the entry date."""
    return tuple(rule for rule in rules if rule.is_in_force(context.entry_date))


def _of_kind(rules: Sequence[Rule], kind: type[R]) -> tuple[R, ...]:
    return tuple(rule for rule in rules if isinstance(rule, kind))


def judge_orders(
    request: PlanRequest, facts: PlanFacts, rules: Sequence[Rule], context: Context
) -> OrdersJudged:
    """Every requested order in turn, at its index in the request."""
    judge = _OrderJudge(facts, rules, context)
    included, excluded, findings = [], [], []
    for index, order_id in enumerate(request.order_ids):
        order = facts.orders[order_id]
        reasons = judge.exclusions(order, index)
        if not reasons:
            own = judge.findings(order, index)
            if request.on_blocked is OnBlocked.EXCLUDE:
                reasons = [_as_reason(finding) for finding in own if finding.severity is Severity.ERROR]
            if not reasons:
                included.append(order)
                findings.extend(own)
                continue
        findings.extend(reasons)
        excluded.append(_left_behind(order, judge.in_rule_order(reasons)))
    return OrdersJudged(included=tuple(included), excluded=tuple(excluded), findings=tuple(findings))


def _as_reason(finding: Finding) -> Finding:
    """Errors of excluded orders explain the exclusion; they do not affect readiness or score."""
    return replace(finding, severity=Severity.INFO, penalty=0, keeps_behind=True)


def _left_behind(order: Order, reasons: Sequence[Finding]) -> ExcludedOrder:
    codes = tuple(dict.fromkeys(finding.rule.code for finding in reasons))
    return ExcludedOrder(order_id=order.id, external_id=order.external_id, reasons=codes)


class _OrderJudge:
    """The rules sorted by what they look at, and what they said about each product."""

    def __init__(self, facts: PlanFacts, rules: Sequence[Rule], context: Context) -> None:
        self._products = facts.products
        self._context = context
        order_rules = _of_kind(rules, OrderRule)
        self._excluding = tuple(rule for rule in order_rules if rule.excludes)
        self._order_rules = tuple(rule for rule in order_rules if not rule.excludes)
        self._line_rules = _of_kind(rules, LineRule)
        self._of_product = _judge_products(facts, rules, context)
        kinds = (OrderRule, LineRule, ProductRule, ProductPartsRule, PartyRule)
        in_turn = chain.from_iterable(_of_kind(rules, kind) for kind in kinds)
        self._rank = {rule.code: rank for rank, rule in enumerate(in_turn)}
        # By the identity of the line: orders share the one line where theirs are equal.
        self._of_line: dict[int, Sequence[_Found]] = {}

    def in_rule_order(self, findings: Iterable[Finding]) -> Sequence[Finding]:
        """Those of one order as its reasons to stay behind: line by line, as the rules are listed."""
        return sorted(findings, key=lambda each: (each.item_index, self._rank[each.rule.code]))

    def exclusions(self, order: Order, index: int) -> list[Finding]:
        """Findings that leave the order behind whatever the request says."""
        return self._order_findings(self._excluding, order, index)

    def findings(self, order: Order, index: int) -> list[Finding]:
        """Findings about the order, its lines and their products, at `index` of the request."""
        order_id, found = order.id, self._order_findings(self._order_rules, order, index)
        for position, item in enumerate(order.items):
            path = f"orders[{index}].items[{position}]."
            product_id = item.product_id
            found += [
                Finding(
                    rule,
                    problem.message,
                    path + field,
                    rule.severity,
                    rule.penalty,
                    order_id,
                    product_id,
                    position,
                )
                for rule, problem, field in self._found_of(item)
            ]
        return found

    def _found_of(self, item: OrderItem) -> Sequence[_Found]:
        """What is found about a line and its product, with the path below the line; equal lines share it."""
        found = self._of_line.get(id(item))
        if found is None:
            line = Line(item=item, product=self._products[item.product_id])
            own = [
                (rule, problem, rule.field)
                for rule in self._line_rules
                if (problem := rule.check(line, self._context)) is not None
            ]
            of_product = self._of_product[item.product_id]
            found = self._of_line[id(item)] = _in_place([*own, *of_product]) if own else of_product
        return found

    def _order_findings(self, rules: Sequence[OrderRule], order: Order, index: int) -> list[Finding]:
        found = [
            Finding(
                rule=rule,
                message=problem.message,
                field=_below(f"orders[{index}]", rule.field),
                severity=rule.severity,
                penalty=rule.penalty,
                order_id=order.id,
            )
            for rule in rules
            if (problem := rule.check(order, self._context)) is not None
        ]
        return distinct(found) if len(found) > 1 else found


def _in_place(found: Iterable[_Found]) -> Sequence[_Found]:
    """What is found about one thing: the last a code and field, in their order."""
    by_place = {(rule.code, field): (rule, problem, field) for rule, problem, field in found}
    return [by_place[place] for place in sorted(by_place)]


def _judge_products(
    facts: PlanFacts, rules: Sequence[Rule], context: Context
) -> Mapping[str, Sequence[_Found]]:
    wholes, parts = _of_kind(rules, ProductRule), _of_kind(rules, ProductPartsRule)
    parties = _of_kind(rules, PartyRule)

    def found_of(product: Product) -> Iterator[tuple[Rule, Problem]]:
        for whole in wholes:
            if (problem := whole.check(product, context)) is not None:
                yield whole, problem
        for rule in parts:
            for problem in rule.check(product, context):
                yield rule, problem
        for party in parties:
            if (problem := party.check(product.manufacturer.name or "", context)) is not None:
                yield party, problem

    return {
        product.id: _in_place(
            (rule, problem, f"product.{_below(rule.field, problem.below)}")
            for rule, problem in found_of(product)
        )
        for product in facts.products.values()
    }


def judge_batch(batch: Batch, rules: Sequence[Rule], context: Context) -> tuple[Finding, ...]:
    """The export as a whole, and the companies that answer for it."""
    found: list[tuple[Rule, Problem, str]] = [
        (rule, problem, _below(rule.field, problem.below))
        for rule in _of_kind(rules, BatchRule)
        for problem in rule.check(batch, context)
    ]
    found += [
        (rule, problem, field)
        for rule in _of_kind(rules, PartyRule)
        for field, name in _parties(batch)
        if (problem := rule.check(name or "", context)) is not None
    ]
    of_batch = [
        Finding(rule=rule, message=problem.message, field=field, severity=rule.severity, penalty=rule.penalty)
        for rule, problem, field in found
    ]
    return (*of_batch, *_of_importers(batch, rules, context))


def _of_importers(batch: Batch, rules: Sequence[Rule], context: Context) -> Iterator[Finding]:
    for importation in batch.importations:
        for rule in _of_kind(rules, ImporterRule):
            for problem in rule.check(importation, batch, context):
                yield Finding(
                    rule=rule,
                    message=problem.message,
                    field=_below(_of_importer(rule, importation.party), problem.below),
                    severity=rule.severity,
                    penalty=rule.penalty,
                    importer=importation.party.key,
                )


def _of_importer(rule: ImporterRule, party: Party) -> str:
    if party.is_of_the_warehouse:
        return rule.field
    return _below(f"importers[{party.name}]", rule.of_record)


def leave_importers_behind(
    judged: OrdersJudged, batch: Batch, findings: Sequence[Finding]
) -> OrdersJudged | None:
    """Without the orders of importers that have an error of their own; None where that leaves everything.

    Where every importer has one, nothing is left behind: there would be nothing to export, and the errors say
    more than that.
    """
    reasons = [each for each in findings if each.importer is not None and each.severity is Severity.ERROR]
    behind = {each.importer for each in reasons}
    if not behind or all(each.party.key in behind for each in batch.importations):
        return None
    left = {
        order.id: [each for each in reasons if each.importer == importation.party.key]
        for importation in batch.importations
        if importation.party.key in behind
        for order in importation.orders
    }
    return OrdersJudged(
        included=tuple(order for order in judged.included if order.id not in left),
        excluded=(
            *judged.excluded,
            *(_left_behind(order, left[order.id]) for order in judged.included if order.id in left),
        ),
        findings=tuple(each for each in judged.findings if each.order_id not in left),
        importers_left=tuple(map(_as_reason, reasons)),
    )


def _parties(batch: Batch) -> Sequence[tuple[str, str | None]]:
    return (
        *((_name_of(each.party), each.party.of_record.name) for each in batch.importations),
        ("warehouse.name", batch.warehouse.name),
        ("broker.name", batch.broker.name),
    )


def _name_of(party: Party) -> str:
    whose = "batch.importer_of_record" if party.is_of_the_warehouse else f"importers[{party.name}]"
    return f"{whose}.name"


def _below(path: str, field: str) -> str:
    return f"{path}.{field}" if field else path
