"""Rules on an order line: how many, and at what value."""

from entrygo.domain.money import plain
from entrygo.domain.snapshot import Severity
from entrygo.planning.rules.base import Context, Line, LineRule, Problem, Rule, sku_of
from entrygo.planning.rules.measures import counts_pieces


def _quantity(line: Line, context: Context) -> Problem | None:
    quantity = line.item.quantity
    if quantity <= 0:
        return Problem(f"Quantity of {sku_of(line.product)} must be above zero.")
    if quantity != quantity.to_integral_value() and counts_pieces(line.product, context):
        return Problem(f"Quantity of {sku_of(line.product)} must be a positive whole number.")
    return None


def _unit_value(line: Line, context: Context) -> Problem | None:
    if line.item.unit_value_usd > 0:
        return None
    return Problem(f"Unit value of {sku_of(line.product)} must be above zero.")


def _outlier(line: Line, context: Context) -> Problem | None:
    value, usual = line.item.unit_value_usd, line.product.unit_value_usd
    tolerance = context.reference.value_tolerance_pct
    if value <= 0 or usual is None or usual <= 0 or abs(value - usual) * 100 <= usual * tolerance:
        return None
    return Problem(
        f"Unit value {plain(value)} of {sku_of(line.product)} differs over {plain(tolerance)} %"
        " from its catalogue value."
    )


ITEM_QUANTITY_INVALID = LineRule(
    code="ITEM_QUANTITY_INVALID",
    severity=Severity.ERROR,
    penalty=10,
    field="quantity",
    basis="19 CFR 141.86(a)(4)",
    check=_quantity,
)

ITEM_UNIT_VALUE_INVALID = LineRule(
    code="ITEM_UNIT_VALUE_INVALID",
    severity=Severity.ERROR,
    penalty=10,
    field="unit_value_usd",
    basis="19 CFR 141.86(a)(5) and (6)",
    is_datum_missing=True,
    check=_unit_value,
)

ITEM_VALUE_OUTLIER = LineRule(
    code="ITEM_VALUE_OUTLIER",
    severity=Severity.WARNING,
    penalty=4,
    field="unit_value_usd",
    basis="19 CFR 152.103; 19 USC 1592",
    check=_outlier,
)

RULES: tuple[Rule, ...] = (
    ITEM_QUANTITY_INVALID,
    ITEM_UNIT_VALUE_INVALID,
    ITEM_VALUE_OUTLIER,
)
