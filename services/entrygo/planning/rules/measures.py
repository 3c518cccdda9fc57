"""Rules on weight and unit: what the tariff's units of quantity need to be worked out."""

from entrygo.domain.facts import Product
from entrygo.domain.hts_quantities import measures_of
from entrygo.domain.snapshot import Severity
from entrygo.planning.reference.scopes import words_of
from entrygo.planning.rules.base import Context, Problem, ProductRule, Rule, is_blank, sku_of

# Units of weight: quantities come from the net weight, whatever the commercial unit is.
WEIGHTS = ("kg", "g", "t")
# Units that are measured: goods sold by them come in any fraction.
MEASURED = (*WEIGHTS, "m", "m2", "m3", "liters")
# Units that single articles are counted in; nobody has to name one.
COUNTED = ("no", "doz", "doz pcs", "gross", "hundreds", "thousands")
NO_UNIT = "x"


def units_of(product: Product, context: Context) -> tuple[str, ...]:
    """The units that the tariff reports the product in; empty where they are not known."""
    rows = context.reference.hts_units.nearest(product.hts_code)
    return tuple(dict.fromkeys(unit for row in rows for unit in words_of(row, "units")))


def counts_pieces(product: Product, context: Context) -> bool:
    """Whether quantities count articles: by the unit given, and without one by the tariff's."""
    unit, names = _named(product.unit_of_measure), context.reference.unit_names
    if unit:
        return all(unit != measured and unit not in names.get(measured, ()) for measured in MEASURED)
    units = units_of(product, context)
    return not units or any(asked not in MEASURED for asked in units)


def _named(unit: str | None) -> str:
    return (unit or "").strip().rstrip(".").lower()


def _net_weight_missing(product: Product, context: Context) -> Problem | None:
    weights = [unit for unit in units_of(product, context) if unit in WEIGHTS]
    if product.net_weight_kg or not weights:
        return None
    return Problem(f"Product {sku_of(product)} has no net weight; HTS reports in {', '.join(weights)}.")


def _unconvertible(product: Product, context: Context) -> Problem | None:
    unit, units = product.unit_of_measure, units_of(product, context)
    if unit is None or is_blank(unit):
        return None
    names, given = context.reference.unit_names, _named(unit)

    def is_told(asked: str) -> bool:
        if asked in names:
            return given in names[asked]
        return all(measure.each is not None for measure in measures_of(product, (asked,)))

    if all(asked in WEIGHTS or is_told(asked) for asked in units):
        return None
    return Problem(f"Unit {unit} of {sku_of(product)} cannot be converted to {', '.join(units)}.")


def _unit_missing(product: Product, context: Context) -> Problem | None:
    """Without a unit, quantities count articles; pairs, litres and pieces of a set do not follow from it."""
    if not is_blank(product.unit_of_measure):
        return None
    asked = [
        unit for unit in units_of(product, context) if unit not in (*COUNTED, *WEIGHTS) and unit != NO_UNIT
    ]
    if not asked:
        return None
    return Problem(f"{sku_of(product)} has no unit of measure; HTS reports in {', '.join(asked)}.")


PRODUCT_UNIT_OF_MEASURE_MISSING = ProductRule(
    code="PRODUCT_UNIT_OF_MEASURE_MISSING",
    severity=Severity.WARNING,
    penalty=4,
    field="unit_of_measure",
    basis="HTS units of quantity; CBP Form 7501, block 31",
    is_datum_missing=True,
    check=_unit_missing,
)

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
    PRODUCT_UNIT_OF_MEASURE_MISSING,
    PRODUCT_UOM_UNCONVERTIBLE,
)
