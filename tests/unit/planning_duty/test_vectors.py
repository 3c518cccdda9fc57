"""Worked entries to the cent: one as it was filed, and one of fifteen lines of ten origins."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

import pytest

from entrygo.planning.duty.duty_line import DutyLine
from entrygo.planning.duty.fees import entry_duty, fee_by_line
from entrygo.planning.duty.results import EntryDuty
from tests.unit.planning_duty.books import (
    FTA,
    assessed,
    exact,
    make_book,
    make_line,
    make_row,
    rate_row,
    steel_of,
)

SET_RATE = "The rate of duty applicable to that article in the set subject to the highest rate of duty"
# The vectors leave open what note 51(b) and note 52(b) list: here they list none of the goods.
BOOK = make_book(
    rates=[
        rate_row("0904222000", "3¢/kg", "Free (A,AU,BH,CL,CO,D,E,IL,JO,KR,MA,OM,P,PA,PE,S,SG)", "11¢/kg"),
        rate_row("6404198960", "90¢/pr. + 20%", FTA, "$1.58/pr. + 35%"),
        rate_row("7326908688", "2.9%", "Free (A,AU,BH,CL,CO,D,E,IL,JO,KR,MA,OM,P,PA,PE,S,SG)", "45%"),
    ],
    section_338_lists=[],
    chapter_99_exceptions=[
        make_row("chapter_99_exceptions", "9903.05.93", {"origins": ["CA"], "claim": "usmca"}),
        make_row("chapter_99_exceptions", "9903.05.94", {"origins": ["MX"], "claim": "usmca"}),
    ],
)

# Line, its headings in the order of filing with the duty of each, its part of the processing fee.
VECTORS = [
    (
        make_line("4202.92.31.20", "CN", "2950"),
        [("9903.88.03", "737.50"), ("9903.05.31", "368.75"), ("4202.92.31.20", "519.20")],
    ),
    (make_line("6109.10.00.12", "VN", "2400"), [("9903.05.84", "300.00"), ("6109.10.00.12", "396.00")]),
    (
        make_line("6110.20.20.41", "CA", "2720", spi="S"),
        [("9903.05.93", "0.00"), ("6110.20.20.41", "0.00")],
    ),
    (make_line("6110.20.20.41", "CA", "2720"), [("9903.05.29", "272.00"), ("6110.20.20.41", "448.80")]),
    (
        make_line("3406.00.00.00", "CA", "1300", spi="S"),
        [("9903.05.93", "0.00"), ("3406.00.00.00", "0.00")],
    ),
    (make_line("3304.99.50.00", "KR", "1900"), [("9903.05.71", "237.50"), ("3304.99.50.00", "0.00")]),
    (
        make_line("9403.20.00.82", "CN", "2400", section_232=assessed()),
        [
            ("9903.88.03", "600.00"),
            ("9903.05.90", "0.00"),
            ("9903.82.09", "600.00"),
            ("9403.20.00.82", "0.00"),
        ],
    ),
    (
        make_line("7615.10.91.00", "CN", "1950", section_232=assessed()),
        [("9903.05.90", "0.00"), ("9903.82.09", "487.50"), ("7615.10.91.00", "60.45")],
    ),
    (
        make_line("7323.93.00.45", "GB", "1470", section_232=steel_of("GB")),
        [("9903.05.90", "0.00"), ("9903.82.05", "220.50"), ("7323.93.00.45", "29.40")],
    ),
    (
        make_line("7323.93.00.45", "CN", "1470", section_232=steel_of("CN")),
        [("9903.05.90", "0.00"), ("9903.82.09", "367.50"), ("7323.93.00.45", "29.40")],
    ),
    (
        make_line("6109.10.00.12", "MX", "2400", spi="S"),
        [("9903.05.94", "0.00"), ("6109.10.00.12", "0.00")],
    ),
    (make_line("6109.10.00.12", "BY", "1200"), [("6109.10.00.12", "1080.00")]),
    (
        make_line("0904.22.20.00", "TR", "800", quantities={"kg": Decimal("100.4")}),
        [("9903.05.79", "100.00"), ("0904.22.20.00", "3.00")],
    ),
    (
        make_line("6404.19.89.60", "VN", "1000", quantities={"prs": Decimal(100)}),
        [("9903.05.84", "125.00"), ("6404.19.89.60", "290.00")],
    ),
    (
        make_line("8215.20.00.00", "IN", "1800", section_232=assessed(), rate_of_article="6.8%"),
        [("9903.05.90", "0.00"), ("9903.82.09", "450.00"), ("8215.20.00.00", "122.40")],
    ),
]
PROCESSING_FEES = {
    **{1: "10.22", 2: "8.31", 4: "9.42", 6: "6.58", 7: "8.31", 8: "6.76", 9: "5.09", 10: "5.09"},
    **{12: "4.16", 13: "2.77", 14: "3.47", 15: "6.24"},
}


def entry_of_all() -> EntryDuty:
    return entry_duty(numbered([line for line, _ in VECTORS]), BOOK, "01")


def numbered(lines: Sequence[DutyLine]) -> list[DutyLine]:
    return [replace(line, number=number) for number, line in enumerate(lines, start=1)]


@pytest.mark.parametrize(("place", "expected"), list(enumerate([figures for _, figures in VECTORS])))
def test_vector_comes_out_to_the_cent(place: int, expected: list[tuple[str, str]]) -> None:
    assert exact(entry_of_all().lines[place]) == expected


def test_vectors_together_are_one_formal_entry() -> None:
    entry = entry_of_all()
    assert sum(line.value_usd for line in entry.lines) == Decimal(28480)
    assert (entry.duty_low, entry.duty_high) == (Decimal("7844.90"), Decimal("7844.90"))
    assert entry.processing_fee.amount == Decimal("76.42")
    assert entry.processing_fee.of == ("22060 USD",)
    assert entry.total_low == Decimal("7921.32")


def test_processing_fee_is_divided_over_the_lines_that_pay_it() -> None:
    assert {line: str(part) for line, part in fee_by_line(entry_of_all()).items()} == PROCESSING_FEES


def test_filed_entry_summary_of_a_steel_article_of_china() -> None:
    """A CBP Form 7501 filed on 2026-09-18: duty on the full value, 9903.05.90 beside 9903.82.02."""
    line = make_line("7326.90.86.88", "CN", "14172", section_232=assessed())
    (duty,) = entry_duty([line], BOOK, "01").lines
    assert exact(duty) == [
        ("9903.88.03", "3543.00"),
        ("9903.05.90", "0.00"),
        ("9903.82.02", "7086.00"),
        ("7326.90.86.88", "410.99"),
    ]
    assert duty.low is not None
    assert duty.low.amount == Decimal("11039.99")


def test_every_figure_names_its_row_with_source_and_dates() -> None:
    duty = entry_of_all().lines[0]
    assert duty.low is not None
    list_3 = duty.low.figures[0]
    assert (list_3.rate, list_3.of) == ("The duty provided in the applicable subheading + 25%", ("2950 USD",))
    assert list_3.citation.table == "chapter_99_rates"
    assert all(figure.citation.source and figure.citation.effective_from for figure in duty.low.figures)


@pytest.mark.parametrize(("entry_type", "fee"), [("11", "2.77"), ("01", "34.58")])
def test_fee_of_a_small_entry_is_the_flat_amount_or_the_minimum(entry_type: str, fee: str) -> None:
    """19 CFR 24.23; FR 2026-15530 for fiscal year 2027."""
    entry = entry_duty([make_line("6109.10.00.12", "VN", "2400")], BOOK, entry_type)
    assert str(entry.processing_fee.amount) == fee
    assert entry.processing_fee.citation.key == "FY2027"


def test_fee_of_a_large_entry_is_the_maximum() -> None:
    entry = entry_duty([make_line("6109.10.00.12", "VN", "1000000")], BOOK, "01")
    assert str(entry.processing_fee.amount) == "670.86"


def test_entry_of_usmca_lines_alone_pays_no_fee() -> None:
    """19 CFR 182.11(a)."""
    entry = entry_duty([make_line("6109.10.00.12", "MX", "2400", spi="S")], BOOK, "01")
    assert (str(entry.processing_fee.amount), entry.processing_fee.rate) == ("0.00", "exempt")
