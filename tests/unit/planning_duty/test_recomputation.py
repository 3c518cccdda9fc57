"""An estimate of hundreds of order lines agrees to the cent with arithmetic of another kind."""

import ast
from decimal import Decimal
from pathlib import Path
from random import Random

import pytest

from entrygo.planning.duty.fees import entry_duty
from entrygo.planning.duty.landed_costs import OrderShare, landed_costs
from tests.unit.planning_duty import recomputation
from tests.unit.planning_duty.books import exact, make_book, make_line, steel_of
from tests.unit.planning_duty.recomputation import GOODS, Result, Sale, recompute

BOOK = make_book()


def basket(seed: int, orders: int) -> list[Sale]:
    random = Random(seed)
    return [
        Sale(f"ord_{number}", random.choice(list(GOODS)), random.randint(1, 50_000))
        for number in range(orders)
        for _ in range(random.randint(1, 4))
    ]


def estimated(sales: list[Sale], entry_type: str) -> Result:
    kinds = [name for name in GOODS if any(sale.goods == name for sale in sales)]
    lines = []
    for number, name in enumerate(kinds):
        code, origin, spi, _ = GOODS[name]
        value = sum(sale.cents for sale in sales if sale.goods == name)
        of_metal = {"section_232": steel_of("CN")} if BOOK.lists.section_232.nearest(code) else {}
        lines.append(make_line(code, origin, str(dollars(value)), number=number, spi=spi, **of_metal))
    entry = entry_duty(lines, BOOK, entry_type)
    shares = [OrderShare(sale.order, kinds.index(sale.goods), dollars(sale.cents)) for sale in sales]
    costs = landed_costs(entry, shares)
    return Result(
        headings={
            name: [(heading, cents(Decimal(amount))) for heading, amount in exact(line)]
            for name, line in zip(kinds, entry.lines, strict=True)
        },
        fee=cents(entry.processing_fee.amount),
        orders={
            order: (cents(cost.value), cents(cost.duty_low or Decimal(0)), cents(cost.fees))
            for order, cost in costs.items()
        },
    )


def dollars(cents: int) -> Decimal:
    return Decimal(cents).scaleb(-2)


def cents(amount: Decimal) -> int:
    whole = amount.scaleb(2)
    assert whole == whole.to_integral_value()
    return int(whole)


@pytest.mark.parametrize("entry_type", ["01", "11"])
@pytest.mark.parametrize(("seed", "orders"), [(1, 300), (2, 300), (3, 40), (4, 5), (5, 1)])
def test_estimate_agrees_with_an_independent_recomputation(seed: int, orders: int, entry_type: str) -> None:
    sales = basket(seed, orders)
    ours, theirs = estimated(sales, entry_type), recompute(sales, entry_type)
    assert ours.headings == theirs.headings
    assert ours.fee == theirs.fee
    assert ours.orders == theirs.orders


def test_recomputation_rests_on_nothing_of_ours() -> None:
    tree = ast.parse(Path(recomputation.__file__).read_text(encoding="utf-8"))
    modules = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert modules == {"collections.abc", "operator", "typing"}
    assert not [node for node in ast.walk(tree) if isinstance(node, ast.Import)]
