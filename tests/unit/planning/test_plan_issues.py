"""What there is to fix: grouped by product and by code, counted once, with a way to mend it."""

from typing import Any

import pytest

from entrygo.domain.facts import Product
from entrygo.domain.snapshot import Severity
from entrygo.planning.decide import Decision
from entrygo.planning.fixes import FIXES, accepted_in, suggestion_for
from entrygo.planning.law.law_book import law_on
from entrygo.planning.plan_issues import ProductIssue
from entrygo.planning.reference.in_force import reference_on
from entrygo.planning.rules import RULES
from entrygo.planning.rules.base import Context, ProductPartsRule, ProductRule
from tests.factories import GOLDEN_ENTRY_DATE, make_item, make_order, make_product
from tests.unit.planning.decisions import decide_on

CONTEXT = Context(
    entry_date=GOLDEN_ENTRY_DATE,
    destination_country="US",
    reference=reference_on(GOLDEN_ENTRY_DATE),
    law=law_on(GOLDEN_ENTRY_DATE, reference_on(GOLDEN_ENTRY_DATE).programmes),
    exported={},
    open_exports={},
)


def issue(decision: Decision, code: str, product_id: str) -> ProductIssue:
    [found] = [one for one in decision.issues.by_product if (one.code, one.product_id) == (code, product_id)]
    return found


def three_orders(*products: Product, **changes: Any) -> Decision:
    """Two orders of the first product, one of them with two lines of it, and one of the last."""
    first, last = products[0].id, products[-1].id
    return decide_on(
        make_order("ord_1", make_item(first), make_item(first, "2")),
        make_order("ord_2", make_item(first), make_item(last)),
        make_order("ord_3", make_item(last)),
        products=products,
        **changes,
    )


def test_product_at_fault_is_listed_once_with_the_orders_and_lines_it_blocks() -> None:
    product = make_product("prod_a", country_of_origin=None)
    decision = three_orders(product, make_product("prod_b"))
    found = issue(decision, "PRODUCT_ORIGIN_MISSING", "prod_a")
    assert (found.orders_blocked, found.orders, found.lines) == (2, 2, 3)
    assert (found.severity, found.sku, found.field) == (Severity.ERROR, product.sku, "country_of_origin")
    assert found.accepted == FIXES["country_of_origin"].accepted
    assert "ISO 3166" in found.accepted


def test_totals_count_an_order_once_however_many_products_block_it() -> None:
    both = (
        make_product("prod_a", country_of_origin=None, hts_code=None),
        make_product("prod_b", country_of_origin="XX"),
    )
    issues = three_orders(*both).issues
    assert sum(one.orders_blocked for one in issues.by_product) > 3
    assert (issues.products_blocking, issues.orders_blocked_by_products, issues.orders_blocked) == (2, 3, 3)


def test_products_that_block_most_orders_come_first_and_warnings_last() -> None:
    decision = decide_on(
        make_order("ord_1", make_item("prod_a")),
        make_order("ord_2", make_item("prod_b")),
        make_order("ord_3", make_item("prod_b")),
        make_order("ord_4", make_item("prod_c")),
        products=(
            make_product("prod_a", country_of_origin=None),
            make_product("prod_b", hts_code=None),
            make_product("prod_c", section_232={"status": "review"}),
        ),
    )
    order = [one.product_id for one in decision.issues.by_product if one.product_id != "prod_none"]
    assert list(dict.fromkeys(order)) == ["prod_b", "prod_a", "prod_c"]
    metals = issue(decision, "METALS_REVIEW_RECOMMENDED", "prod_c")
    assert (metals.severity, metals.orders_blocked, metals.orders) == (Severity.WARNING, 0, 1)


def test_order_left_out_for_its_product_still_counts_as_blocked_by_it() -> None:
    products = make_product("prod_a", country_of_origin=None), make_product("prod_b")
    decision = three_orders(*products, on_blocked="exclude")
    assert [order.id for order in decision.included] == ["ord_3"]
    found = issue(decision, "PRODUCT_ORIGIN_MISSING", "prod_a")
    assert (found.severity, found.orders_blocked) == (Severity.ERROR, 2)
    assert decision.issues.orders_blocked == 2


def test_faults_of_orders_and_lines_are_gathered_by_code_with_an_example() -> None:
    decision = decide_on(
        make_order("ord_1", destination_postal_code=None),
        make_order("ord_2", destination_postal_code=None),
        make_order("ord_3", make_item(quantity="1.5"), make_item(quantity="2.5")),
    )
    by_code = {one.code: one for one in decision.issues.by_order}
    zips = by_code["ORDER_POSTAL_CODE_MISSING"]
    assert (zips.orders, zips.lines, zips.order_id, zips.external_id) == (2, 0, "ord_1", "wms-ord_1")
    assert zips.field == "orders[0].destination_postal_code"
    quantities = by_code["ITEM_QUANTITY_INVALID"]
    assert (quantities.orders_blocked, quantities.lines) == (1, 2)
    assert quantities.field == "orders[2].items[0].quantity"
    assert decision.issues.products_blocking == 0
    assert decision.issues.orders_blocked >= 1


def suggestions(code: str, **changes: Any) -> list[tuple[str, str]]:
    decision = decide_on(make_order("ord_1", **changes))
    [found] = [one for one in decision.issues.by_order if one.code == code]
    assert all(one.external_id == "wms-ord_1" for one in found.suggestions)
    return [(one.fix.field, one.fix.value) for one in found.suggestions]


@pytest.mark.parametrize(
    ("region", "given", "meant"),
    [
        ("MA", "2139", "02139"),
        ("PR", "901", "00901"),
        ("Massachusetts", " 2139 ", "02139"),
        ("MA", "2139-4307", "02139-4307"),
        ("CA", "2139", None),
        (None, "2139", None),
        ("MA", "213", None),
        ("NY", "1234a", None),
        ("CA", "941055", None),
    ],
)
def test_zip_that_lost_its_zeros_is_suggested_when_it_lies_in_the_state(
    region: str | None, given: str, meant: str | None
) -> None:
    found = suggestions("ORDER_POSTAL_CODE_INVALID", destination_region=region, destination_postal_code=given)
    assert found == ([("destination_postal_code", meant)] if meant else [])


@pytest.mark.parametrize("code", ["ORDER_POSTAL_REGION_MISMATCH", "ORDER_REGION_MISSING"])
def test_state_of_the_zip_is_suggested_when_it_is_the_only_one(code: str) -> None:
    region = None if code == "ORDER_REGION_MISSING" else "NY"
    one, two_share = "94105-1234", "73301"
    assert suggestions(code, destination_region=region, destination_postal_code=one) == [
        ("destination_region", "CA")
    ]
    assert suggestions(code, destination_region=region, destination_postal_code=two_share) == []


def test_every_order_with_a_certain_value_has_its_own_suggestion_and_is_not_changed() -> None:
    decision = decide_on(
        *(
            make_order(f"ord_{n}", destination_region="MA", destination_postal_code=zip_code)
            for n, zip_code in enumerate(("2139", "2108", "213"))
        )
    )
    [found] = [one for one in decision.issues.by_order if one.code == "ORDER_POSTAL_CODE_INVALID"]
    assert [(one.order_id, one.fix.value) for one in found.suggestions] == [
        ("ord_0", "02139"),
        ("ord_1", "02108"),
    ]
    assert [order.destination_postal_code for order in decision.included] == ["2139", "2108", "213"]


def test_clean_plan_has_nothing_to_fix() -> None:
    issues = decide_on(make_order("ord_1")).issues
    assert (issues.by_product, issues.by_order) == ((), ())
    assert (issues.products_blocking, issues.orders_blocked_by_products, issues.orders_blocked) == (0, 0, 0)


@pytest.mark.parametrize(
    ("code", "change", "suggested"),
    [
        ("PRODUCT_ORIGIN_INVALID", {"country_of_origin": "China"}, "CN"),
        ("PRODUCT_ORIGIN_INVALID", {"country_of_origin": "viet nam"}, "VN"),
        ("PRODUCT_ORIGIN_INVALID", {"country_of_origin": " c.a. "}, "CA"),
        ("PRODUCT_ORIGIN_INVALID", {"country_of_origin": "Narnia"}, None),
        ("PRODUCT_ORIGIN_MISSING", {"country_of_origin": None}, None),
        ("PRODUCT_HTS_CODE_INVALID", {"hts_code": "6505OO3030"}, "6505003030"),
        ("PRODUCT_HTS_CODE_INVALID", {"hts_code": "902101015"}, "0902101015"),
        ("PRODUCT_HTS_CODE_INVALID", {"hts_code": "65050030"}, None),
        ("PRODUCT_HTS_CODE_INVALID", {"hts_code": "9905003030"}, None),
        (
            "PRODUCT_DESCRIPTION_VAGUE",
            {"customs_description": "Gifts", "name": "Baseball cap", "material_composition": "100% cotton"},
            "Baseball cap, 100% cotton",
        ),
        (
            "PRODUCT_DESCRIPTION_VAGUE",
            {"customs_description": "Accessories", "name": "Cap", "material_composition": None},
            None,
        ),
    ],
)  # fmt: skip
def test_suggestion_is_a_value_that_would_hold(
    code: str, change: dict[str, Any], suggested: str | None
) -> None:
    product = make_product("prod_a", **change)
    order = make_order("ord_1", make_item("prod_a"))
    found = issue(decide_on(order, products=(product,)), code, "prod_a")
    assert found.suggestion == suggested
    if suggested is not None:
        mended = product.model_copy(update={found.field: suggested})
        again = decide_on(order, products=(mended,)).issues
        assert found.field not in {one.field for one in again.by_product}


def test_manufacturer_id_is_suggested_from_name_and_address() -> None:
    maker = {"name": "Northshore Apparel Ltd", "address": "1450 Boundary Rd", "city": "Vancouver"}
    product = make_product("prod_a", manufacturer=maker | {"region": "BC", "country": "CA", "mid": None})
    assert suggestion_for("manufacturer.mid", product, CONTEXT, RULES) == "XCNORAPP1450VAN"
    nameless = make_product("prod_a", manufacturer={"country": "CA"})
    assert suggestion_for("manufacturer.mid", nameless, CONTEXT, RULES) is None


def test_value_that_holds_is_not_suggested_over_itself() -> None:
    """A list that is not loaded is no fault of the code that could not be checked."""
    product = make_product("prod_a", hts_code="6505003030")
    assert suggestion_for("hts_code", product, CONTEXT, RULES) is None


@pytest.mark.parametrize("code", ["HTS_NOT_VERIFIED", "LISTS_NOT_CHECKED"])
def test_what_no_code_mends_says_what_does_and_an_origin_mends_itself(code: str) -> None:
    product = make_product("prod_a", hts_code="8544300000", country_of_origin="China")
    decision = decide_on(make_order("ord_1", make_item("prod_a")), products=(product,))
    assert "entrygo reference import" in issue(decision, code, "prod_a").remedy
    assert issue(decision, "PRODUCT_ORIGIN_INVALID", "prod_a").remedy == ""


def test_every_field_that_a_rule_looks_at_says_what_it_accepts() -> None:
    fields = {rule.field for rule in RULES if isinstance(rule, ProductRule | ProductPartsRule)}
    assert {field for field in fields if not accepted_in(field)} == set()
