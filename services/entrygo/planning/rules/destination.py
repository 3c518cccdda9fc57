"""Rules on where an order goes: customs territory, ZIP and state. ZIP rules are for the US alone."""

from entrygo.domain.facts import Order
from entrygo.domain.snapshot import Severity
from entrygo.planning.reference.postal import zip5_of
from entrygo.planning.rules.base import Context, OrderRule, Problem, Rule, is_blank

UNITED_STATES = "US"


def _outside_territory(order: Order, context: Context) -> Problem | None:
    if order.destination_country != UNITED_STATES:
        return None
    region = _region(order, context)
    if region not in context.reference.outside_customs_territory:
        return None
    return Problem(f"{region} is outside U.S. customs territory or military mail.")


def _region(order: Order, context: Context) -> str | None:
    """The state's code as given; where none is given, the one that the ZIP lies in."""
    regions = context.reference.regions
    if order.destination_region is not None and not is_blank(order.destination_region):
        return regions.region_code(order.destination_region)
    zip5 = zip5_of(order.destination_postal_code or "")
    return regions.region_of(zip5) if zip5 else None


def _postal_code_missing(order: Order, context: Context) -> Problem | None:
    if order.destination_country != UNITED_STATES or not is_blank(order.destination_postal_code):
        return None
    return Problem(f"Order {order.external_id} has no destination ZIP.")


def _postal_code_invalid(order: Order, context: Context) -> Problem | None:
    code = order.destination_postal_code
    if order.destination_country != UNITED_STATES or code is None or is_blank(code) or zip5_of(code):
        return None
    return Problem(f"{code} is not a U.S. ZIP code.")


def _region_missing(order: Order, context: Context) -> Problem | None:
    if order.destination_country != UNITED_STATES or not is_blank(order.destination_region):
        return None
    return Problem(f"Order {order.external_id} has no destination state.")


def _region_mismatch(order: Order, context: Context) -> Problem | None:
    region, code = order.destination_region, order.destination_postal_code
    if order.destination_country != UNITED_STATES or region is None or is_blank(region) or code is None:
        return None
    regions = context.reference.regions
    zip5 = zip5_of(code)
    if zip5 is None or regions.holds(regions.region_code(region), zip5):
        return None
    return Problem(f"ZIP {code} is not in {region}.")


ORDER_OUTSIDE_CUSTOMS_TERRITORY = OrderRule(
    code="ORDER_OUTSIDE_CUSTOMS_TERRITORY",
    severity=Severity.ERROR,
    penalty=8,
    field="destination_region",
    basis="HTS General Note 2",
    check=_outside_territory,
)

ORDER_POSTAL_CODE_MISSING = OrderRule(
    code="ORDER_POSTAL_CODE_MISSING",
    severity=Severity.ERROR,
    penalty=6,
    field="destination_postal_code",
    basis="ACE consignee data",
    is_datum_missing=True,
    check=_postal_code_missing,
)

ORDER_POSTAL_CODE_INVALID = OrderRule(
    code="ORDER_POSTAL_CODE_INVALID",
    severity=Severity.ERROR,
    penalty=6,
    field="destination_postal_code",
    basis="USPS ZIP and ZIP+4",
    check=_postal_code_invalid,
)

ORDER_REGION_MISSING = OrderRule(
    code="ORDER_REGION_MISSING",
    severity=Severity.WARNING,
    penalty=2,
    field="destination_region",
    basis="ACE consignee data",
    is_datum_missing=True,
    check=_region_missing,
)

ORDER_POSTAL_REGION_MISMATCH = OrderRule(
    code="ORDER_POSTAL_REGION_MISMATCH",
    severity=Severity.WARNING,
    penalty=3,
    field="destination_postal_code",
    basis="USPS ZIP prefixes by state",
    check=_region_mismatch,
)

RULES: tuple[Rule, ...] = (
    ORDER_OUTSIDE_CUSTOMS_TERRITORY,
    ORDER_POSTAL_CODE_MISSING,
    ORDER_POSTAL_CODE_INVALID,
    ORDER_REGION_MISSING,
    ORDER_POSTAL_REGION_MISMATCH,
)
