"""Each rule on facts that break it, and on facts that just do not."""

import importlib
import pkgutil
from dataclasses import replace
from datetime import date, timedelta
from time import process_time
from typing import Any

import pytest

from entrygo.domain.facts import Order, Warehouse
from entrygo.planning import rules
from entrygo.planning.reference.in_force import HtsRelease, reference_on
from entrygo.planning.rules import RULES
from entrygo.planning.rules.base import Rule
from tests.factories import (
    CAP,
    GOLDEN_ENTRY_DATE,
    HOODIE,
    make_broker,
    make_fee_schedule,
    make_item,
    make_order,
    make_product,
    make_warehouse,
)
from tests.unit.planning.decisions import decide_on, found
from tests.unit.planning.test_corrected_rules import CASES
from tests.unit.planning.test_trade_rules import BROKEN, HELD

PRODUCT = "orders[0].items[0].product."
ORDER = "orders[0]"

# Code, facts that break the rule, facts that do not: a rule without a row here fails a test below.
PRODUCT_CASES: list[tuple[str, str, list[dict[str, Any]], list[dict[str, Any]]]] = [
    ("PRODUCT_HTS_CODE_MISSING", "hts_code", [{"hts_code": None}, {"hts_code": " "}], [{"hts_code": "1"}]),
    (
        "PRODUCT_HTS_CODE_INVALID",
        "hts_code",
        [
            {"hts_code": code}
            for code in ("650500303", "65050030300", "7701000000", "9817000000", "0001000000", "65050030a0")
        ],
        [{"hts_code": code} for code in (None, "6505003030", "0101210010", "9705100000")],
    ),
    (
        "PRODUCT_ORIGIN_MISSING",
        "country_of_origin",
        [{"country_of_origin": None}, {"country_of_origin": ""}],
        [{"country_of_origin": "XX"}],
    ),
    (
        "PRODUCT_ORIGIN_INVALID",
        "country_of_origin",
        [{"country_of_origin": "XX"}, {"country_of_origin": "EU"}, {"country_of_origin": "ca"}],
        [{"country_of_origin": None}, {"country_of_origin": "VN"}],
    ),
    (
        "PRODUCT_COMPOSITION_TOTAL_INVALID",
        "material_composition",
        [
            {"material_composition": text}
            for text in ("80% cotton 25% polyester", "95 percent wool", "99,5% silk")
        ],
        [
            {"material_composition": text}
            for text in (
                "80% cotton 20% polyester",
                "100% polyester shell; 100% polyester fill",
                "cotton",
                f"{'9' * 40}% cotton",
                None,
            )
        ],
    ),
    (
        "PRODUCT_MID_MISSING",
        "manufacturer.mid",
        [
            {"manufacturer": {"name": "Works"}, "hts_code": "9617001000"},
            {"manufacturer": {"mid": " "}, "hts_code": "9617001000"},
        ],
        [{"manufacturer": {"mid": "XCNORAPP1450VAN"}}, {"manufacturer": {"name": "Works"}}],
    ),
    (
        "PRODUCT_MID_INVALID",
        "manufacturer.mid",
        [
            {"manufacturer": {"mid": mid}}
            for mid in ("CANORAPP1450VAN", "XCNORAPP1450VANC", "XC NOR", "xcnor1van")
        ],
        [{"manufacturer": {"mid": mid}} for mid in ("XCNORAPP1450VAN", "USBERREN", "CNSHEPOW88SHE", None)],
    ),
    (
        "PRODUCT_UOM_UNCONVERTIBLE",
        "unit_of_measure",
        [{"unit_of_measure": unit} for unit in ("pairs", "carton", "kg")],
        [{"unit_of_measure": unit} for unit in ("pcs", "PCS.", "dozen", None, " ")]
        + [{"unit_of_measure": "carton", "hts_code": "0101210010"}],
    ),
    (
        # 19 CFR 123.92: cargo information of a truck.
        "PRODUCT_GROSS_WEIGHT_MISSING",
        "gross_weight_kg",
        [{"gross_weight_kg": None}, {"gross_weight_kg": "0"}],
        [{"gross_weight_kg": "0.12"}],
    ),
    (
        # 19 CFR 141.86(a)(4): weights; what is packed weighs no less than what is in the pack.
        "PRODUCT_GROSS_WEIGHT_BELOW_NET",
        "gross_weight_kg",
        [{"net_weight_kg": "0.5", "gross_weight_kg": "0.499"}],
        [
            {"net_weight_kg": "0.5", "gross_weight_kg": "0.5"},
            {"net_weight_kg": "0.5", "gross_weight_kg": "0.6"},
            {"net_weight_kg": "0.5", "gross_weight_kg": None},
            {"net_weight_kg": None, "gross_weight_kg": "0.1"},
        ],
    ),
    *(
        (
            f"PRODUCT_{kind.upper()}_WEIGHT_IMPLAUSIBLE",
            f"{kind}_weight_kg",
            # The item is worth USD 35.
            [{f"{kind}_weight_kg": weight} for weight in ("90", "17.501")],
            [{f"{kind}_weight_kg": weight} for weight in ("17.5", "0.09", "0", None)],
        )
        for kind in ("net", "gross")
    ),
    (
        "PRODUCT_NET_WEIGHT_MISSING",
        "net_weight_kg",
        [{"net_weight_kg": None}, {"net_weight_kg": "0"}],
        [{"net_weight_kg": "0.09"}, {"net_weight_kg": None, "hts_code": "6404199060"}],
    ),
    (
        "PRODUCT_PROHIBITED",
        "hts_code",
        [
            {"hts_code": "1504300000", "customs_description": "Seal oil in capsules"},
            {"hts_code": "4303100060", "customs_description": "Gloves of sealskin, lined"},
            {"hts_code": "7102310000", "country_of_origin": "RU"},
        ],
        [
            {"hts_code": "4303100060", "customs_description": "Gloves of mink fur, seal brown, lined"},
            {"hts_code": "4303100060", "customs_description": "Coat with a collar of raccoon dog fur"},
            {"hts_code": "7102310000", "country_of_origin": "CA"},
            {"hts_code": "9503000073", "customs_description": "Stuffed toy seal of sealskin imitation"},
            {"hts_code": None, "customs_description": "Gloves of sealskin, lined"},
        ],
    ),
    ("PRODUCT_ARCHIVED", "status", [{"status": "archived"}], [{"status": "active"}]),
    (
        "DANGEROUS_GOODS_REVIEW",
        "dangerous_goods",
        [
            {"material_composition": "plastic; lithium-ion cells"},
            {"customs_description": "Men's perfume in glass bottle"},
            {"dangerous_goods": {"status": "regulated"}},
        ],
        [
            {"material_composition": "lithium-ion cells", "dangerous_goods": {"status": "not_regulated"}},
            {"dangerous_goods": {"status": "regulated", "un_number": "UN3481"}},
            {"material_composition": "100% cotton"},
        ],
    ),
    (
        "PRODUCT_DESCRIPTION_MISSING",
        "customs_description",
        [{"customs_description": None}, {"customs_description": " .,! "}],
        [{"customs_description": "gift"}],
    ),
    (
        "PRODUCT_DESCRIPTION_VAGUE",
        "customs_description",
        [
            {"customs_description": text}
            for text in (
                "gift",
                "Gifts!",
                "Daily  Necessities",
                "cotton cap",
                "123 456 789",
                "Nice cap for men",
            )
        ],
        [
            {"customs_description": "Men's cotton cap"},
            {"customs_description": "Printed paperback book", "hts_code": "4901990092"},
            {"customs_description": None},
        ],
    ),
    (
        "PRODUCT_DESCRIPTION_NOT_ENGLISH",
        "customs_description",
        [{"customs_description": "男士棉质帽子"}, {"customs_description": "Мужская cotton кепка"}],
        [{"customs_description": "Café crème cotton cap"}, {"customs_description": "123"}],
    ),
    (
        "METALS_REVIEW_RECOMMENDED",
        "section_232",
        [
            {"section_232": {"status": "review"}},
            {"section_232": {}, "material_composition": "95% Aluminium, 5% phenolic"},
            {
                "section_232": {"status": "not_assessed"},
                "material_composition": "polyester; zinc alloy zipper",
            },
        ],
        [
            {"section_232": {}, "material_composition": "100% cotton, irony aside"},
            {"section_232": {"status": "not_applicable"}, "material_composition": "100% steel"},
            {"section_232": {"status": "applicable"}, "material_composition": "100% steel"},
        ],
    ),
]

ORDER_CASES: list[tuple[str, str, list[dict[str, Any]], list[dict[str, Any]]]] = [
    (
        "ITEM_QUANTITY_INVALID",
        ".items[0].quantity",
        [{"items": (make_item(quantity=quantity),)} for quantity in ("0", "-1", "1.5")],
        [{"items": (make_item(quantity=quantity),)} for quantity in ("1", "2.0", "100")],
    ),
    (
        "ITEM_UNIT_VALUE_INVALID",
        ".items[0].unit_value_usd",
        [
            *({"items": (make_item(unit_value_usd=value),)} for value in ("0", "-0.01")),
            *(
                {"items": (make_item(quantity=quantity, unit_value_usd=value),)}
                for quantity, value in (("1", "0.0049"), ("49", "0.0001"))
            ),
        ],
        [
            {"items": (make_item(quantity=quantity, unit_value_usd=value),)}
            for quantity, value in (("1", "0.005"), ("50", "0.0001"))
        ],
    ),
    (
        "ITEM_VALUE_OUTLIER",
        ".items[0].unit_value_usd",
        [{"items": (make_item(unit_value_usd=value),)} for value in ("17.49", "52.51", "3500")],
        [{"items": (make_item(unit_value_usd=value),)} for value in ("17.50", "52.50", "35", "0")],
    ),
    ("ORDER_ITEMS_MISSING", ".items", [{"items": ()}], [{}]),
    (
        "ORDER_DESTINATION_MISMATCH",
        ".destination_country",
        [{"destination_country": "CA"}, {"destination_country": "GU"}],
        [{"destination_country": "US"}],
    ),
    (
        "ORDER_OUTSIDE_CUSTOMS_TERRITORY",
        ".destination_region",
        [
            {"destination_region": "GU", "destination_postal_code": "96910"},
            {"destination_region": "us-vi", "destination_postal_code": "00802"},
            {"destination_region": "Armed Forces (AP)", "destination_postal_code": "96200"},
            {"destination_region": None, "destination_postal_code": "09012"},
        ],
        [
            {"destination_region": "PR", "destination_postal_code": "00901"},
            {"destination_region": "HI", "destination_postal_code": "96801"},
            {"destination_region": None, "destination_postal_code": "94105"},
        ],
    ),
    (
        "ORDER_POSTAL_CODE_MISSING",
        ".destination_postal_code",
        [{"destination_postal_code": None}, {"destination_postal_code": "  "}],
        [{"destination_postal_code": "1"}],
    ),
    (
        "ORDER_POSTAL_CODE_INVALID",
        ".destination_postal_code",
        [
            {"destination_postal_code": code}
            for code in ("2139", "941055", "94105-12", "V6X 1X5", "９４１０５")
        ],
        [{"destination_postal_code": code} for code in (None, "94105", " 94105-1234 ", "941051234")],
    ),
    (
        "ORDER_REGION_MISSING",
        ".destination_region",
        [{"destination_region": None}, {"destination_region": ""}],
        [{"destination_region": "XX"}],
    ),
    (
        "ORDER_POSTAL_REGION_MISMATCH",
        ".destination_postal_code",
        [
            {"destination_region": "NY"},
            {"destination_region": "TX", "destination_postal_code": "90210-1111"},
        ],
        [
            {"destination_region": "California"},
            {"destination_region": "ca"},
            {"destination_region": "NY", "destination_postal_code": "00501"},
            {"destination_region": "TX", "destination_postal_code": "2139"},
            {"destination_region": None},
        ],
    ),
]

FRESH = reference_on(GOLDEN_ENTRY_DATE)
FORMAL = (make_order("ord_1", make_item(CAP, "100", "35")),)


def importer(**changes: Any) -> Warehouse:
    """The demo warehouse with a changed importer of record."""
    return make_warehouse(importer_of_record=make_warehouse().importer_of_record.model_dump() | changes)


ADDRESS = {"line_1": "1 Road", "city": "Richmond", "country": "CA"}
TWO = (make_order("ord_1"), make_order("ord_2"))
TWICE = (
    make_order("ord_1", make_item(HOODIE), make_item(CAP)),
    make_order("ord_2", make_item(CAP), make_item(HOODIE)),
)
LISTED = "Hetian Haolin Hair Accessories Co. Ltd."
ONE_LINE = make_broker(max_lines_per_entry=1)
CHEAP_FORMAL = [make_fee_schedule(fee_formal="1", fee_informal="50")]

# Code, field, facts of the batch that break the rule, facts that do not.
BATCH_CASES: list[tuple[str, str, dict[str, Any], dict[str, Any]]] = [
    (
        "WAREHOUSE_PROFILE_INCOMPLETE",
        "warehouse.responsible_employee",
        {"warehouse": make_warehouse(responsible_employee=" ")},
        {"warehouse": make_warehouse(phone=None, email=None)},
    ),
    (
        "WAREHOUSE_PROFILE_INCOMPLETE",
        "warehouse.address.city",
        {"warehouse": make_warehouse(address=ADDRESS | {"city": None})},
        {"warehouse": make_warehouse(address=ADDRESS)},
    ),
    (
        "BROKER_PROFILE_INCOMPLETE",
        "broker.email",
        {"broker": make_broker(email=None)},
        {"broker": make_broker(name=None)},
    ),
    ("BATCH_NO_ELIGIBLE_ORDERS", "orders", {"exported": {"ord_123": "batch_1"}}, {}),
    (
        "DESTINATION_COUNTRY_UNSUPPORTED",
        "destination_country",
        {"destination_country": "CA"},
        {"destination_country": "US"},
    ),
    (
        "FORMAL_ENTRY_REQUIRED",
        "batch.entry_type",
        {"orders": (make_order("ord_1", make_item(CAP, "1", "2500.01")),)},
        {"orders": (make_order("ord_1", make_item(CAP, "1", "2500")),)},
    ),
    (
        "CONSOLIDATION_NOT_BENEFICIAL",
        "batch",
        {"orders": TWO, "broker": make_broker(fee_schedules=[make_fee_schedule(order_fee="20")])},
        {"orders": TWO, "broker": make_broker(fee_schedules=[make_fee_schedule(order_fee="19.99")])},
    ),
    (
        "SAVINGS_NOT_ESTIMATED",
        "broker.fee_schedules",
        {"broker": make_broker(fee_schedules=[make_fee_schedule(currency="CAD")])},
        {"broker": make_broker()},
    ),
    (
        "REFERENCE_DATA_STALE",
        "reference.merchandise_processing_fees",
        {"reference": replace(FRESH, outdated=(("merchandise_processing_fees", date(2026, 11, 21)),))},
        {"reference": FRESH},
    ),
    (
        "REFERENCE_DATA_STALE",
        "reference.section_338_lists",
        {"reference": replace(FRESH, stale=(("section_338_lists", date(2026, 11, 21)),))},
        {"reference": FRESH},
    ),
    *(
        ("IMPORTER_OF_RECORD_INCOMPLETE", f"batch.importer_of_record.{part}", {"warehouse": lacking}, {})
        for part, lacking in (
            ("name", importer(name=" ")),
            ("number", importer(number=None)),
            ("power_of_attorney", importer(power_of_attorney=False)),
            ("power_of_attorney", importer(power_of_attorney=None)),
            ("address", importer(address={"city": "Blaine", "country": "US"})),
        )
    ),
    *(
        (
            code,
            f"{PRODUCT}hts_code",
            {"products": [make_product(hts_code="8544300000")]},
            {"products": [make_product()]},
        )
        for code in ("HTS_NOT_VERIFIED", "LISTS_NOT_CHECKED")
    ),
    (
        "HTS_NOT_IN_TARIFF",
        f"{PRODUCT}hts_code",
        {"reference": replace(FRESH, hts_release=HtsRelease("Rev 21", frozenset({"6505003031"})))},
        {"reference": replace(FRESH, hts_release=HtsRelease("Rev 21", frozenset({"6505003030"})))},
    ),
    (
        "BOND_REQUIRED",
        "batch.bond",
        {"orders": FORMAL, "warehouse": importer(bond=None)},
        {"orders": FORMAL, "warehouse": importer(bond="single")},
    ),
    (
        "BOND_REQUIRED",
        "batch.bond",
        {"entry_type": "01", "warehouse": importer(bond=None)},
        {"entry_type": "11", "warehouse": importer(bond=None)},
    ),
    (
        "BATCH_IMPORTER_MIXED",
        "importers[****6789]",
        {"orders": (make_order("ord_1"), make_order("ord_2", importer_number="12-3456789"))},
        {"orders": (make_order("ord_1"), make_order("ord_2", importer_number="987654321"))},
    ),
    ("DE_MINIMIS_UNAVAILABLE", "batch.entry_type", {"entry_type": "86"}, {"entry_type": "11"}),
    (
        "ENTRY_DATE_PAST",
        "entry_date",
        {"asked_on": GOLDEN_ENTRY_DATE + timedelta(days=1)},
        {"asked_on": GOLDEN_ENTRY_DATE},
    ),
    (
        "BATCH_HIGH_VALUE",
        "batch",
        {"orders": (make_order("ord_1", make_item(CAP, "1", "500000.01")),)},
        {"orders": (make_order("ord_1", make_item(CAP, "1", "500000")),)},
    ),
    (
        "ORDER_EXCEEDS_BROKER_LIMIT",
        f"{ORDER}.items",
        {"orders": (make_order("ord_1", make_item(HOODIE), make_item(CAP)),), "broker": ONE_LINE},
        {"orders": (make_order("ord_1", make_item(CAP), make_item(CAP)),), "broker": ONE_LINE},
    ),
    (
        "ORDER_DUPLICATE_SUSPECTED",
        "orders[1]",
        {"orders": TWICE},
        {"orders": (TWICE[0], replace(TWICE[1], destination_postal_code="94107"))},
    ),
    *(
        ("RESTRICTED_PARTY_POSSIBLE_MATCH", field, bad, {})
        for field, bad in (
            ("batch.importer_of_record.name", {"warehouse": importer(name=LISTED)}),
            ("warehouse.name", {"warehouse": make_warehouse(name=LISTED)}),
            ("broker.name", {"broker": make_broker(name=LISTED)}),
            (
                f"{PRODUCT}manufacturer.name",
                {"products": [make_product(manufacturer={"name": LISTED, "country": "CN"})]},
            ),
        )
    ),
    (
        "BOND_REQUIRED",
        "batch.bond",
        {"orders": FORMAL, "warehouse": importer(bond=None)},
        {"warehouse": importer(bond=None)},
    ),
    (
        "ORDER_ALREADY_EXPORTED",
        ORDER,
        {"exported": {"ord_123": "batch_1"}},
        {"exported": {"ord_9": "batch_1"}},
    ),
    (
        "ORDER_IN_OPEN_BATCH",
        ORDER,
        {"open_exports": {"ord_123": "batch_1"}},
        {"open_exports": {"ord_9": "batch_1"}},
    ),
]


@pytest.mark.parametrize(
    ("code", "field", "facts"),
    [(code, field, bad) for code, field, cases, _ in PRODUCT_CASES for bad in cases],
)
def test_product_rule_speaks_when_it_is_broken(code: str, field: str, facts: dict[str, Any]) -> None:
    decision = decide_on(products=[make_product(**facts)])
    (message,) = found(decision, code)
    assert (message.field, message.product_id, message.order_id) == (PRODUCT + field, CAP, "ord_123")
    assert "CAP-002" in message.message


@pytest.mark.parametrize(
    ("code", "facts"), [(code, good) for code, _, _, cases in PRODUCT_CASES for good in cases]
)
def test_product_rule_is_silent_when_it_holds(code: str, facts: dict[str, Any]) -> None:
    assert found(decide_on(products=[make_product(**facts)]), code) == []


@pytest.mark.parametrize(
    ("code", "field", "facts"), [(code, field, bad) for code, field, cases, _ in ORDER_CASES for bad in cases]
)
def test_order_rule_speaks_when_it_is_broken(code: str, field: str, facts: dict[str, Any]) -> None:
    (message,) = found(decide_on(make_order(**facts)), code)
    assert (message.field, message.order_id) == (ORDER + field, "ord_123")


@pytest.mark.parametrize(
    ("code", "facts"), [(code, good) for code, _, _, cases in ORDER_CASES for good in cases]
)
def test_order_rule_is_silent_when_it_holds(code: str, facts: dict[str, Any]) -> None:
    assert found(decide_on(make_order(**facts)), code) == []


@pytest.mark.parametrize(("code", "field", "bad", "good"), BATCH_CASES)
def test_batch_rule_speaks_when_broken_and_only_then(
    code: str, field: str, bad: dict[str, Any], good: dict[str, Any]
) -> None:
    assert [message.field for message in found(_decide(bad), code)] == [field]
    assert found(_decide(good), code) == []


def test_a_composition_of_digits_alone_costs_no_more_than_another() -> None:
    began = process_time()
    decide_on(products=[make_product(material_composition="1" * 10_000)])
    assert process_time() - began < 1


def _decide(facts: dict[str, Any]) -> Any:
    orders: tuple[Order, ...] = facts.get("orders", ())
    return decide_on(*orders, **{name: value for name, value in facts.items() if name != "orders"})


def test_one_finding_names_each_missing_part_of_a_profile() -> None:
    decision = decide_on(warehouse=make_warehouse(name=None, address={}))
    assert [message.field for message in found(decision, "WAREHOUSE_PROFILE_INCOMPLETE")] == [
        "warehouse.address.city",
        "warehouse.address.country",
        "warehouse.address.line_1",
        "warehouse.name",
    ]
    assert set(decision.advice.missing_data) >= {"warehouse.name", "warehouse.address.city"}


def test_zip_rules_are_silent_on_orders_that_go_elsewhere() -> None:
    order = make_order(destination_country="CA", destination_region=None, destination_postal_code=None)
    decision = decide_on(order, destination_country="CA")
    assert not [code for code in (message.code for message in decision.messages) if code.startswith("ORDER_")]


def test_single_order_has_nothing_to_consolidate() -> None:
    assert found(decide_on(), "CONSOLIDATION_NOT_BENEFICIAL") == []


# Rules whose cases take more than one product or order: tests of their own in test_corrected_rules.py; those
# on importers with a record in test_importers.py.
ELSEWHERE = {
    "ADCVD_INFORMAL_REFUSED",
    "BOND_NOT_VALID",
    "BOND_NOT_COMPARED",
    "BOND_INSUFFICIENT",
    "INFORMAL_ENTRIES_SPLIT",
    "ORDER_POSTAL_CODE_PLACEHOLDER",
    "ORDER_REGION_INVALID",
    "POWER_OF_ATTORNEY_NOT_VALID",
    "USMCA_PERIOD_MISSING",
}


def test_every_rule_has_a_case_that_breaks_it_and_one_that_does_not() -> None:
    tables = (*PRODUCT_CASES, *ORDER_CASES)
    speaks = {code for code, _, bad, _ in tables if bad} | {case[0] for case in BATCH_CASES}
    is_silent = {code for code, _, _, good in tables if good} | {case[0] for case in BATCH_CASES}
    codes = {rule.code for rule in RULES}
    sourced = {case.code for case in CASES} | ELSEWHERE
    assert speaks | {case[0] for case in BROKEN} | sourced == codes
    assert is_silent | {case[0] for case in HELD} | sourced == codes


def written_rules() -> list[tuple[str, Rule]]:
    """Every rule of every file, with the name it is assigned to."""
    return [
        (name, value)
        for module in pkgutil.iter_modules(rules.__path__)
        for name, value in vars(importlib.import_module(f"{rules.__name__}.{module.name}")).items()
        if isinstance(value, Rule)
    ]


def test_every_rule_of_every_file_is_registered_once() -> None:
    written = [rule for _, rule in written_rules()]
    assert {rule.code for rule in written} == {rule.code for rule in RULES}
    assert len(RULES) == len({rule.code for rule in RULES}) == len(written)


def test_every_rule_names_its_basis_and_is_called_by_its_code() -> None:
    for name, rule in written_rules():
        assert rule.basis
        assert rule.code == name


def test_rule_holds_only_between_its_dates() -> None:
    dated = [
        type(rule)(
            **{**_fields(rule), "effective_from": date(2026, 3, 11), "effective_to": date(2026, 3, 12)}
        )
        for rule in RULES
        if rule.code == "PRODUCT_HTS_CODE_MISSING"
    ]
    bare = [make_product(hts_code=None)]
    spoken = [
        bool(decide_on(products=bare, rules=dated, entry_date=date(2026, 3, day)).messages)
        for day in (10, 11, 12, 13)
    ]
    assert spoken == [False, True, True, False]


def _fields(rule: Rule) -> dict[str, Any]:
    return {name: getattr(rule, name) for name in type(rule).__dataclass_fields__}
