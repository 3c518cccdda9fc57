"""The duty of a plan's entries: what the pure estimate answers, and each order's part of it."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from entrygo.domain.facts import Product
from entrygo.domain.money import to_cents
from entrygo.planning.decide import Decision
from entrygo.planning.duty.book import book_on, shipped_tables
from entrygo.planning.entry_duties import Estimate
from entrygo.planning.plan_to_proto import plan_to_proto
from entrygo.planning.reference.in_force import shipped_book
from tests.factories import golden_orders, make_broker, make_item, make_order, make_product, make_warehouse
from tests.unit.planning.decisions import decide_on
from tests.unit.planning_duty import recomputation
from tests.unit.planning_duty.books import make_book, rate_row

NOVEMBER = date(2026, 11, 27)
PLANNED = datetime(2026, 11, 27, 12, tzinfo=UTC)
WHOLE = {"section_301_lists", "section_338_lists", "section_232_annexes"}
BOOK = book_on(NOVEMBER, {**shipped_book().tables, **shipped_tables()}, WHOLE)
NOTHING: dict[str, Any] = {"usmca": {}, "section_232": {"status": "not_applicable"}}
BACKPACK = make_product("prod_a", hts_code="4202923120", country_of_origin="CN", **NOTHING)
TEE = make_product("prod_b", hts_code="6109100012", country_of_origin="MX")


def estimate_of(decision: Decision) -> Estimate:
    assert decision.duties is not None
    return decision.duties


def plan(*orders: Any, **changes: Any) -> Decision:
    return decide_on(*orders, products=[BACKPACK, TEE], entry_date=NOVEMBER, duty_book=BOOK, **changes)


def test_entry_costs_what_an_independent_recomputation_says_to_the_cent() -> None:
    orders = [
        make_order("ord_1", make_item("prod_a", "1", "59"), make_item("prod_b", "2", "24.35")),
        make_order("ord_2", make_item("prod_a", "2", "59")),
        make_order("ord_3", make_item("prod_a", "47", "59.01"), make_item("prod_b", "99", "23.50")),
    ]
    decision = plan(*orders)
    sales = [
        recomputation.Sale(
            order.id, {"prod_a": "backpack", "prod_b": "free tee"}[item.product_id], int(item.value_usd * 100)
        )
        for order in orders
        for item in order.items
    ]
    expected = recomputation.recompute(sales, "01")
    found = estimate_of(decision)
    [entry] = found.entries
    assert entry.processing_fee_usd == Decimal(expected.fee).scaleb(-2)
    assert {
        cost.order_id: tuple(
            int(amount * 100) for amount in (cost.value_usd, cost.duty_low_usd or 0, cost.fees_usd)
        )
        for cost in found.orders
    } == expected.orders
    assert sum(cost.duty_low_usd or 0 for cost in found.orders) == entry.duty_low_usd == entry.duty_high_usd
    assert sum(cost.fees_usd for cost in found.orders) == entry.processing_fee_usd
    assert sum(cost.value_usd for cost in found.orders) == to_cents(decision.value_usd)


def test_every_figure_names_its_heading_rate_and_row() -> None:
    [entry] = estimate_of(plan(make_order("ord_1", make_item("prod_a", "50", "59")))).entries
    [line] = entry.lines
    assert [(each.heading, each.amount_usd) for each in line.low] == [
        ("9903.88.03", Decimal("737.50")),
        ("9903.05.31", Decimal("368.75")),
        ("4202.92.31.20", Decimal("519.20")),
    ]
    assert all(each.row and each.source for each in line.low)
    assert entry.entry_type == "01"


def test_duty_that_cannot_be_computed_is_absent_and_never_zero() -> None:
    cable = make_product("prod_c", hts_code="8544429090", country_of_origin="CN", **NOTHING)
    decision = decide_on(
        make_order("ord_1", make_item("prod_c")), products=[cable], entry_date=NOVEMBER, duty_book=BOOK
    )
    [entry], [cost] = estimate_of(decision).entries, estimate_of(decision).orders
    assert (entry.duty_low_usd, entry.duty_high_usd, cost.duty_low_usd) == (None, None, None)
    assert entry.lines[0].not_computed == ("no rate is loaded for 8544.42.90.90",)
    [message] = plan_to_proto(decision, PLANNED).entries
    assert not message.duty.HasField("duty_low_usd")


def test_a_line_under_an_antidumping_order_says_that_its_duty_is_not_in_the_estimate() -> None:
    wax = {"customs_description": "Candle of paraffin wax", "hts_code": "3406000000"}
    goods = {"candle": "CN", "free": "CA"}
    products = [make_product(id, country_of_origin=origin, **wax, **NOTHING) for id, origin in goods.items()]
    order = make_order("ord_1", *(make_item(id, "1", "26") for id in goods))
    decision = decide_on(order, products=products, entry_date=NOVEMBER, duty_book=BOOK)
    [entry] = estimate_of(decision).entries
    assert {line.country_of_origin: line.unchecked for line in entry.lines} == {
        "CN": ("antidumping and countervailing duties: those of A-570-504 are not estimated",),
        "CA": (),
    }


def test_entries_of_a_broker_with_a_limit_have_a_duty_each_and_lines_numbered_through() -> None:
    orders = [make_order("ord_1", make_item("prod_a")), make_order("ord_2", make_item("prod_b"))]
    found = estimate_of(plan(*orders, broker=make_broker(max_orders_per_entry=1)))
    assert [entry.number for entry in found.entries] == [1, 2]
    assert [line.number for entry in found.entries for line in entry.lines] == [1, 2]
    assert [cost.entry_number for cost in found.orders] == [1, 2]


def test_importer_is_masked_in_the_answer_and_full_for_the_documents() -> None:
    decision = plan(make_order("ord_1", make_item("prod_a")))
    number = make_warehouse().importer_of_record.number
    assert estimate_of(decision).entries[0].importer_number == number
    [message] = plan_to_proto(decision, PLANNED).entries
    assert message.importer == "****4321"
    assert message.duty.lines[0].low


def test_duty_decides_nothing_and_leaves_the_plan_hash() -> None:
    order = make_order("ord_1", make_item("prod_a"))
    without = decide_on(order, products=[BACKPACK], entry_date=NOVEMBER)
    assert without.duties is None
    assert without.plan_hash == plan(order).plan_hash
    assert without.savings == plan(order).savings


def test_goods_claimed_under_usmca_pay_no_fee_where_their_rate_is_not_loaded_either() -> None:
    """19 CFR 24.23(c)(3); the saving of the documented example rests on it, too."""
    decision = decide_on(*golden_orders(), entry_date=NOVEMBER, duty_book=BOOK)
    [entry] = estimate_of(decision).entries
    assert (entry.processing_fee_usd, entry.duty_low_usd) == (Decimal("0.00"), None)
    assert decision.savings is not None
    assert decision.savings.consolidated.merchandise_processing_fee == 0


def test_duty_for_a_unit_counts_what_documents_report_of_goods_sold_by_another() -> None:
    """3 cents a kg on goods sold by the pound, which weigh nothing by themselves on file."""
    book = make_book(rates=[rate_row("0904222000", "3¢/kg")])
    spice = make_product(
        "prod_a",
        hts_code="0904222000",
        country_of_origin="UA",
        unit_of_measure="LB",
        net_weight_kg=None,
        **NOTHING,
    )
    order = make_order("ord_1", make_item("prod_a", "1000", "4"))
    [entry] = estimate_of(decide_on(order, products=[spice], entry_date=NOVEMBER, duty_book=book)).entries
    # 453.59 kg, whole: the duty of a unit is below a dollar.
    assert [(each.of, each.amount_usd) for each in entry.lines[0].low] == [(("454 kg",), Decimal("13.62"))]


def test_a_duty_on_what_goods_are_sold_by_takes_its_quantity_from_the_order() -> None:
    book = make_book(rates=[rate_row("9504400000", "Free", "", "10¢/pack + 20%")])
    cards = make_product("prod_a", hts_code="9504400000", country_of_origin="BY", **NOTHING)
    sold = cards.model_copy(update={"unit_of_measure": "Pack"})
    duties = [
        estimate_of(
            decide_on(
                make_order("ord_1", make_item("prod_a", "25", "4")),
                products=[product],
                entry_date=NOVEMBER,
                duty_book=book,
            )
        )
        .entries[0]
        .duty_low_usd
        for product in (cards, sold)
    ]
    assert duties == [None, Decimal("22.50")]


def test_repairs_of_a_line_are_those_of_each_product_in_it() -> None:
    def repaired(id: str, usd: str | None) -> Product:
        claim = {"provision": "9802.00.40", "repair_value_usd": usd}
        return make_product(id, hts_code="6109100012", country_of_origin="UA", chapter_98=claim, **NOTHING)

    def duty(*products: Product) -> Decimal | None:
        order = make_order("ord_1", *(make_item(each.id, "10", "50") for each in products))
        decision = decide_on(order, products=products, entry_date=NOVEMBER, duty_book=BOOK)
        [entry] = estimate_of(decision).entries
        assert len(entry.lines) == 1
        return entry.duty_low_usd

    # 16.5% of 10 times 4 and 10 times 7.
    assert duty(repaired("prod_a", "4"), repaired("prod_b", "7")) == Decimal("18.15")
    assert duty(repaired("prod_a", "4"), repaired("prod_b", None)) is None
