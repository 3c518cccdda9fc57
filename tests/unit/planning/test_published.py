"""Imports of published lists: what is refused, and how one takes the place of another."""

import json
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from entrygo.planning.reference.in_force import Book, shipped_book
from entrygo.planning.reference.published import Kind, read_published, refuse_unusable, superseded
from entrygo.planning.reference.records import UnusableFile
from entrygo.planning.reference.tables import Row, Status, codes_of, row_from, row_to, rows_of
from tests.factories import make_product
from tests.tariff import tariff_csv
from tests.unit.planning.decisions import decide_on, found
from tests.unit.planning.published import LINES, START, TERMS, read


def own_form(**changes: Any) -> str:
    given = {"key": "FD1", "value": {"agency": "fda"}, "effective_from": "2026-01-01", "effective_to": None}
    row = {**given, "source": "x", "status": "primary", "checked_on": "2026-10-12", **changes}
    return json.dumps({"table": "pga_flags", "rows": [row]})


FEE_COLUMNS = "fiscal_year,effective_from,effective_to,rate,minimum,maximum,informal"


@pytest.mark.parametrize(
    ("kind", "text", "reason"),
    [
        (Kind.HTS, "code,text\n6505003030,Hats\n", "HTS Number"),
        (Kind.HTS, '{"htsno": "6505.00.30.30"}', "list of tariff lines"),
        (Kind.HTS, "[", "Not JSON"),
        (Kind.SECTION_232, "hts_prefix,annex\n7326,1a\n", "metal_type"),
        (Kind.SECTION_232, "hts_prefix,annex,metal_type\n73,1a,steel\n", "4 to 10 digits"),
        (Kind.SECTION_232, "hts_prefix,annex,metal_type\n7326,9,steel\n", "Annex '9'"),
        (Kind.SECTION_232, "hts_prefix,annex,metal_type,effective_date\n7326,1a,steel,soon\n", "soon"),
        (Kind.SECTION_232, "hts_prefix,annex,metal_type\n7326,1c,steel\n", "Annex '1c'"),
        (Kind.SECTION_232, "hts_prefix,annex,metal_type\n7615,1b,aluminium\n", "Metal 'aluminium'"),
        (Kind.SECTION_301, "hts8,list,ch99_code\n", "no row that counts"),
        (Kind.SECTION_301, "hts8,list,ch99_code\n65050030\n61091000,4A,9903.88.15,\n\n,3", "4 to 10 digits"),
        (Kind.FEES, f"{FEE_COLUMNS}\n2028,,,x,1,1,1\n",
         "not an amount"),
        (Kind.FEES, f"{FEE_COLUMNS}\n2028,,,0.3464,35,680,3\n",
         "0.3464 % is 0.003464"),
        (Kind.FEES, f"{FEE_COLUMNS}\n2028,,,0.003464,680,35,3\n",
         "minimum 680 is above the maximum 35"),
        (Kind.RESTRICTED_PARTIES, "name,country\nAcme,CN\n", "source, type, alt_names, end_date"),
        (Kind.PROHIBITED_GOODS, "goods,hts_prefix\nivory,tusks\n", "4 to 10 digits"),
        (Kind.PROHIBITED_GOODS, 'goods,hts_prefix\n"ivory,0507' + 200_000 * "x", "cannot be read"),
        (Kind.PROHIBITED_GOODS, "goods,hts_prefix,origins\nvodka,2208,Russia\n", "'RUSSIA' is not a country"),
        (Kind.PROHIBITED_GOODS, "goods,hts_prefix,words\nfur,4303,cat;dog fur\n", "'dog fur' is not one"),
        (Kind.ROWS, '{"table": "horoscopes", "rows": []}', "horoscopes"),
        (Kind.ROWS, '{"table": "pga_flags", "rows": [{"key": "FD1"}]}', "Not a table"),
        (Kind.ROWS, own_form(value=7), "a value is a text"),
        (Kind.ROWS, own_form(value={"prefixes": [7]}), "a value is a text"),
        (Kind.ROWS, own_form(value={"prefixes": ["7326.90"]}), "'7326.90' in prefixes"),
        (Kind.ROWS, own_form(value={"origins": ["China"]}), "'China' in origins"),
        (Kind.ROWS, own_form(key=7), "key and source are texts"),
        (Kind.ROWS, own_form(value="Acme").replace("pga_flags", "uflpa_entities"), "not a list of names"),
        (Kind.ROWS, own_form(status="rumour"), "rumour"),
        (Kind.ROWS, own_form(status="primary", checked_on=None), "a day of its check or is unconfirmed"),
        (Kind.ROWS, own_form(status="unconfirmed"), "a day of its check or is unconfirmed"),
    ],
)  # fmt: skip
def test_file_that_is_something_else_is_refused(kind: Kind, text: str, reason: str) -> None:
    with pytest.raises(UnusableFile, match=reason):
        read(kind, text)


def test_file_in_another_encoding_is_refused() -> None:
    with pytest.raises(UnusableFile, match="cannot be read"):
        read_published(Kind.SECTION_301, "hts8,list,ch99_code\né".encode("latin-1"), TERMS)


def row(key: str, start: str, end: str | None, *codes: str) -> Row:
    given = {"key": key, "value": {"prefixes": list(codes)}, "effective_from": start, "effective_to": end}
    return row_from("section_338_lists", {**given, "source": "x", "checked_on": "2026-10-12"})


def test_published_rows_hold_from_their_first_day_and_what_held_before_is_kept() -> None:
    current = [row("a", "2025-01-01", None, "1111"), row("b", "2025-01-01", "2025-06-30", "2222")]
    later = [row("b", "2026-11-01", None, "3333")]
    merged = superseded([*current, *later], [row("a", "2026-10-09", None, "4444")])
    assert codes_of(merged, date(2025, 6, 30)) == {("a", "1111"), ("b", "2222")}
    assert codes_of(merged, date(2026, 10, 8)) == {("a", "1111")}
    assert codes_of(merged, date(2026, 10, 9)) == codes_of(merged, date(2026, 12, 1)) == {("a", "4444")}


def test_code_of_two_releases_is_no_change() -> None:
    (old,) = read(Kind.HTS, tariff_csv(LINES))["hts_lines"]
    (new,) = read(Kind.HTS, tariff_csv({**LINES, "6505.00.30.45": ["doz."]}))["hts_lines"]
    renamed = replace(new, key="HTS 2026 Rev 22")
    assert codes_of([renamed], START) - codes_of([old], START) == {("", "6505003045")}
    assert codes_of([old], START) < codes_of([renamed], START)


def test_code_is_looked_up_in_the_tariff_once_one_was_imported() -> None:
    tables = read(Kind.HTS, tariff_csv(LINES))
    book = Book({**shipped_book().tables, "hts_lines": tables["hts_lines"]})
    old = make_product(hts_code="6505003031")
    code = "HTS_NOT_IN_TARIFF"
    (message,) = found(decide_on(products=[old], entry_date=START, reference=book.on(START)), code)
    assert message.message == "HTS code 6505003031 of CAP-002 is not in HTS 2026 Rev 21."
    assert message.field == "orders[0].items[0].product.hts_code"
    for holds in (make_product(), make_product(hts_code="77"), make_product(hts_code=None)):
        assert found(decide_on(products=[holds], entry_date=START, reference=book.on(START)), code) == []
    assert found(decide_on(products=[old], entry_date=START), code) == []


def test_table_that_no_plan_could_be_made_with_is_refused() -> None:
    fees = [row_from("merchandise_processing_fees", json.loads(own_form(key="FY2028"))["rows"][0])]
    with pytest.raises(UnusableFile, match="No plan could be made with it for 2026-01-01"):
        refuse_unusable(shipped_book().tables, {"merchandise_processing_fees": fees}, [date(2026, 1, 1)])
    refuse_unusable(shipped_book().tables, {}, [date(2001, 1, 1), START])


def test_goods_that_the_tariff_weighs_need_a_net_weight_and_no_unit_of_weight() -> None:
    given = {"key": "g", "value": {"units": ["g"], "prefixes": ["7113"]}, "effective_from": "2023-10-01"}
    grams = row_from("hts_units", {**given, "effective_to": None, "source": "x", "checked_on": "2026-10-12"})
    reference = Book({**shipped_book().tables, "hts_units": [grams]}).on(START)

    def asked(net_weight_kg: str | None) -> list[str]:
        ring = make_product(hts_code="7113195090", unit_of_measure="pcs", net_weight_kg=net_weight_kg)
        decision = decide_on(products=[ring], entry_date=START, reference=reference)
        return [
            message.message
            for code in ("PRODUCT_NET_WEIGHT_MISSING", "PRODUCT_UOM_UNCONVERTIBLE")
            for message in found(decision, code)
            if message.product_id == ring.id
        ]

    assert asked("0.004") == []
    assert asked(None) == ["Product CAP-002 has no net weight; HTS reports in g."]


@pytest.mark.parametrize(("unit_of_measure", "is_known"), [("Pack", True), ("pcs", False), ("x", False)])
def test_goods_that_the_tariff_counts_by_a_unit_of_their_own_are_sold_by_it(
    unit_of_measure: str, is_known: bool
) -> None:
    given = {
        "key": "pack",
        "value": {"units": ["pack"], "prefixes": ["9504"]},
        "effective_from": "2023-10-01",
    }
    packs = row_from("hts_units", {**given, "effective_to": None, "source": "x", "checked_on": "2026-10-12"})
    reference = Book({**shipped_book().tables, "hts_units": [packs]}).on(START)
    cards = make_product(hts_code="9504400000", unit_of_measure=unit_of_measure)
    messages = found(
        decide_on(products=[cards], entry_date=START, reference=reference), "PRODUCT_UOM_UNCONVERTIBLE"
    )
    told = [f"Unit {unit_of_measure} of {cards.sku} cannot be converted to pack."]
    assert [each.message for each in messages if each.product_id == cards.id] == ([] if is_known else told)


def test_rows_imported_before_they_had_a_status_are_second_hand() -> None:
    given = {key: value for key, value in row_to(rows_of("pga_flags")[0]).items() if key != "status"}
    assert row_from("pga_flags", given).status is Status.SECONDARY


def test_import_changes_the_plan_hash_of_days_it_covers_alone() -> None:
    rows = read(Kind.SECTION_338, "hts_prefix,ch99_code\n9401,9903.03.14\n")["section_338_lists"]
    book = Book(
        {**shipped_book().tables, "section_338_lists": superseded(rows_of("section_338_lists"), rows)}
    )
    before = date(2026, 10, 8)
    assert (
        decide_on(entry_date=before, reference=book.on(before)).plan_hash
        == decide_on(entry_date=before).plan_hash
    )
    assert (
        decide_on(entry_date=START, reference=book.on(START)).plan_hash
        != decide_on(entry_date=START).plan_hash
    )
