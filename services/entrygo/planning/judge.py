"""Runs the rules over the facts: which findings there are, and which orders stay behind. Pure.

A product is judged once, however many lines name it; each of those lines then shows its findings.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from entrygo.domain.facts import Order
from entrygo.domain.snapshot import ExcludedOrder, Severity, ValidationMessage
from entrygo.planning.inputs import OnBlocked, PlanFacts, PlanRequest
from entrygo.planning.rules.base import (
    Batch,
    BatchRule,
    Context,
    Line,
    LineRule,
    OrderRule,
    PartyRule,
    Problem,
    ProductPartsRule,
    ProductRule,
    Rule,
)

# What concerns the whole export, or the whole order, comes before what concerns a part of it.
NO_INDEX = -1
SEVERITY_ORDER = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.INFO: 2}

R = TypeVar("R", bound=Rule)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A problem in its place, with the weight it has there."""

    rule: Rule
    message: str
    field: str
    severity: Severity
    penalty: int
    order_index: int = NO_INDEX
    item_index: int = NO_INDEX
    order_id: str | None = None
    product_id: str | None = None
    # An error that leaves its order behind is reported as an info.
    keeps_behind: bool = False

    @property
    def blocks(self) -> bool:
        """Whether its order cannot go: it blocks the export, or it was left out for this."""
        return self.keeps_behind or self.severity is Severity.ERROR

    @property
    def sort_key(self) -> tuple[int, int, int, str, str]:
        return (
            SEVERITY_ORDER[self.severity],
            self.order_index,
            self.item_index,
            self.rule.code,
            self.field,
        )

    def as_message(self) -> ValidationMessage:
        return ValidationMessage(
            code=self.rule.code,
            message=self.message,
            severity=self.severity,
            field=self.field,
            product_id=self.product_id,
            order_id=self.order_id,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class OrdersJudged:
    """Which of the requested orders go, which stay behind and why, and what was found about each."""

    included: tuple[Order, ...]
    excluded: tuple[ExcludedOrder, ...]
    findings: tuple[Finding, ...]


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
        reasons = list(judge.exclusions(order, index))
        if not reasons:
            own = list(judge.findings(order, index))
            if request.on_blocked is OnBlocked.EXCLUDE:
                reasons = [_as_reason(finding) for finding in own if finding.severity is Severity.ERROR]
            if not reasons:
                included.append(order)
                findings.extend(own)
                continue
        findings.extend(reasons)
        excluded.append(_left_behind(order, reasons))
    return OrdersJudged(included=tuple(included), excluded=tuple(excluded), findings=tuple(findings))


def _as_reason(finding: Finding) -> Finding:
    """An error of an order that stays behind says why; it neither blocks nor weighs on the rest."""
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

    def exclusions(self, order: Order, index: int) -> Iterator[Finding]:
        return self._order_findings(self._excluding, order, index)

    def findings(self, order: Order, index: int) -> Iterator[Finding]:
        yield from self._order_findings(self._order_rules, order, index)
        for position, item in enumerate(order.items):
            product = self._products[item.product_id]
            line = Line(item=item, product=product)
            found: list[tuple[Rule, Problem, str]] = [
                (rule, problem, rule.field)
                for rule in self._line_rules
                if (problem := rule.check(line, self._context)) is not None
            ]
            found += [
                (rule, problem, f"product.{_below(rule.field, problem.below)}")
                for rule, problem in self._of_product[product.id]
            ]
            for rule, problem, field in found:
                yield Finding(
                    rule=rule,
                    message=problem.message,
                    field=f"orders[{index}].items[{position}].{field}",
                    severity=rule.severity,
                    penalty=rule.penalty,
                    order_index=index,
                    item_index=position,
                    order_id=order.id,
                    product_id=product.id,
                )

    def _order_findings(self, rules: Sequence[OrderRule], order: Order, index: int) -> Iterator[Finding]:
        for rule in rules:
            problem = rule.check(order, self._context)
            if problem is not None:
                yield Finding(
                    rule=rule,
                    message=problem.message,
                    field=_below(f"orders[{index}]", rule.field),
                    severity=rule.severity,
                    penalty=rule.penalty,
                    order_index=index,
                    order_id=order.id,
                )


def _judge_products(
    facts: PlanFacts, rules: Sequence[Rule], context: Context
) -> Mapping[str, Sequence[tuple[Rule, Problem]]]:
    wholes, parts = _of_kind(rules, ProductRule), _of_kind(rules, ProductPartsRule)
    parties = _of_kind(rules, PartyRule)
    return {
        product.id: [
            *((rule, problem) for rule in wholes if (problem := rule.check(product, context)) is not None),
            *((rule, problem) for rule in parts for problem in rule.check(product, context)),
            *(
                (rule, problem)
                for rule in parties
                if (problem := rule.check(product.manufacturer.name or "", context)) is not None
            ),
        ]
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
    return tuple(
        Finding(rule=rule, message=problem.message, field=field, severity=rule.severity, penalty=rule.penalty)
        for rule, problem, field in found
    )


def _parties(batch: Batch) -> Sequence[tuple[str, str | None]]:
    return (
        ("batch.importer_of_record.name", batch.warehouse.importer_of_record.name),
        ("warehouse.name", batch.warehouse.name),
        ("broker.name", batch.broker.name),
    )


def _below(path: str, field: str) -> str:
    return f"{path}.{field}" if field else path


def in_order(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """One a code and field, sorted by severity, order, line and code."""
    distinct = {(finding.rule.code, finding.field): finding for finding in findings}
    return tuple(sorted(distinct.values(), key=lambda finding: finding.sort_key))
