"""Which products FDA can have been notified of: food (21 CFR 1.276(b)(5) and 1.277)."""

import pytest

from entrygo.planning.snapshots import NamedProduct
from entrygo.planning.use_cases.claimed_trucks import may_be_food


@pytest.mark.parametrize(
    ("product", "is_food"),
    [
        (NamedProduct("0901210045", "", has_finding=True), True),
        # No list names them, and they stand in chapters of food.
        (NamedProduct("0106900100", "", has_finding=False), True),
        (NamedProduct("2309909500", "", has_finding=False), True),
        # Gelatin, of a registered food facility.
        (NamedProduct("3503005510", "23456789012", has_finding=False), True),
        (NamedProduct("3503005510", " ", has_finding=False), False),
        # Tobacco is FDA's, and is no food.
        (NamedProduct("2402208000", "", has_finding=False), False),
        (NamedProduct("6109100012", "", has_finding=False), False),
        (NamedProduct("9801001010", "", has_finding=False), False),
        # Without a code nothing says so.
        (NamedProduct("", "", has_finding=False), False),
    ],
)
def test_a_notice_is_of_what_the_tariff_an_agency_or_its_maker_says_is_food(
    product: NamedProduct, is_food: bool
) -> None:
    assert may_be_food(product) is is_food
