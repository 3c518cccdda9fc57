"""Rules on weight and unit: what the tariff's units of quantity need to be worked out."""

from entrygo.domain.facts import Product
from entrygo.domain.snapshot import Severity
from entrygo.planning.reference.scopes import words_of
from entrygo.planning.rules.base import Context, Problem, ProductRule, Rule, is_blank, sku_of

# Units of weight: quantities come from the net weight, whatever the commercial unit is.
WEIGHTS = ("kg", "g", "t")


def units_of(product: Product, context: Context) -> tuple[str, ...]:
    """The units that the tariff reports the product in; empty where they are not known."""
    rows = context.reference.hts_units.nearest(product.hts_code)
    return tuple(dict.fromkeys(unit for row in rows for unit in words_of(row, "units")))


def _net_weight_missing(product: Product, context: Context) -> Problem | None:
    weights = [unit for unit in units_of(product, context) if unit in WEIGHTS]
    if product.net_weight_kg or not weights:
        return None
    return Problem(f"Product {sku_of(product)} has no net weight; HTS reports in {', '.join(weights)}.")


def _unconvertible(product: Product, context: Context) -> Problem | None:
    """Without a unit, quantities count pieces."""
    unit, units = product.unit_of_measure, units_of(product, context)
    if unit is None or is_blank(unit):
        return None
    names, given = context.reference.unit_names, unit.strip().rstrip(".").lower()
    if all(asked in WEIGHTS or given in names.get(asked, {given}) for asked in units):
        return None
    return Problem(f"Unit {unit} of {sku_of(product)} cannot be converted to {', '.join(units)}.")


PRODUCT_NET_WEIGHT_MISSING = ProductRule(
    code="PRODUCT_NET_WEIGHT_MISSING",
    severity=Severity.WARNING,
    penalty=4,
    field="net_weight_kg",
    basis="HTS units of quantity",
    is_datum_missing=True,
    check=_net_weight_missing,
)

PRODUCT_UOM_UNCONVERTIBLE = ProductRule(
    code="PRODUCT_UOM_UNCONVERTIBLE",
    severity=Severity.WARNING,
    penalty=4,
    field="unit_of_measure",
    basis="HTS units of quantity",
    check=_unconvertible,
)

RULES: tuple[Rule, ...] = (
    PRODUCT_NET_WEIGHT_MISSING,
    PRODUCT_UOM_UNCONVERTIBLE,
)
