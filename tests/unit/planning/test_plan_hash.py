"""The plan hash: golden vectors, what it must not depend on, and what it must."""

import hashlib
import re
from collections.abc import Callable, Sequence
from dataclasses import fields as fields_of
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from entrygo.domain.facts import Broker, Importer, Order, OrderItem, Product, Warehouse
from entrygo.domain.snapshot import ReferenceRow
from entrygo.planning.decide import Decision
from entrygo.planning.plan_hash import (
    BROKER_FIELDS,
    IMPORTER_FIELDS,
    LATER_FIELDS,
    LATER_LINE_FIELDS,
    LATER_ORDER_FIELDS,
    PRODUCT_FIELDS,
    WAREHOUSE_FIELDS,
    HashedPlan,
    canonical_bytes,
    plan_hash,
)
from entrygo.planning.rules import RULES
from entrygo.records.broker import BROKER
from entrygo.records.importer import IMPORTER
from entrygo.records.product import PRODUCT
from entrygo.records.warehouse import WAREHOUSE
from tests.factories import (
    CAP,
    HOODIE,
    golden_orders,
    make_broker,
    make_fee_schedule,
    make_item,
    make_order,
    make_product,
    make_warehouse,
)
from tests.unit.planning.decisions import decide_on

MINIMAL = HashedPlan(
    ruleset_version="1",
    rule_codes=["B_RULE", "A_RULE"],
    reference_rows=[
        ReferenceRow(table="limits", key="all", value="2500", effective_from=date(2013, 1, 7), source="law")
    ],
    destination_country="US",
    warehouse=Warehouse(id="wh_1", external_id="w", name="Entrepôt"),
    broker=Broker(id="br_1", external_id="b"),
    fee_schedule=None,
    orders=[make_order("ord_2", make_item("prod_1", "2.50", "10.00")), make_order("ord_1")],
    products=[Product(id="prod_1", external_id="p", sku="P-1")],
    usmca_product_ids=frozenset(),
    exported_order_ids=frozenset({"ord_1"}),
    included_order_ids=["ord_2"],
)
MINIMAL_BYTES = (
    '{"broker":{"channel":"email","email":null,"external_id":"b","fee_schedules":[],"filer_code":null,"ht'
    'tps":{"credential":null,"url":null},"id":"br_1","max_lines_per_entry":null,"max_orders_per_entry":nu'
    'll,"name":null,"port_code":null,"sftp":{"credential":null,"folder":null,"host":null,"host_key":null,'
    '"port":22,"username":null}},"destination_country":"US","exported_order_ids":["ord_1"],"fee_schedule_'
    'valid_from":null,"format":2,"included_order_ids":["ord_2"],"orders":[{"destination_country":"US","de'
    'stination_postal_code":"94105","destination_region":"CA","external_id":"wms-ord_1","id":"ord_1","ite'
    'ms":[{"product_id":"prod_cap_002","quantity":"1","unit_value_usd":"35"}]},{"destination_country":"US'
    '","destination_postal_code":"94105","destination_region":"CA","external_id":"wms-ord_2","id":"ord_2"'
    ',"items":[{"product_id":"prod_1","quantity":"2.5","unit_value_usd":"10"}]}],"products":[{"adcvd_case'
    '":{"headings":null,"signed_off_by":null,"status":"not_assessed","valid_from":null,"valid_to":null},"'
    'country_of_origin":null,"customs_description":null,"dangerous_goods":{"hazard_class":null,"packing_g'
    'roup":null,"proper_shipping_name":null,"status":"not_assessed","un_number":null},"external_id":"p","'
    'gross_weight_kg":null,"hts_code":null,"hts_codes":{},"id":"prod_1","manufacturer":{"address":null,"c'
    'ity":null,"country":null,"mid":null,"name":null,"postal_code":null,"region":null},"material_composit'
    'ion":null,"name":null,"net_weight_kg":null,"pga":{"cpsc":{"certificate":null,"citations":null,"discl'
    'aimer":null,"laboratory":null,"manufactured_at":null,"manufactured_on":null,"product_id":null,"recor'
    'ds_contact":null,"tested_on":null},"dot":{"disclaimer":null,"reference":null},"epa":{"disclaimer":nu'
    'll,"reference":null},"fcc":{"authorization":null,"disclaimer":null},"fda":{"disclaimer":null,"prior_'
    'notice":null,"product_code":null,"registration":null},"fws":{"disclaimer":null,"reference":null},"tt'
    'b":{"disclaimer":null,"reference":null},"usda":{"disclaimer":null,"reference":null}},"section_232":{'
    '"assessed_on":null,"evidence":null,"metal_weight_pct":null,"metals":[],"status":"not_assessed","us_m'
    'etal_pct":null},"section_301":{"headings":null,"signed_off_by":null,"status":"not_assessed","valid_f'
    'rom":null,"valid_to":null},"section_338":{"headings":null,"signed_off_by":null,"status":"not_assesse'
    'd","valid_from":null,"valid_to":null},"sku":"P-1","status":"active","supply_chain":{"headings":null,'
    '"signed_off_by":null,"status":"not_assessed","valid_from":null,"valid_to":null},"unit_of_measure":nu'
    'll,"unit_value_usd":null,"usmca":{"blanket_from":null,"blanket_to":null,"certification":null,"criter'
    'ion":null}}],"reference":[["limits","all","2500"]],"rules":["A_RULE","B_RULE"],"ruleset_version":"1"'
    ',"usmca_product_ids":[],"warehouse":{"address":{"city":null,"country":null,"line_1":null,"line_2":nu'
    'll,"postal_code":null,"region":null},"email":null,"external_id":"w","id":"wh_1","importer_of_record"'
    ':{"address":{"city":null,"country":null,"line_1":null,"line_2":null,"postal_code":null,"region":null'
    '},"bond":null,"name":null,"number":null,"power_of_attorney":null,"section_301":{"headings":null,"sig'
    'ned_off_by":null,"status":"not_assessed","valid_from":null,"valid_to":null}},"name":"Entrepôt","phon'
    'e":null,"responsible_employee":null,"transit_days":0,"transport":{"carrier":null,"port_code":null,"p'
    'ort_name":null,"scac":null}}}'
)
MINIMAL_HASH = "planhash_0d565a81620f11b671dc25105fbba9b67064386de08e46400360f5bbfeff1b65"


def test_canonical_bytes_are_those_of_the_recipe() -> None:
    assert canonical_bytes(MINIMAL).decode() == MINIMAL_BYTES


def test_hash_of_the_minimal_plan_is_golden() -> None:
    assert plan_hash(MINIMAL) == MINIMAL_HASH
    assert plan_hash(MINIMAL) == "planhash_" + hashlib.sha256(MINIMAL_BYTES.encode()).hexdigest()


orders = st.lists(
    st.builds(
        lambda number, quantity, value, region: make_order(
            f"ord_{number}", make_item(HOODIE, str(quantity), str(value)), destination_region=region
        ),
        st.integers(0, 10_000),
        st.integers(1, 9),
        st.integers(1, 400),
        st.sampled_from(["CA", "NY", None]),
    ),
    min_size=1,
    max_size=12,
    unique_by=lambda order: order.id,
)


@settings(max_examples=50, deadline=None)
@given(orders, st.randoms(use_true_random=False))
def test_order_of_the_input_never_matters(given_orders: list[Order], random: Any) -> None:
    shuffled = random.sample(given_orders, len(given_orders))
    assert decide_on(*shuffled).plan_hash == decide_on(*given_orders).plan_hash


@settings(max_examples=25, deadline=None)
@given(orders)
def test_dry_run_has_the_hash_of_the_real_run(given_orders: list[Order]) -> None:
    real, dry = decide_on(*given_orders), decide_on(*given_orders, is_dry_run=True)
    assert dry.plan_hash == real.plan_hash


@settings(max_examples=50, deadline=None)
@given(orders, st.data())
def test_change_of_any_line_changes_the_hash(given_orders: list[Order], data: st.DataObject) -> None:
    index = data.draw(st.integers(0, len(given_orders) - 1))
    item = given_orders[index].items[0]
    more = replace(item, quantity=item.quantity + 1)
    changed = list(given_orders)
    changed[index] = replace(changed[index], items=(more,))
    assert decide_on(*changed).plan_hash != decide_on(*given_orders).plan_hash


def golden(**changes: Any) -> Decision:
    return decide_on(*golden_orders(), **changes)


@pytest.mark.parametrize(
    "same",
    [
        lambda: golden(entry_date=date(2026, 3, 12)),
        lambda: golden(open_exports={"ord_123": "batch_9"}),
        lambda: golden(exported={"ord_unasked": "batch_9"}),
        lambda: golden(on_blocked="exclude"),
    ],
    ids=[
        "another day under the same rows",
        "another open batch",
        "an order not asked for",
        "nothing to exclude",
    ],
)
def test_hash_does_not_depend_on_what_decides_nothing(same: Callable[[], Decision]) -> None:
    assert same().plan_hash == golden().plan_hash


@pytest.mark.parametrize(
    "other",
    [
        lambda: golden(entry_date=date(2026, 10, 1)),
        lambda: golden(products=[make_product(CAP, pga={"fda": {"disclaimer": "A"}})]),
        lambda: golden(exported={"ord_123": "batch_9"}),
        lambda: golden(destination_country="CA"),
        lambda: golden(warehouse=make_warehouse(responsible_employee="Someone Else")),
        lambda: golden(broker=make_broker(fee_schedules=[make_fee_schedule(order_fee="1.51")])),
        lambda: golden(products=[make_product(HOODIE, country_of_origin="VN")]),
        lambda: golden(products=[make_product(CAP, usmca={})]),
        lambda: golden(rules=RULES[1:]),
        lambda: decide_on(golden_orders()[0]),
        lambda: golden(entry_type="11"),
        lambda: golden(asked_on=date(2026, 3, 12)),
        lambda: decide_on(
            golden_orders()[0], replace(golden_orders()[1], importer_number="98-7654321")
        ),
    ],
    ids=["fiscal year", "agency data", "exported", "destination", "warehouse", "fee", "origin", "usmca",
         "rules", "fewer orders", "entry type", "a day that is over", "importer of an order"],
)  # fmt: skip
def test_hash_depends_on_whatever_decides(other: Callable[[], Decision]) -> None:
    assert other().plan_hash != golden().plan_hash


def test_leaving_blocked_orders_behind_is_another_plan_when_there_are_any() -> None:
    bad = make_order("ord_bad", destination_postal_code=None)
    assert decide_on(bad, on_blocked="exclude").plan_hash != decide_on(bad).plan_hash


def test_order_that_left_is_another_fact_than_one_that_goes_elsewhere() -> None:
    away, near = make_order("ord_1", destination_country="CA"), make_order("ord_2")
    left = decide_on(away, near, exported={"ord_1": "batch_9"})
    assert left.included == decide_on(away, near).included
    assert left.plan_hash != decide_on(away, near).plan_hash


def test_usmca_claim_that_ends_between_two_days_changes_the_hash_under_the_same_rows() -> None:
    cap = make_product(usmca={"criterion": "A", "certification": "C-1", "blanket_to": "2026-03-11"})
    before, after = (
        decide_on(products=[cap], entry_date=day) for day in (date(2026, 3, 11), date(2026, 3, 12))
    )
    assert before.plan_hash != after.plan_hash


def test_what_came_after_the_format_is_covered_where_it_was_given_and_left_out_where_it_was_not() -> None:
    assert '"entry_type"' not in MINIMAL_BYTES
    assert '"importer_number"' not in MINIMAL_BYTES
    asked = canonical_bytes(replace(MINIMAL, asked_entry_type="11")).decode()
    assert asked == MINIMAL_BYTES.replace('"exported_order_ids"', '"entry_type":"11","exported_order_ids"')
    over = canonical_bytes(replace(MINIMAL, is_of_the_past=True)).decode()
    assert over == MINIMAL_BYTES.replace(
        '"exported_order_ids"', '"entry_date_past":true,"exported_order_ids"'
    )
    named = make_order("ord_1", importer_number="98-7654321")
    named_bytes = canonical_bytes(replace(MINIMAL, orders=[MINIMAL.orders[0], named])).decode()
    assert named_bytes == MINIMAL_BYTES.replace(
        '"id":"ord_1","items"', '"id":"ord_1","importer_number":"98-7654321","items"'
    )
    chosen = MINIMAL.broker.model_copy(update={"documents": ("manifest",), "attach": "zip"})
    chosen_bytes = canonical_bytes(replace(MINIMAL, broker=chosen)).decode()
    assert chosen_bytes == MINIMAL_BYTES.replace('{"channel":', '{"attach":"zip","channel":').replace(
        '"email":null,"external_id":"b"', '"documents":["manifest"],"email":null,"external_id":"b"'
    )


def test_every_field_of_every_fact_is_covered_but_those_declared_not_to_be() -> None:
    for fields, fact, record in (
        (PRODUCT_FIELDS, Product, PRODUCT),
        (WAREHOUSE_FIELDS, Warehouse, WAREHOUSE),
        (BROKER_FIELDS, Broker, BROKER),
        (IMPORTER_FIELDS, Importer, IMPORTER),
    ):
        left_out = {field.name for field in record.fields if not field.hashed}
        assert set(fields) == set(fact.model_fields) - left_out
    changes: dict[str, Any] = dict.fromkeys(LATER_LINE_FIELDS, "given")
    line = replace(make_item(), **changes)
    named = make_order("ord_1", line, **dict.fromkeys(LATER_ORDER_FIELDS, "given"))
    hashed = canonical_bytes(replace(MINIMAL, orders=[named])).decode()
    for field in (*fields_of(Order), *fields_of(OrderItem)):
        assert f'"{field.name}"' in hashed


@pytest.mark.parametrize(
    ("key", "fact", "names"),
    [
        ("warehouse", "warehouse", WAREHOUSE_FIELDS),
        ("broker", "broker", BROKER_FIELDS),
        ("products", "product", PRODUCT_FIELDS),
        ("importers", "importer", IMPORTER_FIELDS),
    ],
)
def test_the_page_names_every_field_that_is_covered(key: str, fact: str, names: Sequence[str]) -> None:
    page = (Path(__file__).parents[3] / "docs" / "plan-hash.md").read_text(encoding="utf-8")
    row = re.search(rf"^\| `{key}` \|.*`(id [a-z0-9_ ]+)`", page, re.MULTILINE)
    assert row is not None
    assert row[1].split() == [name for name in names if name not in LATER_FIELDS]
    later = re.findall(rf"((?:`\w+`(?:, | and )?)+) of an? {fact}\b", " ".join(page.split()))
    assert set(re.findall(r"\w+", " ".join(later))) - {"and"} == LATER_FIELDS.intersection(names)
