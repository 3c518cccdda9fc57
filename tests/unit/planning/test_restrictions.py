"""Parties and goods that may not be dealt in: how names compare, and what the shipped lists hold."""

from datetime import date

import pytest

from entrygo.planning.reference.in_force import reference_on
from entrygo.planning.reference.parties import comparable_name
from entrygo.planning.reference.tables import rows_of
from tests.factories import GOLDEN_ENTRY_DATE, make_broker, make_item, make_order, make_product
from tests.unit.planning.decisions import decide_on, found

PARTY = "RESTRICTED_PARTY_POSSIBLE_MATCH"
GOODS = "PRODUCT_PROHIBITED"
LIMIT = "ORDER_EXCEEDS_BROKER_LIMIT"


@pytest.mark.parametrize(
    "name",
    [
        "Hetian Haolin Hair Accessories Co., Ltd.",
        "HETIAN HAOLIN HAIR ACCESSORIES",
        "hetian  haolin-hair accessories company limited",
        "Hétian Haölin Hair Accessories Co.,Ltd",
    ],
)
def test_name_is_found_however_it_is_written(name: str) -> None:
    maker = make_product(manufacturer={"name": name, "country": "CN", "postal_code": "848000"})
    decision = decide_on(products=[maker])
    [message] = found(decision, PARTY)
    assert message.message == f"{name} has the name of a party on: UFLPA Entity List."
    assert "denied_party_review" in decision.advice.flags


@pytest.mark.parametrize(
    "name",
    [
        "Hetian Haolin Hair Accessories Trading Co., Ltd.",
        "Haolin Hair Accessories Ltd",
        "Hetian Haolin Hair Acessories Ltd",
        "Co., Ltd.",
        None,
    ],
)
def test_name_that_only_resembles_one_is_none(name: str | None) -> None:
    maker = make_product(manufacturer={"name": name, "country": "CN", "postal_code": "848000"})
    assert found(decide_on(products=[maker]), PARTY) == []


@pytest.mark.parametrize(
    ("name", "compared"),
    [
        ("Société Générale d'Export S.A.R.L.", "SOCIETE GENERALE DEXPORT"),
        ("Smith & Sons, Inc.", "SMITH AND SONS"),
        ("ООО Ромашка", "ROMASHKA"),
        ("Hoshine Silicon Industry (Shanshan) Co., Ltd", "HOSHINE SILICON INDUSTRY SHANSHAN"),
        ("AL-HARBI, Omar", "AL HARBI OMAR"),
        ("Ltd.", ""),
    ],
)
def test_names_are_compared_without_accents_punctuation_and_form(name: str, compared: str) -> None:
    assert comparable_name(name) == compared


@pytest.mark.parametrize("table", ["uflpa_entities", "restricted_parties"])
def test_shipped_names_are_written_as_they_are_compared(table: str) -> None:
    names = [name for row in rows_of(table) for name in row.value]
    assert names == [comparable_name(name) for name in names]


def test_goods_are_named_once_with_what_they_are() -> None:
    [message] = found(decide_on(products=[make_product(hts_code="0208400100")]), GOODS)
    assert message.message == "Product CAP-002 may not be imported: meat and oil of marine mammals."


@pytest.mark.parametrize(
    ("code", "description", "goods"),
    [
        ("2204213080", "Icewine, 375 ml", "alcoholic beverages of Canada"),
        ("2208306020", "Rye whisky in casks", "alcoholic beverages of Canada"),
        ("2203000030", "Lager beer in cans", "packaged alcoholic beverages of Canada"),
        ("2206001500", "Cider, bottled", "packaged alcoholic beverages of Canada"),
        ("2202910000", "Non-alcoholic beer", "whey, molasses and non-alcoholic beer of Canada"),
        ("8711500060", "Motorcycle, 1330 cc", "motorcycles over 800 cc of Canada"),
    ],
)
def test_listed_goods_of_canada_are_banned_from_the_day_of_the_proclamations(
    code: str, description: str, goods: str
) -> None:
    def messages(day: date, origin: str) -> list[str]:
        product = make_product(hts_code=code, country_of_origin=origin, customs_description=description)
        return [message.message for message in found(decide_on(products=[product], entry_date=day), GOODS)]

    banned, before = date(2026, 9, 29), date(2026, 9, 28)
    assert messages(banned, "CA") == [f"Product CAP-002 may not be imported: {goods}."]
    assert messages(before, "CA") == messages(banned, "MX") == []


@pytest.mark.parametrize(
    ("code", "description"),
    [
        ("2203000090", "Beer made from malt, in bulk"),
        ("2208306085", "Whiskies, other"),
        ("0404900000", "Milk protein"),
        ("8711400060", "Motorcycle, 650 cc"),
        ("2106909898", "Vitamin D dietary supplement, 90 softgels, bottle"),
    ],
)
def test_other_goods_of_canada_are_not_banned_with_them(code: str, description: str) -> None:
    product = make_product(hts_code=code, country_of_origin="CA", customs_description=description)
    assert found(decide_on(products=[product], entry_date=date(2026, 11, 21)), GOODS) == []


def test_status_of_the_low_value_programme_is_known_for_every_day_that_can_be_planned() -> None:
    assert reference_on(GOLDEN_ENTRY_DATE).low_value_status == "suspended"


def test_order_over_the_brokers_limit_stays_behind_where_that_is_asked() -> None:
    broker = make_broker(max_lines_per_entry=2)
    products = [
        make_product(f"prod_{n}", country_of_origin=origin) for n, origin in enumerate(("CA", "MX", "US"))
    ]
    long = make_order("ord_long", *(make_item(product.id) for product in products))
    short = make_order("ord_short", *(make_item(product.id) for product in products[:2]))
    blocked = decide_on(long, short, products=products, broker=broker)
    [message] = found(blocked, LIMIT)
    assert (message.order_id, message.field) == ("ord_long", "orders[0].items")
    assert message.message == "Order wms-ord_long alone makes 3 lines; the broker takes 2 in one entry."
    assert blocked.readiness == "BLOCKED"
    rest = decide_on(long, short, products=products, broker=broker, on_blocked="exclude")
    assert [order.id for order in rest.included] == ["ord_short"]
    assert [(one.order_id, one.reasons) for one in rest.excluded] == [("ord_long", (LIMIT,))]
    assert all(entry.lines <= 2 for entry in rest.entries)
