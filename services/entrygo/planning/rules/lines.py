"""Rules on an order line: how many, at what value, and whether its weight fits that."""

from collections.abc import Callable
from decimal import Decimal

from entrygo.domain.facts import Product
from entrygo.domain.money import line_value, plain
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
    quantity, value = line.item.quantity, line.item.unit_value_usd
    if value <= 0:
        return Problem(f"Unit value of {sku_of(line.product)} must be above zero.")
    if quantity > 0 and not line_value(quantity, value):
        # The invoice would state a line without a value.
        return Problem(
            f"{plain(quantity)} of {sku_of(line.product)} at USD {plain(value)} are worth under half a cent:"
            " the line would have a value of 0.00."
        )
    return None


def _outlier(line: Line, context: Context) -> Problem | None:
    value, usual = line.item.unit_value_usd, line.product.unit_value_usd
    tolerance = context.reference.value_tolerance_pct
    if value <= 0 or usual is None or usual <= 0 or abs(value - usual) * 100 <= usual * tolerance:
        return None
    return Problem(
        f"Unit value {plain(value)} of {sku_of(line.product)} differs over {plain(tolerance)} %"
        " from its catalogue value."
    )


def _weighs(kind: str, weight_of: Callable[[Product], Decimal | None]) -> Callable[..., Problem | None]:
    """The check of a weight that no article has, or none of its value: grams stated as kilograms."""

    def check(line: Line, context: Context) -> Problem | None:
        weight, value = weight_of(line.product), line.item.unit_value_usd
        if not weight or weight < 0:
            return None
        reference, sku = context.reference, sku_of(line.product)
        if value > 0 and value < weight * reference.min_usd_per_kg:
            return Problem(
                f"The {kind} weight of {sku}, {plain(weight)} kg a unit, is implausible for a value of USD"
                f" {plain(value)}: less than USD {plain(reference.min_usd_per_kg)} a kg. Is it in grams?"
            )
        if weight > reference.max_unit_kg and counts_pieces(line.product, context):
            return Problem(
                f"The {kind} weight of {sku}, {plain(weight)} kg a unit, is implausible: more than"
                f" {plain(reference.max_unit_kg)} kg. Is it in grams, or that of a case?"
            )
        return None

    return check


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

# They look at lines, as only an order states what its goods are worth; the product is what to correct.
PRODUCT_NET_WEIGHT_IMPLAUSIBLE = LineRule(
    code="PRODUCT_NET_WEIGHT_IMPLAUSIBLE",
    severity=Severity.WARNING,
    penalty=4,
    field="product.net_weight_kg",
    basis="19 CFR 141.86(a)(4); CBP Form 7501, net quantity",
    check=_weighs("net", lambda product: product.net_weight_kg),
)

PRODUCT_GROSS_WEIGHT_IMPLAUSIBLE = LineRule(
    code="PRODUCT_GROSS_WEIGHT_IMPLAUSIBLE",
    severity=Severity.WARNING,
    penalty=4,
    field="product.gross_weight_kg",
    basis="19 CFR 123.92; CBP Form 7501, gross weight",
    check=_weighs("gross", lambda product: product.gross_weight_kg),
)

RULES: tuple[Rule, ...] = (
    ITEM_QUANTITY_INVALID,
    ITEM_UNIT_VALUE_INVALID,
    ITEM_VALUE_OUTLIER,
    PRODUCT_NET_WEIGHT_IMPLAUSIBLE,
    PRODUCT_GROSS_WEIGHT_IMPLAUSIBLE,
)
