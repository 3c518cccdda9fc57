"""Rules, documents and the estimate name the same headings of chapter 99, and count the same fee."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import cache
from hashlib import sha256
from itertools import chain
from itertools import product as every
from random import Random
from typing import Any

import pytest

from entrygo.domain.consolidation import chapter_99
from entrygo.domain.facts import Product, Section232, Section232Status, TradeReview
from entrygo.domain.programmes import dotted, in_print_order
from entrygo.planning.decide import Decision
from entrygo.planning.duty.duty_line import DutyLine, line_of
from entrygo.planning.duty.estimate import line_duty
from entrygo.planning.law.goods import goods_of
from entrygo.planning.law.law_book import headings_named, shipped_tables
from entrygo.planning.reference.scopes import text_of, words_of
from entrygo.planning.reference.tables import rows_of
from tests.factories import make_item, make_order, make_product
from tests.unit.planning.decisions import decide_on, found
from tests.unit.planning_duty.books import ENTRY_DATE, make_book, rate_row

# Apparel, bags, books, coffee, spices, food, steel, aluminum, racks, lumber's furniture, batteries, dairy …
CODES = (
    "6109100012", "6110202041", "4202923120", "4901990092", "0901210045", "0904222000", "2106909998",
    "7323930045", "7326908605", "7615109100", "7615107155", "9403200082", "9401616011", "9403608093",
    "8507600090", "0402100500", "0406106400", "3304995000", "8215200000", "9617001000",
    "9405218010",
)  # fmt: skip
ORIGINS = (
    "CN",
    "CA",
    "MX",
    "VN",
    "GB",
    "JP",
    "DE",
    "KR",
    "BR",
    "NI",
    "RU",
    "TR",
    "ID",
    "HN",
    "UA",
    "CU",
    "US",
)
SIGNED: dict[str, Any] = {"signed_off_by": "Dana Whitfield"}
DENIED = SIGNED | {"status": "not_applicable"}
STEEL = {"metal": "steel", "weight_kg": "1", "melt_pour": "GB"}
ALUMINUM = {"metal": "aluminum", "weight_kg": "1", "smelt_1": "RU", "smelt_2": "N", "cast": "TR"}
CLAIMS: Sequence[dict[str, Any]] = ({"usmca": {}}, {"usmca": {"criterion": "A", "certification": "C-1"}})
ASSESSMENTS: Sequence[dict[str, Any]] = tuple(
    {"section_232": facts}
    for facts in (
        {"status": "not_assessed"},
        {"status": "review"},
        {"status": "not_applicable"},
        {"status": "not_applicable", "assessed_on": "2026-04-30"},
        {"status": "applicable", "metals": [STEEL]},
        {"status": "applicable", "metals": [ALUMINUM], "metal_weight_pct": "80"},
        {"status": "applicable", "metal_weight_pct": "14.9"},
        {"status": "applicable", "metals": [STEEL | {"weight_pct": "8"}]},
        {"status": "applicable", "metal_weight_pct": "0"},
        {"status": "applicable", "us_metal_pct": "85", "metal_weight_pct": "90"},
    )
)
ANSWERS: Sequence[dict[str, Any]] = (
    {},
    {},
    {"section_301": DENIED},
    {"section_301": SIGNED | {"status": "applicable", "headings": "9903.88.03"}},
    {"section_301": SIGNED | {"status": "applicable"}, "section_338": DENIED},
    {"section_301": DENIED | {"valid_to": "2026-11-26"}},
    {"chapter_98": {"provision": "9801.00.10"}},
    {"chapter_98": {"provision": "9802.00.40", "repair_value_usd": "12"}},
)
BOOK = make_book(rates=[rate_row(code, "6.5%", "Free (P,S,S+)", "40%") for code in CODES])


def goods() -> Iterator[dict[str, Any]]:
    """Each code of each origin; and of a fixed choice of these every claim, assessment and answer."""
    for code, origin in every(CODES, ORIGINS):
        yield {"hts_code": code, "country_of_origin": origin, "usmca": {}}
    random = Random(301)
    for claim, assessment, answer in every(CLAIMS, ASSESSMENTS, ANSWERS):
        for code, origin in zip(random.sample(CODES, 3), random.sample(ORIGINS, 3), strict=True):
            yield {"hts_code": code, "country_of_origin": origin, **claim, **assessment, **answer}


@cache
def catalogue() -> Sequence[Product]:
    return tuple(make_product(f"prod_{number}", **facts) for number, facts in enumerate(goods()))


@cache
def decision() -> Decision:
    """One plan of everything, at a value that the fee's share matters for."""
    items = [make_item(product.id, "3", "17.45") for product in catalogue()]
    return decide_on(make_order("ord_1", *items), products=catalogue(), entry_date=ENTRY_DATE, duty_book=BOOK)


def line_for(product: Product) -> DutyLine:
    return line_of(
        goods_of(product, ENTRY_DATE, TradeReview()),
        number=1,
        value_usd=Decimal("52.35"),
        repair_value_usd=Decimal(36),
    )


def named_by_documents(product: Product) -> set[str]:
    """Candidates, and what somebody found."""
    answered = map(dotted, chapter_99(product, ENTRY_DATE))
    return {each.heading for each in decision().tariff[product.id].candidate_headings}.union(answered)


def named_by_estimate(product: Product) -> set[str]:
    """What is priced under each answer to what is open, by rows in hand; of a pair, both."""
    line = line_for(without_guess(product))
    answers = [option for question in line_duty(line, BOOK).questions for option in question.options]
    priced = {
        heading
        for answer in ((), *answers)
        for heading in headings_priced(replace(line, headings=(*line.headings, *answer)))
    }
    both = {heading for pair in PAIRS if not priced.isdisjoint(pair) for heading in pair}
    return (priced | both) - guessed(product)


def without_guess(product: Product) -> Product:
    """Of goods that are declared and stand in no annex the estimate guesses one: by no row in hand."""
    is_declared = product.section_232.status is Section232Status.APPLICABLE
    if not is_declared or BOOK.lists.section_232.nearest(product.hts_code):
        return product
    return product.model_copy(update={"section_232": Section232()})


def headings_priced(line: DutyLine) -> Iterator[str]:
    """The goods' own code stands last, and is no heading of chapter 99."""
    duty = line_duty(line, BOOK)
    assert duty.low is not None, duty.not_computed
    assert duty.high is not None
    for figures in (duty.low.figures, duty.high.figures):
        yield from (figure.heading for figure in figures[:-1])


def guessed(product: Product) -> set[str]:
    """Exceptions whose list is not loaded: asked about, but named by no row in hand."""
    code = product.hts_code or ""
    return {
        row.key
        for row in chain.from_iterable(BOOK.exceptions.values())
        if text_of(row, "decided_by") and not code.startswith(words_of(row, "prefixes") or ("none",))
    }


PAIRS = [tuple(headings_named(row.key)) for row in rows_of("section_301_origins") if "/" in row.key]


def test_documents_and_estimate_name_the_same_headings_of_every_good() -> None:
    differing = [
        (product.hts_code, product.country_of_origin, sorted(documents ^ estimate))
        for product in catalogue()
        if (documents := named_by_documents(product)) != (estimate := named_by_estimate(product))
    ]
    assert differing == []


def test_catalogue_meets_every_programme_that_rows_in_hand_name() -> None:
    named = {heading for product in catalogue() for heading in named_by_documents(product)}
    for heading in (
        "9903.88.03", "9903.91.06", "9903.89.01", "9903.05.01", "9903.05.07", "9903.05.09", "9903.05.29",
        "9903.05.31", "9903.05.86", "9903.05.90", "9903.05.92", "9903.05.93", "9903.05.94", "9903.03.13",
        "9903.03.14", "9903.82.01", "9903.82.02", "9903.82.03", "9903.82.05", "9903.82.06", "9903.82.09",
        "9903.82.16", "9903.85.68", "9903.76.02", "9903.76.04", "9903.76.21",
    ):  # fmt: skip
        assert heading in named, heading


def test_documents_list_headings_in_the_order_of_filing() -> None:
    for product in catalogue():
        listed = [each.heading for each in decision().tariff[product.id].candidate_headings]
        assert tuple(listed) == in_print_order(listed)


@pytest.mark.parametrize(
    ("code", "stems"),
    [
        ("SECTION_301_REVIEW_RECOMMENDED", ("9903.88", "9903.89", "9903.91", "9903.05", "9903.06")),
        ("SECTION_338_REVIEW_RECOMMENDED", ("9903.03",)),
    ],
)
def test_finding_names_what_the_estimate_charges_by(code: str, stems: tuple[str, ...]) -> None:
    messages = {each.product_id: each.message for each in found(decision(), code)}
    assert len(messages) > 10
    for product_id, message in messages.items():
        listed = [each.heading for each in decision().tariff[product_id or ""].candidate_headings]
        charging = [each for each in listed if each.startswith(stems) and BOOK.provisions[each].charges]
        assert re.findall(r"9903\.[0-9.]{5}", message) == charging


def test_plan_prices_each_line_as_the_estimate_of_its_goods_does() -> None:
    duties = decision().duties
    assert duties is not None
    lines = {line.number: line for entry in duties.entries for line in entry.lines}
    assert len(lines) > 400
    stated = {
        (line.hts_code, line.country_of_origin, figure.heading)
        for line in lines.values()
        for figure in (*line.low, *line.high)
    }
    for product in catalogue():
        for heading in headings_priced(line_for(product)):
            assert (product.hts_code, product.country_of_origin, heading) in stated


def test_fee_of_the_saving_is_that_of_the_estimate_to_the_cent() -> None:
    duties = decision().duties
    assert duties is not None
    assert {
        entry.number: entry.cost.merchandise_processing_fee for entry in decision().entries if entry.cost
    } == {entry.number: entry.processing_fee_usd for entry in duties.entries}
    # Between minimum and maximum, where value and exemptions matter.
    assert all(Decimal("34.58") < entry.processing_fee_usd < Decimal("670.86") for entry in duties.entries)


@pytest.mark.parametrize(
    ("day", "message"),
    [(date(2026, 12, 31), None), (date(2027, 1, 1), "9903.89.01")],
)
def test_goods_of_nicaragua_are_for_review_once_their_duty_is_more_than_nothing(
    day: date, message: str | None
) -> None:
    """Note 29: 0% in 2026, 10% in 2027."""
    tee = make_product("prod_a", hts_code="6109100012", country_of_origin="NI", usmca={})
    [finding] = found(
        decide_on(make_order("ord_1", make_item("prod_a")), products=[tee], entry_date=day),
        "SECTION_301_REVIEW_RECOMMENDED",
    )
    assert ("9903.89.01" in finding.message) is (message is not None)


def test_rows_that_decide_findings_change_with_a_new_ruleset() -> None:
    """They ship with the rules and are no part of the plan hash: raise RULESET_VERSION, then this digest."""
    rows = [row.as_reference().model_dump_json() for table in shipped_tables().values() for row in table]
    assert sha256("\n".join(sorted(rows)).encode()).hexdigest()[:16] == "2f24e2d44ff4aff1"
