"""Landed costs of orders and importers: the parts of an entry are the entry, for any basket."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from entrygo.planning.duty.duty_line import DutyLine
from entrygo.planning.duty.fees import entry_duty
from entrygo.planning.duty.landed_costs import Cost, OrderShare, landed_costs, total_of
from tests.unit.planning_duty.books import make_book, make_line, rate_row

BOOK = make_book()
GOODS = [
    ("6109100012", "VN", ""),
    ("6109100012", "MX", "S"),
    ("4202923120", "CN", ""),
    ("9403200082", "CN", ""),
    ("7323930045", "GB", ""),
]
ITEMS = st.lists(
    st.tuples(
        st.integers(0, len(GOODS) - 1),
        st.sampled_from(["ord_1", "ord_2", "ord_3", "ord_4"]),
        st.integers(1, 10**6).map(lambda cents: Decimal(cents).scaleb(-2)),
    ),
    min_size=1,
    max_size=40,
)


def merged(items: list[tuple[int, str, Decimal]]) -> tuple[list[DutyLine], list[OrderShare]]:
    lines = []
    for number, (code, origin, spi) in enumerate(GOODS):
        values = [value for place, _, value in items if place == number]
        if values:
            value = str(sum(values))
            lines.append(make_line(code, origin, value, number=number, spi=spi))
    return lines, [OrderShare(order_id, place, value) for place, order_id, value in items]


@given(items=ITEMS, entry_type=st.sampled_from(["01", "11"]))
def test_costs_of_orders_are_those_of_the_entry(
    items: list[tuple[int, str, Decimal]], entry_type: str
) -> None:
    lines, shares = merged(items)
    entry = entry_duty(lines, BOOK, entry_type)
    whole = total_of(landed_costs(entry, shares).values())
    assert whole.value == sum(value for _, _, value in items)
    assert (whole.duty_low, whole.duty_high) == (entry.duty_low, entry.duty_high)
    assert whole.fees == entry.processing_fee.amount
    for cost in landed_costs(entry, shares).values():
        assert cost.duty_low is None or cost.duty_high is None or cost.duty_low <= cost.duty_high


def test_no_order_costs_more_at_the_lower_end_than_at_the_upper_one() -> None:
    """Of 0.80 the order of six cents has the largest remainder, of 1.50 it had not."""
    hair_slides = make_line("9615.11.40.00", "DE", "15.36")
    entry = entry_duty([hair_slides], make_book(rates=[rate_row("9615114000", "5.3%")]), "11")
    values = {"ord_1": "5.43", "ord_2": "0.06", "ord_3": "8.67", "ord_4": "1.20"}
    costs = landed_costs(entry, [OrderShare(id, 1, Decimal(value)) for id, value in values.items()])
    assert (entry.duty_low, entry.duty_high) == (Decimal("0.80"), Decimal("1.50"))
    ranges = [(str(cost.duty_low), str(cost.duty_high)) for cost in costs.values()]
    assert ranges == [("0.28", "0.53"), ("0.01", "0.01"), ("0.45", "0.85"), ("0.06", "0.11")]


def test_order_costs_its_goods_its_duty_and_its_fee() -> None:
    lines = [
        make_line("6109.10.00.12", "VN", "60"),
        make_line("6109.10.00.12", "MX", "40", number=2, spi="S"),
    ]
    shares = [
        OrderShare("ord_1", 1, Decimal(20)),
        OrderShare("ord_2", 1, Decimal(40)),
        OrderShare("ord_2", 2, Decimal(40)),
    ]
    costs = landed_costs(entry_duty(lines, BOOK, "11"), shares)
    # 60 × 12.5% + 60 × 16.5% = 17.40; the fee of 2.77 is the first line's alone.
    assert costs["ord_1"] == Cost(
        value=Decimal(20), duty_low=Decimal("5.80"), duty_high=Decimal("5.80"), fees=Decimal("0.92")
    )
    assert costs["ord_2"].total_low == Decimal(80) + Decimal("11.60") + Decimal("1.85")
    assert list(costs) == ["ord_1", "ord_2"]


def test_duty_that_was_not_computed_leaves_its_orders_open() -> None:
    lines = [make_line("6109.10.00.12", "VN"), make_line("6202.40.75.00", "VN", number=2)]
    shares = [OrderShare("ord_1", 1, Decimal(1000)), OrderShare("ord_2", 2, Decimal(1000))]
    entry = entry_duty(lines, BOOK, "01")
    costs = landed_costs(entry, shares)
    assert entry.not_computed == (2,)
    assert (entry.duty_low, entry.total_high, costs["ord_2"].total_low) == (None, None, None)
    assert costs["ord_1"].duty_low == Decimal("290.00")
    assert total_of(costs.values()).duty_high is None


def test_share_of_no_line_and_line_of_no_share_are_refused() -> None:
    entry = entry_duty([make_line("6109.10.00.12", "VN")], BOOK, "01")
    with pytest.raises(ValueError, match="no line 7"):
        landed_costs(entry, [OrderShare("ord_1", 7, Decimal(1))])
    with pytest.raises(ValueError, match=r"Nothing bears 290\.00"):
        landed_costs(entry, [])
