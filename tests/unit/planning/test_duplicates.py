"""Orders that look like one order synced twice, and the many that only look a little like it."""

from dataclasses import replace
from decimal import Decimal

import pytest

from entrygo.domain.facts import Order
from entrygo.planning.duplicates import look_alikes, stem
from tests.factories import CAP, HOODIE, make_item, make_order
from tests.unit.planning.decisions import decide_on, found


def order(id: str, external_id: str, *products: str, **changes: str) -> Order:
    items = [make_item(product) for product in products or (CAP,)]
    return make_order(id, *items, external_id=external_id, **changes)


@pytest.mark.parametrize(
    ("external_id", "bare"),
    [
        ("SO-1001-1", "so-1001"),
        ("so-1001_dup", "so-1001"),
        ("SO-1001 copy2", "so-1001"),
        ("COPY-SO-1001", "so-1001"),
        ("SO-1001-RESEND", "so-1001"),
        ("SO-1001", "so-1001"),
        ("SO-1001-12", "so-1001-12"),
        ("SO-1", "so-1"),
        ("duplex-7", "duplex-7"),
    ],
)
def test_stem_is_the_id_without_its_mark_of_repetition(external_id: str, bare: str) -> None:
    assert stem(external_id) == bare


@pytest.mark.parametrize("again", ["SO-1001-1", "so-1001", "SO-1001_dup", "resend/SO-1001"])
def test_order_with_a_marked_id_and_the_same_content_repeats_the_unmarked_one(again: str) -> None:
    assert look_alikes([order("ord_2", again), order("ord_1", "SO-1001")]) in (
        {"ord_2": "SO-1001"},
        {"ord_1": again},  # so-1001 and SO-1001 are as long as each other
    )


def test_two_lines_that_agree_to_the_cent_are_enough_under_any_id() -> None:
    first = order("ord_1", "SO-1001", HOODIE, CAP)
    assert look_alikes([first, order("ord_2", "SO-2002", CAP, HOODIE)]) == {"ord_2": "SO-1001"}


@pytest.mark.parametrize(
    "other",
    [
        order("ord_2", "SO-1002"),
        order("ord_2", "SO-1001-1", HOODIE),
        order("ord_2", "SO-1001-1", destination_postal_code="10001", destination_region="NY"),
        order("ord_2", "SO-1001-1", destination_country="CA"),
        make_order("ord_2", make_item(CAP, "2"), external_id="SO-1001-1"),
        make_order("ord_2", make_item(CAP, "1", "34.99"), external_id="SO-1001-1"),
    ],
    ids=["another buyer", "the other box", "another ZIP", "another country", "quantity", "price"],
)
def test_single_item_is_no_repetition_unless_id_place_and_content_agree(other: Order) -> None:
    assert look_alikes([order("ord_1", "SO-1001"), other]) == {}


def test_orders_without_a_zip_are_not_compared() -> None:
    nowhere = [
        replace(order(f"ord_{n}", f"SO-{n}", HOODIE, CAP), destination_postal_code=None) for n in range(2)
    ]
    assert look_alikes(nowhere) == {}


def test_every_repetition_names_the_first_order_whatever_the_order_of_the_request() -> None:
    orders = [order(f"ord_{n}", f"SO-100{n}", HOODIE, CAP) for n in range(4)]
    expected = {f"ord_{n}": "SO-1000" for n in range(1, 4)}
    assert look_alikes(orders) == look_alikes(reversed(orders)) == expected


def test_finding_names_the_other_order_and_only_asks_for_review() -> None:
    [message] = found(
        decide_on(order("ord_1", "SO-1001"), order("ord_2", "SO-1001-1")), "ORDER_DUPLICATE_SUSPECTED"
    )
    assert (message.order_id, message.severity) == ("ord_2", "warning")
    assert message.message == "Order SO-1001-1 may be order SO-1001 a second time."


def test_order_sent_again_after_the_first_one_left_is_a_finding() -> None:
    left, again = order("ord_1", "SO-1001"), order("ord_2", "SO-1001-1")
    decision = decide_on(left, again, exported={"ord_1": "batch_1"})
    assert [one.id for one in decision.included] == ["ord_2"]
    assert len(found(decision, "ORDER_DUPLICATE_SUSPECTED")) == 1


def test_prices_are_compared_by_value_and_zips_by_their_five_digits() -> None:
    items = [replace(item, unit_value_usd=Decimal("35.00")) for item in (make_item(),)]
    long = make_order("ord_2", *items, external_id="SO-1001-1", destination_postal_code="94105-1234")
    assert look_alikes([order("ord_1", "SO-1001"), long]) == {"ord_2": "SO-1001"}
