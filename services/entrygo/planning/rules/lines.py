"""Rules on an order line: how many, and at what value."""

from entrygo.domain.snapshot import Severity
from entrygo.planning.rules.base import Context, Line, LineRule, Problem, sku_of


def _quantity(line: Line, context: Context) -> Problem | None:
    quantity = line.item.quantity
    if quantity > 0 and quantity == quantity.to_integral_value():
        return None
    return Problem(f"Quantity of {sku_of(line.product)} must be a positive whole number.")


def _unit_value(line: Line, context: Context) -> Problem | None:
    if line.item.unit_value_usd > 0:
        return None
    return Problem(f"Unit value of {sku_of(line.product)} must be above zero.")


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
