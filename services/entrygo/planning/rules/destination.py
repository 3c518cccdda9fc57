"""Rules on where an order goes: customs territory, ZIP and state. ZIP rules are for the US alone."""

from collections.abc import Callable

from entrygo.domain.facts import Order
from entrygo.domain.snapshot import Severity
from entrygo.domain.us_states import state_code
from entrygo.planning.reference.postal import zip5_of
from entrygo.planning.rules.base import Context, OrderRule, Problem, Rule, is_blank

UNITED_STATES = "US"
# The consignee of a consolidated entry is its importer, so where a buyer lives is no matter of customs. What
# is missing or malformed blocks by the contract of the plan; the rest is for who delivers, and may be raised.
PLAN_DATA = "The plan: destination data missing or malformed"
DELIVERY = "The delivery carrier: no requirement of customs"


def _outside_territory(order: Order, context: Context) -> Problem | None:
    if order.destination_country != UNITED_STATES:
        return None
    region = _region(order, context)
    if region not in context.reference.outside_customs_territory:
        return None
    return Problem(f"{region} is outside U.S. customs territory or military mail.")


def _region(order: Order, context: Context) -> str | None:
    """The given code of the state, else the state of the ZIP code."""
    regions = context.reference.regions
    if order.destination_region is not None and not is_blank(order.destination_region):
        return state_code(order.destination_region)
    zip5 = zip5_of(order.destination_postal_code or "")
    return regions.region_of(zip5) if zip5 else None


def _lacks(field: str, called: str) -> Callable[[Order, Context], Problem | None]:
    """The check that an order into the US has a field, which messages call so."""

    def check(order: Order, context: Context) -> Problem | None:
        if order.destination_country != UNITED_STATES or not is_blank(getattr(order, field)):
            return None
        return Problem(f"Order {order.external_id} has no destination {called}.")

    return check


def _postal_code_invalid(order: Order, context: Context) -> Problem | None:
    code = order.destination_postal_code
    if order.destination_country != UNITED_STATES or code is None or is_blank(code) or zip5_of(code):
        return None
    return Problem(f"{code} is not a U.S. ZIP code.")


def _postal_code_placeholder(order: Order, context: Context) -> Problem | None:
    zip5 = zip5_of(order.destination_postal_code or "")
    if order.destination_country != UNITED_STATES or zip5 not in context.reference.postal_placeholders:
        return None
    return Problem(f"{order.destination_postal_code} is assigned to no place.")


def _region_invalid(order: Order, context: Context) -> Problem | None:
    region = order.destination_region
    if order.destination_country != UNITED_STATES or region is None or is_blank(region):
        return None
    reference = context.reference
    code = state_code(region)
    if code in reference.regions.prefixes or code in reference.outside_customs_territory:
        return None
    return Problem(f"{region} is no state, district or territory of the United States.")


def _region_mismatch(order: Order, context: Context) -> Problem | None:
    region, code = order.destination_region, order.destination_postal_code
    if order.destination_country != UNITED_STATES or region is None or is_blank(region) or code is None:
        return None
    regions = context.reference.regions
    zip5 = zip5_of(code)
    is_known = state_code(region) in regions.prefixes
    if zip5 is None or zip5 in context.reference.postal_placeholders or not is_known:
        return None
    if regions.holds(state_code(region), zip5):
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
    basis=PLAN_DATA,
    is_datum_missing=True,
    check=_lacks("destination_postal_code", "ZIP"),
)

ORDER_POSTAL_CODE_INVALID = OrderRule(
    code="ORDER_POSTAL_CODE_INVALID",
    severity=Severity.ERROR,
    penalty=6,
    field="destination_postal_code",
    basis=f"{PLAN_DATA}; USPS ZIP and ZIP+4",
    check=_postal_code_invalid,
)

ORDER_POSTAL_CODE_PLACEHOLDER = OrderRule(
    code="ORDER_POSTAL_CODE_PLACEHOLDER",
    severity=Severity.ERROR,
    penalty=6,
    field="destination_postal_code",
    basis=PLAN_DATA,
    check=_postal_code_placeholder,
)

ORDER_REGION_INVALID = OrderRule(
    code="ORDER_REGION_INVALID",
    severity=Severity.ERROR,
    penalty=6,
    field="destination_region",
    basis=PLAN_DATA,
    check=_region_invalid,
)

ORDER_REGION_MISSING = OrderRule(
    code="ORDER_REGION_MISSING",
    severity=Severity.WARNING,
    penalty=2,
    field="destination_region",
    basis=DELIVERY,
    is_datum_missing=True,
    check=_lacks("destination_region", "state"),
)

ORDER_POSTAL_REGION_MISMATCH = OrderRule(
    code="ORDER_POSTAL_REGION_MISMATCH",
    severity=Severity.WARNING,
    penalty=3,
    field="destination_postal_code",
    basis=f"{DELIVERY}; USPS ZIP prefixes by state",
    check=_region_mismatch,
)

RULES: tuple[Rule, ...] = (
    ORDER_OUTSIDE_CUSTOMS_TERRITORY,
    ORDER_POSTAL_CODE_MISSING,
    ORDER_POSTAL_CODE_INVALID,
    ORDER_POSTAL_CODE_PLACEHOLDER,
    ORDER_REGION_INVALID,
    ORDER_REGION_MISSING,
    ORDER_POSTAL_REGION_MISMATCH,
)
