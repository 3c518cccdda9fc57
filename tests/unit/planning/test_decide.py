"""The decision: the documented plan, readiness, who stays behind, and what the reader should do."""

import json
from dataclasses import asdict, replace
from datetime import date
from decimal import Decimal
from typing import Any

from entrygo.domain.facts import Product
from entrygo.domain.left_behind import ALWAYS_BEHIND
from entrygo.domain.money import plain
from entrygo.domain.snapshot import Readiness, Severity
from entrygo.planning.decide import Decision
from entrygo.planning.policy.policy import Policy, raised
from entrygo.planning.reference.in_force import reference_on
from entrygo.planning.rules import RULES
from entrygo.planning.rules.base import Context, OrderRule, Problem
from entrygo.planning.rules.metal_content import METALS_REVIEW_RECOMMENDED
from tests.factories import (
    CAP,
    GOLDEN_ENTRY_DATE,
    HOODIE,
    golden_orders,
    make_broker,
    make_fee_schedule,
    make_item,
    make_order,
    make_product,
)
from tests.unit.planning.decisions import codes, decide_on, found
from tests.unit.planning.documented import DOCUMENTED_PLAN


def as_document(decision: Decision) -> dict[str, Any]:
    assert decision.savings is not None
    return {
        "readiness_state": str(decision.readiness),
        "compliance_score": decision.score,
        "validation_messages": [asdict(message) for message in decision.messages],
        "included_order_ids": [order.id for order in decision.included],
        "excluded_order_ids": [order.order_id for order in decision.excluded],
        "flags": list(decision.advice.flags),
        "missing_data": list(decision.advice.missing_data),
        "recommended_strategy": decision.advice.strategy,
        "estimated_import_savings_usd": plain(decision.savings.estimated_usd),
        "next_recommended_action": decision.advice.next_action,
    }


def test_golden_fixture_gives_the_documented_plan_exactly() -> None:
    document = as_document(decide_on(*golden_orders()))
    assert json.dumps(document, sort_keys=True) == json.dumps(DOCUMENTED_PLAN, sort_keys=True)


def test_plan_without_findings_is_ready_to_execute() -> None:
    decision = decide_on()
    assert (decision.readiness, decision.score, decision.messages, decision.advice.flags) == (
        Readiness.READY,
        100,
        (),
        (),
    )
    assert decision.advice.next_action == "execute"
    assert decision.advice.strategy == "Consolidate eligible U.S.-bound orders into one entry and execute."
    assert decide_on(is_dry_run=True).advice.next_action == "plan_without_dry_run"


def test_error_blocks_and_names_what_is_missing() -> None:
    decision = decide_on(products=[make_product(hts_code=None)])
    assert (decision.readiness, decision.score) == (Readiness.BLOCKED, 30)
    assert decision.advice.missing_data == ("orders[0].items[0].product.hts_code",)
    assert decision.advice.flags == ("blocked_by_validation", "data_missing")
    assert decision.advice.next_action == "complete_missing_data_then_replan"
    assert decision.advice.strategy.startswith("Correct blocking product or order data")


def test_error_without_missing_data_asks_to_resolve_it() -> None:
    decision = decide_on(products=[make_product(hts_code="77")])
    assert decision.advice.next_action == "resolve_blocking_issues_then_replan"
    assert decision.advice.flags == ("blocked_by_validation",)


def test_stale_reference_data_come_before_all_else_where_a_policy_makes_them_an_error() -> None:
    fresh = reference_on(GOLDEN_ENTRY_DATE)
    stale = replace(fresh, stale=(("section_338_lists", date(2026, 1, 1)),))
    strict = raised(RULES, Policy(severities={"REFERENCE_DATA_STALE": Severity.ERROR}))
    lacking = [make_product(hts_code=None)]

    def next_action(**changes: Any) -> str:
        return decide_on(products=lacking, **changes).advice.next_action

    assert next_action(reference=stale, rules=strict) == "refresh_reference_data_then_replan"
    assert next_action(reference=stale) == next_action(rules=strict) == "complete_missing_data_then_replan"


def test_plan_of_orders_that_have_all_left_asks_for_others() -> None:
    ours, theirs = make_order("ord_ours"), make_order("ord_theirs")
    left = {"ord_ours": "batch_1", "ord_theirs": None}
    decision = decide_on(ours, theirs, exported=left)
    assert (decision.readiness, decision.advice.next_action) == (Readiness.BLOCKED, "plan_other_orders")
    decision = decide_on(ours, make_order("ord_abroad", destination_country="CA"), exported=left)
    assert decision.advice.next_action == "sync_orders_then_replan"


def test_plan_that_includes_nothing_asks_for_orders() -> None:
    decision = decide_on(make_order(destination_country="CA"))
    assert (decision.readiness, decision.advice.next_action) == (Readiness.BLOCKED, "sync_orders_then_replan")
    assert decision.savings is None


def test_index_of_a_finding_is_the_place_in_the_request() -> None:
    away = make_order("ord_1", destination_country="CA")
    near = make_order("ord_2", make_item(CAP), make_item(HOODIE, unit_value_usd="110"))
    decision = decide_on(away, near)
    assert [order.id for order in decision.included] == ["ord_2"]
    assert [(message.code, message.field) for message in decision.messages] == [
        ("METALS_REVIEW_RECOMMENDED", "orders[1].items[1].product.section_232"),
        ("ORDER_DESTINATION_MISMATCH", "orders[0].destination_country"),
    ]


def test_order_that_is_excluded_reports_no_error_of_its_data() -> None:
    away = make_order("ord_1", destination_country="CA", destination_postal_code=None, items=())
    decision = decide_on(away, make_order("ord_2"))
    assert codes(decision) == ["ORDER_DESTINATION_MISMATCH"]
    assert (decision.readiness, decision.score, decision.advice.flags) == (
        Readiness.READY,
        99,
        ("orders_excluded",),
    )
    assert decision.excluded[0].reasons == ("ORDER_DESTINATION_MISMATCH",)


def test_order_excluded_for_two_reasons_names_both() -> None:
    away = make_order("ord_1", destination_country="CA")
    decision = decide_on(away, make_order("ord_2"), exported={"ord_1": "batch_9"})
    assert decision.excluded[0].reasons == ("ORDER_DESTINATION_MISMATCH", "ORDER_ALREADY_EXPORTED")
    assert codes(decision) == ["ORDER_ALREADY_EXPORTED", "ORDER_DESTINATION_MISMATCH"]


def test_findings_are_sorted_by_severity_order_line_and_code() -> None:
    bad = make_product("prod_bad", hts_code=None, country_of_origin=None, section_232={"status": "review"})
    orders = [
        make_order("ord_1", make_item(CAP), make_item("prod_bad"), destination_region=None),
        make_order("ord_2", make_item("prod_bad")),
    ]
    decision = decide_on(*orders, products=[bad], open_exports={"ord_2": "batch_1"})
    assert [(message.code, message.field.removeprefix("orders")) for message in decision.messages] == [
        ("PRODUCT_HTS_CODE_MISSING", "[0].items[1].product.hts_code"),
        ("PRODUCT_ORIGIN_MISSING", "[0].items[1].product.country_of_origin"),
        ("PRODUCT_HTS_CODE_MISSING", "[1].items[0].product.hts_code"),
        ("PRODUCT_ORIGIN_MISSING", "[1].items[0].product.country_of_origin"),
        ("ORDER_REGION_MISSING", "[0].destination_region"),
        ("METALS_REVIEW_RECOMMENDED", "[0].items[1].product.section_232"),
        ("METALS_REVIEW_RECOMMENDED", "[1].items[0].product.section_232"),
        ("ORDER_IN_OPEN_BATCH", "[1]"),
    ]


def test_orders_are_left_behind_unasked_by_these_rules_alone() -> None:
    assert {rule.code for rule in RULES if isinstance(rule, OrderRule) and rule.excludes} == ALWAYS_BEHIND


def test_blocked_order_can_be_left_behind_with_its_reasons() -> None:
    bad = make_order("ord_bad", destination_postal_code=None, destination_region=None)
    decision = decide_on(bad, make_order("ord_good"), on_blocked="exclude")
    assert [order.id for order in decision.included] == ["ord_good"]
    assert [(order.order_id, order.reasons) for order in decision.excluded] == [
        ("ord_bad", ("ORDER_POSTAL_CODE_MISSING",))
    ]
    (message,) = decision.messages
    assert (message.severity, message.field) == ("info", "orders[0].destination_postal_code")
    assert (decision.readiness, decision.score) == (Readiness.READY, 100)
    assert (decision.advice.flags, decision.advice.missing_data) == (("orders_excluded",), ())


def test_order_with_a_blocked_product_is_left_behind_too() -> None:
    bad = make_order("ord_bad", make_item("prod_bad"), make_item(CAP))
    products = [make_product("prod_bad", customs_description=None)]
    decision = decide_on(bad, make_order("ord_good"), products=products, on_blocked="exclude")
    assert decision.excluded[0].reasons == ("PRODUCT_DESCRIPTION_MISSING",)
    assert [product.id for product in decision.products] == [CAP]


def test_reasons_of_an_order_left_behind_are_named_line_by_line_as_the_rules_are_listed() -> None:
    """Not as findings are sorted: earlier releases have them so."""
    bad = make_product("prod_bad", customs_description=None, hts_code=None, country_of_origin=None)
    bare = make_product("prod_bare", manufacturer={})
    order = make_order("ord_bad", make_item("prod_bare"), make_item("prod_bad"), destination_postal_code=None)
    decision = decide_on(order, make_order("ord_good"), products=[bad, bare], on_blocked="exclude")
    first = ("ORDER_POSTAL_CODE_MISSING", "PRODUCT_MANUFACTURER_MISSING", "TEXTILE_MID_MISSING")
    rest = ("PRODUCT_HTS_CODE_MISSING", "PRODUCT_ORIGIN_MISSING", "PRODUCT_DESCRIPTION_MISSING")
    assert decision.excluded[0].reasons == (*first, *rest)
    assert [message.code for message in decision.messages] == [*first, *sorted(rest)]


def test_error_of_the_batch_blocks_also_when_orders_may_be_left_behind() -> None:
    decision = decide_on(broker=make_broker(email=None), on_blocked="exclude")
    assert decision.readiness is Readiness.BLOCKED
    assert [order.id for order in decision.included] == ["ord_123"]


def test_leaving_every_order_behind_blocks() -> None:
    decision = decide_on(make_order(items=()), on_blocked="exclude")
    assert codes(decision) == ["BATCH_NO_ELIGIBLE_ORDERS", "ORDER_ITEMS_MISSING"]
    assert decision.advice.next_action == "sync_orders_then_replan"


def test_consolidation_that_saves_nothing_is_advised_against() -> None:
    schedule = make_fee_schedule(order_fee="50")
    decision = decide_on(
        make_order("ord_1"), make_order("ord_2"), broker=make_broker(fee_schedules=[schedule])
    )
    assert decision.advice.flags == ("consolidation_not_beneficial",)
    assert decision.advice.strategy.startswith("Keep orders on separate entries")
    assert decision.savings is not None
    assert (decision.savings.signed_usd, decision.savings.estimated_usd) == (Decimal(-30), Decimal(0))
    assert (decision.readiness, decision.score) == (Readiness.READY, 100)


def test_expensive_batch_needs_a_formal_entry() -> None:
    decision = decide_on(make_order("ord_1", make_item(CAP, "100", "30")))
    assert (decision.entry_type, decision.value_usd) == ("01", Decimal(3000))
    assert decision.advice.flags == ("formal_entry_required",)
    [finding] = found(decision, "FORMAL_ENTRY_REQUIRED")
    assert finding.message == "Batch value 3000.00 exceeds the informal limit 2500; type 01."


def test_product_is_judged_once_however_many_lines_name_it() -> None:
    judged: list[str] = []

    def check(product: Product, context: Context) -> Problem | None:
        judged.append(product.id)
        return Problem("seen")

    orders = [make_order(f"ord_{index}", make_item(CAP), make_item(HOODIE)) for index in range(50)]
    decision = decide_on(*orders, rules=[replace(METALS_REVIEW_RECOMMENDED, check=check)])
    assert sorted(judged) == [CAP, HOODIE]
    assert len(decision.messages) == 100


def test_orders_whose_values_add_up_to_more_digits_than_one_may_have_are_planned() -> None:
    typed = make_item(CAP, "99999999999", "35")
    decision = decide_on(make_order("ord_1", typed), make_order("ord_2"))
    assert decision.readiness is not Readiness.BLOCKED
    assert sum(entry.value_usd for entry in decision.entries) == Decimal(3_499_999_999_965 + 35)
