"""The findings gathered by what has to be changed: a product once, however many orders wait for it. Pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from entrygo.domain.facts import Order, Product
from entrygo.domain.snapshot import Severity
from entrygo.planning.findings import SEVERITY_ORDER, Finding
from entrygo.planning.fixes import accepted_in, suggestion_for
from entrygo.planning.order_fixes import OrderFix, fix_for
from entrygo.planning.rules.base import Context, Rule, sku_of

# Where a finding's path enters the product.
INTO_PRODUCT = ".product."


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductIssue:
    """One code of one product: the orders it blocks, and how to fix it."""

    code: str
    message: str
    severity: Severity
    product_id: str
    sku: str
    orders_blocked: int
    orders: int
    lines: int
    field: str
    accepted: str
    suggestion: str | None
    # What mends it where no value of the field does.
    remedy: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderSuggestion:
    """A suggested fix for one order, for a person to confirm."""

    order_id: str
    external_id: str
    fix: OrderFix


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderIssue:
    """One code met by orders or their lines, with the first as an example."""

    code: str
    message: str
    severity: Severity
    orders_blocked: int
    orders: int
    lines: int
    field: str
    order_id: str
    external_id: str
    # Of the orders for which one is certain.
    suggestions: tuple[OrderSuggestion, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanIssues:
    """Most orders blocked first; the totals count each product and order once."""

    by_product: tuple[ProductIssue, ...]
    by_order: tuple[OrderIssue, ...]
    products_blocking: int
    orders_blocked_by_products: int
    orders_blocked: int


@dataclass(slots=True)
class _Group:
    """The findings that share a fix; `first` is the most severe one, the earliest of those."""

    first: Finding
    orders: set[str] = field(default_factory=set)
    blocked: set[str] = field(default_factory=set)
    lines: int = 0

    def take(self, finding: Finding, order_id: str) -> None:
        self.orders.add(order_id)
        if finding.item_index >= 0:
            self.lines += 1
        if finding.blocks:
            self.blocked.add(order_id)
            if not self.first.blocks:
                self.first = finding
        elif SEVERITY_ORDER[finding.severity] < _rank(self.first):
            self.first = finding

    @property
    def severity(self) -> Severity:
        return Severity.ERROR if self.first.blocks else self.first.severity

    @property
    def sort_key(self) -> tuple[int, int, int, str, str]:
        return (
            -len(self.blocked),
            SEVERITY_ORDER[self.severity],
            -len(self.orders),
            self.first.rule.code,
            self.first.product_id or "",
        )


def _rank(finding: Finding) -> int:
    return SEVERITY_ORDER[Severity.ERROR if finding.blocks else finding.severity]


def issues_of(
    findings: Iterable[Finding],
    orders: Mapping[str, Order],
    products: Mapping[str, Product],
    rules: Sequence[Rule],
    context: Context,
) -> PlanIssues:
    """From the findings about orders; what concerns the export as a whole stands for itself."""
    by_product, by_order = _grouped(findings)
    by_products = {order_id for group in by_product for order_id in group.blocked}
    return PlanIssues(
        by_product=tuple(_product_issue(group, products, rules, context) for group in by_product),
        by_order=tuple(_order_issue(group, orders, context) for group in by_order),
        products_blocking=len({group.first.product_id for group in by_product if group.blocked}),
        orders_blocked_by_products=len(by_products),
        orders_blocked=len(by_products.union(*(group.blocked for group in by_order))),
    )


def _grouped(findings: Iterable[Finding]) -> tuple[Sequence[_Group], Sequence[_Group]]:
    """By code, product and part of it; and by code alone, where no product is to be changed."""
    of_product: dict[tuple[str, str, str], _Group] = {}
    of_order: dict[str, _Group] = {}
    for finding in findings:
        if finding.order_id is None:
            continue
        code, part = finding.rule.code, _part_of_product(finding)
        if finding.product_id is not None and part:
            key = (code, finding.product_id, part)
            group = of_product.get(key) or of_product.setdefault(key, _Group(finding))
        else:
            group = of_order.get(code) or of_order.setdefault(code, _Group(finding))
        group.take(finding, finding.order_id)
    by_product, by_order = (
        sorted(groups.values(), key=lambda group: group.sort_key) for groups in (of_product, of_order)
    )
    return by_product, by_order


def _part_of_product(finding: Finding) -> str:
    return finding.field.partition(INTO_PRODUCT)[2]


def _product_issue(
    group: _Group, products: Mapping[str, Product], rules: Sequence[Rule], context: Context
) -> ProductIssue:
    finding = group.first
    assert finding.product_id is not None
    product = products[finding.product_id]
    part = _part_of_product(finding)
    return ProductIssue(
        code=finding.rule.code,
        message=finding.message,
        severity=group.severity,
        product_id=product.id,
        sku=sku_of(product),
        orders_blocked=len(group.blocked),
        orders=len(group.orders),
        lines=group.lines,
        field=part,
        accepted=accepted_in(part),
        suggestion=suggestion_for(part, product, context, rules),
        remedy=finding.rule.remedy,
    )


def _order_issue(group: _Group, orders: Mapping[str, Order], context: Context) -> OrderIssue:
    finding = group.first
    assert finding.order_id is not None
    return OrderIssue(
        code=finding.rule.code,
        message=finding.message,
        severity=group.severity,
        orders_blocked=len(group.blocked),
        orders=len(group.orders),
        lines=group.lines,
        field=finding.field,
        order_id=finding.order_id,
        external_id=orders[finding.order_id].external_id,
        suggestions=tuple(_suggestions(finding.rule.code, group, orders, context)),
    )


def _suggestions(
    code: str, group: _Group, orders: Mapping[str, Order], context: Context
) -> Iterator[OrderSuggestion]:
    for order in sorted((orders[order_id] for order_id in group.orders), key=lambda one: one.external_id):
        fix = fix_for(code, order, context)
        if fix is not None:
            yield OrderSuggestion(order_id=order.id, external_id=order.external_id, fix=fix)
