"""What planning puts into a snapshot of the tariff: units, agencies' flags, headings that may apply."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from entrygo.domain.facts import Product
from entrygo.domain.principal import Mode, Tenant
from entrygo.domain.snapshot import Snapshot
from entrygo.domain.tariff import UNKNOWN, TariffTreatment, headings_of
from entrygo.planning.snapshots import pack, snapshot_of, unpack
from tests.factories import (
    CAP,
    GOLDEN_ENTRY_DATE,
    HOODIE,
    golden_orders,
    make_item,
    make_order,
    make_product,
    make_warehouse,
)
from tests.unit.planning.decisions import decide_on

NOVEMBER = date(2026, 11, 20)
NO_CLAIM: dict[str, Any] = {"criterion": None, "certification": None}
SIGNED: dict[str, Any] = {"signed_off_by": "Dana Whitfield"}
NO_METAL: dict[str, Any] = {"status": "not_applicable", "assessed_on": "2026-10-15"}
TRUNK: dict[str, Any] = {"hts_code": "4202923131", "country_of_origin": "CN", "usmca": NO_CLAIM}
PAN: dict[str, Any] = {"hts_code": "7323930045", "country_of_origin": "VN", "usmca": NO_CLAIM}
DESK: dict[str, Any] = {"hts_code": "9403200082", "section_232": {"status": "not_assessed"}}


def treatment(day: date = NOVEMBER, importer: dict[str, Any] | None = None, **fields: Any) -> TariffTreatment:
    order = make_order("ord_1", make_item("prod_a"))
    warehouse = make_warehouse()
    if importer is not None:
        record = warehouse.importer_of_record.model_dump() | {"section_301": importer}
        warehouse = make_warehouse(importer_of_record=record)
    decision = decide_on(
        order, products=[make_product("prod_a", **fields)], entry_date=day, warehouse=warehouse
    )
    return decision.tariff["prod_a"]


def candidates(**fields: Any) -> list[tuple[str, str]]:
    return [(each.programme, each.heading) for each in treatment(**fields).candidate_headings]


@pytest.mark.parametrize(
    ("hts_code", "units"),
    [("6202308061", ("doz", "kg")), ("6404199060", ("prs",)), ("9999999999", ()), (None, ())],
)
def test_units_are_those_that_the_tariff_reports_the_code_in(
    hts_code: str | None, units: tuple[str, ...]
) -> None:
    assert treatment(hts_code=hts_code).hts_units == units


def test_flags_say_which_agency_asks_and_whether_it_must_be_answered() -> None:
    def flags(hts_code: str, day: date = NOVEMBER) -> list[tuple[str, str, bool]]:
        found = treatment(day, hts_code=hts_code).agency_flags
        return [(flag.code, flag.agency, flag.is_required) for flag in found]

    assert flags("0901210045") == [("21 CFR 1.281", "fda", True)]
    assert flags("8518302000") == [("47 CFR 2.1204", "fcc", False)]
    assert flags("9503000073") == [("16 CFR 1110", "cpsc", True)]
    assert flags("9503000073", date(2026, 7, 7)) == []


def test_candidates_stand_in_the_order_of_filing_section_301_before_338_before_232() -> None:
    # Nobody has said how much metal is in it: with little, it is free under USMCA.
    assert candidates(**DESK) == [
        ("section_301", "9903.05.90"),
        ("section_301", "9903.05.93"),
        ("section_338", "9903.03.14"),
        ("section_232", "9903.82.03"),
        ("section_232", "9903.82.09"),
    ]
    assert candidates(**TRUNK) == [("section_301", "9903.88.03"), ("section_301", "9903.05.31")]


def test_goods_of_canada_that_claim_no_preference_meet_the_heading_that_charges() -> None:
    jacket: dict[str, Any] = {"hts_code": "6202308061", "section_232": NO_METAL}
    assert candidates(**jacket) == [("section_301", "9903.05.93")]
    assert candidates(**jacket, usmca=NO_CLAIM) == [("section_301", "9903.05.29")]


@pytest.mark.parametrize(
    ("review", "left"),
    [
        (SIGNED | {"status": "not_applicable"}, []),
        (SIGNED | {"status": "applicable", "headings": "9903.88.03; 9903.05.31"}, []),
        # An answer on the lists of China is none on the duty that meets every good of China.
        (SIGNED | {"status": "applicable", "headings": "9903.88.03"}, [("section_301", "9903.05.31")]),
    ],
)
def test_what_somebody_answers_for_is_no_candidate(
    review: dict[str, Any], left: list[tuple[str, str]]
) -> None:
    assert candidates(**TRUNK, section_301=review) == left


@pytest.mark.parametrize(
    "review",
    [
        {"status": "not_applicable"},
        SIGNED | {"status": "not_applicable", "valid_to": "2026-11-19"},
        SIGNED | {"status": "applicable"},
    ],
)
def test_an_answer_that_is_unsigned_past_or_names_no_heading_leaves_the_candidates(
    review: dict[str, Any],
) -> None:
    assert candidates(**TRUNK, section_301=review) == candidates(**TRUNK)


def test_importer_who_signs_off_that_a_programme_of_an_origin_applies_has_not_named_the_heading() -> None:
    applies, denied = (SIGNED | {"status": status} for status in ("applicable", "not_applicable"))
    assert candidates(**TRUNK, importer=applies) == candidates(**TRUNK)
    assert candidates(**TRUNK, importer=denied) == [("section_301", "9903.88.03")]


def test_goods_that_pay_section_232_are_outside_the_programme_of_their_origin() -> None:
    metals = [{"metal": "steel", "weight_kg": "1", "melt_pour": "CN"}]
    applies = {"status": "applicable", "metals": metals, "assessed_on": "2026-10-15"}
    fields = PAN | {"country_of_origin": "CN"}
    assert candidates(**fields, section_232=applies) == [
        ("section_301", "9903.05.90"),
        ("section_232", "9903.82.09"),
    ]
    # Of a chapter of metal, listed goods pay it however the review ends.
    assert candidates(**fields, section_232={"status": "review"}) == [
        ("section_301", "9903.05.90"),
        ("section_232", "9903.82.09"),
    ]


def test_no_metal_said_of_a_good_of_metal_is_still_for_review() -> None:
    assert candidates(**PAN, section_232=NO_METAL) == [
        ("section_301", "9903.05.90"),
        ("section_232", "9903.82.09"),
    ]
    desk = DESK | {"section_232": NO_METAL, "country_of_origin": "VN"}
    assert candidates(**desk, usmca=NO_CLAIM) == [
        ("section_301", "9903.05.84"),
        ("section_232", "9903.82.03"),
    ]


def test_two_goods_of_one_code_of_which_one_was_reviewed_are_two_lines_of_the_entry() -> None:
    reviewed = make_product("prod_b", **TRUNK, section_301=SIGNED | {"status": "not_applicable"})

    def lines(*products: Product) -> int:
        order = make_order("ord_1", *(make_item(product.id) for product in products))
        return decide_on(order, products=products, entry_date=NOVEMBER).entries[0].lines

    assert lines(make_product("prod_a", **TRUNK), reviewed) == 2
    assert lines(make_product("prod_a", **TRUNK), make_product("prod_c", **TRUNK)) == 1


def test_the_snapshot_carries_it_and_one_stored_before_reads_as_knowing_nothing() -> None:
    decision = decide_on(*golden_orders())
    tenant = Tenant(account_id="acc_123", mode=Mode.LIVE)
    snapshot = snapshot_of(
        decision,
        tenant=tenant,
        export_id="batch_1",
        revision=1,
        planned_at=datetime(2026, 3, 11, 16, tzinfo=UTC),
    )
    read = Snapshot.model_validate_json(unpack(pack(snapshot, decision.reference_set)))
    assert read.tariff == decision.tariff
    assert {id: read.tariff[id].hts_units for id in (HOODIE, CAP)} == {
        HOODIE: ("doz", "kg"),
        CAP: ("doz", "kg"),
    }
    stored_before = Snapshot.model_validate_json(read.model_dump_json(exclude={"tariff"}))
    assert stored_before.tariff.get(HOODIE, UNKNOWN) == TariffTreatment()


def test_nothing_may_apply_to_the_documented_example() -> None:
    decision = decide_on(*golden_orders(), entry_date=GOLDEN_ENTRY_DATE)
    assert [headings_of(each.candidate_headings) for each in decision.tariff.values()] == [(), ()]
