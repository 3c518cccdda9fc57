"""What was entered beside the estimate: which lines belong together, what differs, what orders cost.

The second of three entries: two orders, a backpack of CN (line 3: 354 USD, 195.05 duty), and a free tee of MX
(line 4: 146 USD), MPF 2.77.
"""

import csv
import io
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from entrygo.domain.duty import EntryDuty
from entrygo.domain.errors import ValidationFailed
from entrygo.execution.package.entry_snapshots import entry_package, entry_snapshot
from entrygo.execution.package.invoicing import build_invoice
from entrygo.execution.reconciliation.comparing import Difference, Reason, differences, estimate_of
from entrygo.execution.reconciliation.costs import Share, actual_costs, costs_table
from entrygo.execution.reconciliation.pairing import pair_lines
from entrygo.execution.reconciliation.summary import (
    EntrySummary,
    Estimated,
    GivenBy,
    Liquidation,
    Recorded,
    SummaryLine,
    Task,
    TaskState,
)
from entrygo.execution.reconciliation.tasks import settle, state_of
from entrygo.execution.requests.reconciliation import read_summary
from entrygo.proto.execution.v1 import execution_pb2
from entrygo.requests.issues import Issues
from tests.unit.execution.snapshots import PACKAGE
from tests.unit.execution.test_entry_documents import THREE

NUMBER = "ABC-1234567-6"
ESTIMATE = THREE.entry_duties[1]
BACKPACK, TEE = "4202923120", "6109100012"
NOW = datetime(2026, 12, 1, tzinfo=UTC)


def line(
    number: int = 1, code: str = BACKPACK, origin: str = "CN", value: str = "354", duty: str = "195.05"
) -> SummaryLine:
    return SummaryLine(
        line=number,
        hts_code=code,
        country_of_origin=origin,
        value_usd=Decimal(value),
        duty_usd=Decimal(duty),
    )


FREE_TEE = line(2, TEE, "MX", "146", "0")


def entered(*lines: SummaryLine, **changes: object) -> EntrySummary:
    duty = sum((each.duty_usd for each in lines), Decimal(0)) if lines else None
    fields: dict[str, object] = {"entry_number": NUMBER, "lines": lines, "duty_usd": duty}
    return EntrySummary.model_validate(fields | changes)


def found(summary: EntrySummary, estimate: EntryDuty | None = ESTIMATE) -> list[tuple[str, str]]:
    return [(str(each.reason), each.place) for each in differences(estimate, summary)]


AS_ESTIMATED = entered(line(), FREE_TEE, fees_usd="2.77", entry_type="11")


def test_an_entry_as_it_was_estimated_differs_in_nothing() -> None:
    assert found(AS_ESTIMATED) == []
    # Values are entered in whole dollars: a dollar more or less is no difference.
    assert found(entered(line(value="355", duty="196.05"), FREE_TEE)) == []


@pytest.mark.parametrize(
    ("summary", "expected"),
    [
        (entered(line(value="360", duty="198.36"), FREE_TEE), [("VALUE_DIFFERS", "line 1")]),
        (entered(line(duty="213.00"), FREE_TEE), [("RATE_DIFFERS", "line 1")]),
        (entered(line(code="4202923131"), FREE_TEE), [("HTS_CHANGED", "line 1")]),
        (entered(line(origin="VN"), FREE_TEE), [("ORIGIN_CHANGED", "line 1")]),
        (entered(line()), [("LINE_MISSING", "estimated line 4")]),
        (entered(line(), FREE_TEE, line(3, "9999000000", "CN", "9", "0")), [("LINE_ADDED", "line 3")]),
        (entered(line(), FREE_TEE, fees_usd="34.58"), [("FEE_DIFFERS", "entry")]),
        (entered(line(), FREE_TEE, entry_type="01"), [("ENTRY_TYPE_DIFFERS", "entry")]),
        (entered(duty_usd="300"), [("DUTY_DIFFERS", "entry")]),
        (
            entered(
                line(),
                FREE_TEE,
                liquidation=Liquidation(liquidated_on=date(2027, 10, 1), duty_usd=Decimal("195.04")),
            ),
            [("LIQUIDATED_DIFFERENTLY", "entry, duty")],
        ),
    ],
)
def test_each_kind_of_difference_has_its_reason(
    summary: EntrySummary, expected: list[tuple[str, str]]
) -> None:
    assert found(summary) == expected


def test_lines_of_an_estimate_are_numbered_as_the_documents_of_its_entry_number_them() -> None:
    documented = []
    for entry in THREE.entries:
        estimate = estimate_of(THREE, entry.number)
        assert estimate is not None
        package = entry_package(PACKAGE, THREE, entry)
        lines = build_invoice(entry_snapshot(THREE, entry), package).consolidated
        estimated = [(line.number, line.hts_code) for line in estimate.lines]
        assert estimated == [(line.number, line.hts_code) for line in lines]
        documented.append(estimated)
    assert documented[1] == [(1, BACKPACK), (2, TEE)]
    assert found(entered(line()), estimate_of(THREE, 2)) == [("LINE_MISSING", "estimated line 2")]
    assert estimate_of(THREE, 9) is None


def test_lines_of_entries_with_common_documents_keep_the_numbers_of_those() -> None:
    alike = tuple(each.model_copy(update={"importer_id": None}) for each in THREE.entries)
    assert estimate_of(THREE.model_copy(update={"entries": alike}), 2) == ESTIMATE


def test_lines_that_the_broker_split_are_compared_as_one() -> None:
    halves = (line(1, value="177", duty="97.53"), line(3, value="177", duty="97.52"))
    assert found(entered(halves[0], FREE_TEE, halves[1])) == []
    wrong = line(3, value="277", duty="152.63")
    assert found(entered(halves[0], FREE_TEE, wrong)) == [("VALUE_DIFFERS", "lines 1, 3")]


def test_a_duty_that_was_not_computed_is_compared_with_nothing() -> None:
    first, second = ESTIMATE.lines
    unknown = first.model_copy(update={"low_usd": None, "high_usd": None})
    changed = ESTIMATE.model_copy(update={"lines": (unknown, second), "duty_low_usd": None})
    assert found(entered(line(duty="1"), FREE_TEE), changed) == []
    assert found(entered(duty_usd="1"), changed) == []
    assert found(AS_ESTIMATED, None) == []


def test_a_duty_within_the_estimated_range_is_as_estimated() -> None:
    first, second = ESTIMATE.lines
    ranged = first.model_copy(update={"low_usd": Decimal("62.30"), "high_usd": Decimal("195.05")})
    changed = ESTIMATE.model_copy(update={"lines": (ranged, second)})
    assert found(entered(line(duty="150.80"), FREE_TEE), changed) == []
    assert found(entered(line(duty="200.00"), FREE_TEE), changed) == [("RATE_DIFFERS", "line 1")]


@given(
    st.lists(st.sampled_from([line(n, c, o) for n in (1,) for c in (BACKPACK, TEE) for o in ("CN", "MX")]))
)
def test_every_line_is_in_exactly_one_pair(lines: list[SummaryLine]) -> None:
    numbered = [each.model_copy(update={"line": place}) for place, each in enumerate(lines, start=1)]
    pairs = pair_lines(ESTIMATE.lines, numbered)
    assert sorted(each.line for pair in pairs for each in pair.entered) == [each.line for each in numbered]
    assert sorted(each.number for pair in pairs for each in pair.estimated) == [3, 4]


def task(state: TaskState, actual: str = "360.00") -> Task:
    return Task(
        id="etk_1",
        export_id="batch_1",
        package_id="cp_1",
        entry=2,
        code="VALUE_DIFFERS",
        place="line 1",
        message="",
        expected="354.00",
        actual=actual,
        state=state,
        note="seen" if state is TaskState.CLOSED else "",
        opened_at=NOW,
    )


def difference(actual: str = "360.00") -> Difference:
    return Difference(
        reason=Reason.VALUE_DIFFERS, place="line 1", message="", expected="354.00", actual=actual
    )


def test_a_task_stays_while_its_difference_is_the_same() -> None:
    for state in (TaskState.OPEN, TaskState.CLOSED):
        settled = settle([task(state)], [difference()], NOW)
        assert (settled.opened, settled.changed) == ((), ())


def test_a_later_summary_resolves_what_no_longer_differs_and_opens_what_differs_anew() -> None:
    gone = settle([task(TaskState.OPEN), task(TaskState.CLOSED)], [], NOW)
    assert [(each.state, each.closed_at) for each in gone.changed] == [(TaskState.RESOLVED, NOW)]
    other = settle([task(TaskState.OPEN)], [difference("370.00")], NOW)
    assert [each.state for each in other.changed] == [TaskState.RESOLVED]
    assert [each.actual for each in other.opened] == ["370.00"]
    again = settle([task(TaskState.RESOLVED)], [difference()], NOW)
    assert (len(again.opened), again.changed) == (1, ())


def recorded(summary: EntrySummary, estimated: Decimal | None = Decimal("195.05")) -> Recorded:
    return Recorded(
        id="ens_1",
        export_id="batch_1",
        package_id="cp_1",
        entry=2,
        revision=1,
        summary=summary,
        estimated=Estimated(duty_low_usd=estimated),
        given_by=GivenBy.API,
        recorded_at=NOW,
    )


def test_how_an_entry_stands_follows_from_its_tasks() -> None:
    known = recorded(AS_ESTIMATED)
    stands: tuple[tuple[Recorded, list[Task], str], ...] = (
        (recorded(entered()), [], "entered"),
        # Nothing was estimated: that nothing differs says nothing.
        (recorded(AS_ESTIMATED, None), [], "entered"),
        (known, [], "matches"),
        (known, [task(TaskState.OPEN), task(TaskState.CLOSED)], "differs"),
        (known, [task(TaskState.CLOSED)], "settled"),
        (known, [task(TaskState.RESOLVED)], "matches"),
    )
    for one, tasks, state in stands:
        assert state_of(one, tasks) == state


SHARES = (
    Share("ord_1", 3, Decimal("118.02")),
    Share("ord_1", 4, Decimal("73.05")),
    Share("ord_3", 3, Decimal("236.04")),
    Share("ord_3", 4, Decimal("73.05")),
)


def test_what_was_entered_is_borne_by_the_orders_whose_goods_it_is() -> None:
    costs = actual_costs(SHARES, ESTIMATE, AS_ESTIMATED)
    assert {name: (cost.duty, cost.fees) for name, cost in costs.items()} == {
        # A third and two thirds of 195.05; the tee is exempt, so that the fee goes by the backpacks.
        "ord_1": (Decimal("65.02"), Decimal("0.92")),
        "ord_3": (Decimal("130.03"), Decimal("1.85")),
    }


def test_a_liquidation_takes_the_place_of_what_was_entered() -> None:
    liquidation = Liquidation(liquidated_on=date(2027, 10, 1), duty_usd=Decimal(100))
    costs = actual_costs(SHARES, ESTIMATE, AS_ESTIMATED.model_copy(update={"liquidation": liquidation}))
    assert {name: (cost.duty, cost.fees) for name, cost in costs.items()} == {
        "ord_1": (Decimal("33.34"), Decimal("0.92")),
        "ord_3": (Decimal("66.66"), Decimal("1.85")),
    }


cents = st.decimals(min_value=0, max_value=100_000, places=2)


@given(
    duties=st.lists(cents, max_size=6),
    fees=cents,
    code=st.sampled_from([BACKPACK, TEE, "9999000000"]),
    estimate=st.sampled_from([ESTIMATE, None]),
)
def test_the_parts_of_the_orders_are_the_whole(
    duties: list[Decimal], fees: Decimal, code: str, estimate: EntryDuty | None
) -> None:
    lines = tuple(line(number, code, "CN", "10", str(duty)) for number, duty in enumerate(duties, start=1))
    total = sum(duties, Decimal(0))
    for summary in (entered(*lines, fees_usd=fees), entered(duty_usd=total, fees_usd=fees)):
        if summary.duty_usd is None:
            continue
        costs = actual_costs(SHARES, estimate, summary)
        assert sum((each.duty or Decimal(0) for each in costs.values()), Decimal(0)) == total
        assert sum((each.fees or Decimal(0) for each in costs.values()), Decimal(0)) == fees


def table(summaries: Mapping[int, EntrySummary]) -> list[dict[str, str]]:
    content = costs_table(build_invoice(THREE, PACKAGE), summaries)
    return list(csv.DictReader(io.StringIO(content.decode())))


def test_the_table_has_each_order_beside_its_estimate_and_blanks_for_what_was_not_given() -> None:
    rows = {row["order_id"]: row for row in table({2: AS_ESTIMATED})}
    assert list(rows) == ["ord_0", "ord_1", "ord_3", "ord_2"]
    first, other = rows["ord_1"], rows["ord_0"]
    assert (first["entry"], first["entry_number"], first["goods_value"]) == ("2", NUMBER, "191.07")
    assert (first["estimated_duty_low"], first["estimated_fees"]) == ("65.02", "0.92")
    assert (first["actual_duty"], first["actual_fees"], first["actual_landed_cost"]) == (
        "65.02",
        "0.92",
        "257.01",
    )
    assert (other["actual_duty"], other["actual_landed_cost"], other["basis"]) == ("", "", "not given")
    [bare] = {row["actual_landed_cost"] for row in table({1: entered(duty_usd="32.51")})[:1]}
    # Without fees the whole is not known.
    assert bare == ""


@pytest.mark.parametrize(("day", "is_refused"), [("2026-11-26", True), ("2026-11-27", False)])
def test_no_entry_is_liquidated_before_its_day(day: str, is_refused: bool) -> None:
    """19 CFR 159.1; an informal entry may be on that day (159.10)."""
    entered = execution_pb2.EntrySummary(entry_number="ABC-1234567-6", entry_date="2026-11-27")
    entered.liquidation.MergeFrom(execution_pb2.Liquidation(liquidated_on=day, duty_usd="1.00"))
    issues = Issues()
    if not is_refused:
        assert read_summary(entered, issues).liquidation is not None
        return
    with pytest.raises(ValidationFailed) as refused:
        read_summary(entered, issues)
    assert refused.value.field == "liquidation.liquidatedOn"


def test_the_table_names_the_importer_and_the_day_of_each_entry() -> None:
    """A month is summed up by importer, as CBP's statements are."""
    given = AS_ESTIMATED.model_copy(update={"entry_date": date(2026, 11, 27)})
    found = {
        (row["entry"], row["importer_external_id"], row["importer_name"], row["entry_date"])
        for row in table({2: given})
    }
    assert found == {
        ("1", "", "Northshore Brands USA LLC", ""),
        ("2", "brand-north", "Brand-North Ltd", "2026-11-27"),
        ("3", "brand-prairie", "Brand-Prairie Ltd", ""),
    }


@pytest.mark.parametrize("code", ["9903.88.03", "9903.88.0300", "9801001010"])
def test_a_heading_that_stands_before_the_number_of_the_goods_is_no_line(code: str) -> None:
    """CBP Form 7501, block 29: a line has its numbers of chapters 98 and 99 and that of the goods."""
    filed = execution_pb2.SummaryLine(
        hts_code=code, country_of_origin="CN", value_usd="2950", duty_usd="737.50"
    )
    with pytest.raises(ValidationFailed) as refused:
        read_summary(execution_pb2.EntrySummary(entry_number=NUMBER, lines=[filed]), Issues())
    assert refused.value.field == "lines.0.htsCode"
    [issue] = refused.value.details["issues"] if refused.value.details else []
    assert issue["message"].startswith("A number of chapter 98 or 99 is no line")
