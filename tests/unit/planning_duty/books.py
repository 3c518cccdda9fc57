"""Reference books for tests of the duty estimate: the shipped rows, with others in their place."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from entrygo.domain.facts import Section232, Section232Status
from entrygo.planning.duty.book import DutyBook, book_on, shipped_tables
from entrygo.planning.duty.duty_line import DutyLine
from entrygo.planning.duty.results import Duty, LineDuty
from entrygo.planning.reference.in_force import shipped_book
from entrygo.planning.reference.tables import Row, Status

ENTRY_DATE = date(2026, 11, 27)
LISTS = frozenset({"section_301_lists", "section_232_annexes", "section_338_lists"})
FTA = "Free (AU,BH, CL,CO,IL,JO,KR, MA,OM,P, PA,PE,S,SG)"


def make_row(table: str, key: str, value: Any, **changes: Any) -> Row:
    fields: dict[str, Any] = {
        "effective_from": date(2020, 1, 1),
        "effective_to": None,
        "source": "made up for a test",
        "status": Status.PRIMARY,
        "checked_on": date(2026, 11, 27),
    }
    return Row(table=table, key=key, value=value, **(fields | changes))


def rate_row(code: str, general: str, special: str = "", column_2: str = "") -> Row:
    value = {"general": general, "special": special, "column_2": column_2, "prefixes": [code]}
    return make_row("hts_rates", code, value)


def make_book(
    *,
    day: date = ENTRY_DATE,
    rates: Sequence[Row] = (),
    whole: Collection[str] = LISTS,
    **tables: Sequence[Row],
) -> DutyBook:
    """The shipped rows; `rates` are added, and `tables` take the place of others. Lists count as whole."""
    all_tables: Mapping[str, Sequence[Row]] = {**shipped_book().tables, **shipped_tables(), **tables}
    return book_on(day, {**all_tables, "hts_rates": [*all_tables["hts_rates"], *rates]}, whole)


def make_line(hts_code: str, origin: str, value: str = "1000", **changes: Any) -> DutyLine:
    fields: dict[str, Any] = {
        "number": 1,
        "hts_code": hts_code.replace(".", ""),
        "origin": origin,
        "value_usd": Decimal(value),
    }
    return DutyLine(**(fields | changes))


def assessed(**changes: Any) -> Section232:
    """Goods that somebody found to be of metal, all of it."""
    fields: dict[str, Any] = {"status": Section232Status.APPLICABLE, "metal_weight_pct": Decimal(90)}
    return Section232.model_validate(fields | changes)


def steel_of(country: str | None) -> Section232:
    return assessed(metals=[{"metal": "steel", "weight_kg": "1", "melt_pour": country}])


def figures_of(duty: Duty | None) -> list[tuple[str, str]]:
    """Headings with their amounts, as an entry lists them."""
    assert duty is not None
    return [(figure.heading, str(figure.amount)) for figure in duty.figures]


def exact(duty: LineDuty) -> list[tuple[str, str]]:
    assert duty.low is not None, duty.not_computed
    assert duty.high is not None
    assert duty.low.amount == duty.high.amount, duty.questions
    return figures_of(duty.low)


def range_of(duty: LineDuty) -> tuple[str, str]:
    assert duty.low is not None, duty.not_computed
    assert duty.high is not None
    return str(duty.low.amount), str(duty.high.amount)
