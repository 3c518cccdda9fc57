"""Published lists: what is read of each."""

import json
from datetime import date

import pytest

from entrygo.planning.reference.in_force import Book, shipped_book
from entrygo.planning.reference.published import Kind, superseded
from entrygo.planning.reference.records import UnusableFile
from entrygo.planning.reference.scopes import Scope, text_of, words_of
from entrygo.planning.reference.tables import TABLES, Status, row_to, rows_of
from entrygo.planning.reference.units import units_of
from tests.factories import make_product
from tests.tariff import tariff_csv, tariff_json
from tests.unit.planning.decisions import decide_on, found
from tests.unit.planning.published import LINES, START, read


@pytest.mark.parametrize("text", [tariff_csv(LINES), tariff_json(LINES)], ids=["CSV", "JSON"])
def test_tariff_gives_its_codes_and_the_units_of_each(text: str) -> None:
    tables = read(Kind.HTS, text)
    (release,) = tables["hts_lines"]
    assert (release.key, release.status) == ("HTS 2026 Rev 21", Status.PRIMARY)
    assert {"6404199060", "6505003030", "9503000073"} <= set(release.value)
    assert not {"650500", "99038815", "9802008065"} & set(release.value)
    units = Scope.of(tables["hts_units"])
    assert [words_of(row, "units") for row in units.nearest("6505003030")] == [("doz", "kg")]
    assert [words_of(row, "units") for row in units.nearest("6404199060")] == [("prs",)]
    assert units.nearest("9503000073") == ()


@pytest.mark.parametrize(
    ("printed", "units"),
    [
        ('["m<sup style=\\"font-size: 9.75px;\\">3</sup>","kg"]', ("m3", "kg")),
        ("m²; kg", ("m2", "kg")),
        ('["doz. prs."]', ("doz prs",)),
        ('["Dz Pcs"]', ("doz",)),
        ('["No. and kg"]', ("no", "kg")),
        ('["pcs "]', ("pcs",)),
        ('["","\\n"]', ()),
        ("X", ()),
    ],
)
def test_units_lose_what_print_adds(printed: str, units: tuple[str, ...]) -> None:
    assert units_of(printed) == units


def test_export_of_a_part_of_the_tariff_is_refused() -> None:
    part = "\n".join(line for line in tariff_csv(LINES).splitlines() if not line.startswith('"62'))
    with pytest.raises(UnusableFile, match="no line of chapter 62: export the whole tariff"):
        read(Kind.HTS, part)


def test_metal_annexes_are_read_by_annex_and_metal() -> None:
    rows = read(
        Kind.SECTION_232,
        "hts_prefix,annex,metal_type,source,effective_date\n"
        "732690,1b,steel,proclamation,2026-04-06\n7326908688,1a,steel,proclamation,2026-04-06\n"
        "94032000,2,steel,proclamation,2026-04-06\n7615.10,1b,aluminum,proclamation,\n",
    )["section_232_annexes"]
    assert [(row.key, row.effective_from) for row in rows] == [
        ("I-A steel", date(2026, 4, 6)),
        ("I-B aluminum", START),
        ("I-B steel", date(2026, 4, 6)),
        ("II steel", date(2026, 4, 6)),
    ]
    (row,) = Scope.of(rows).nearest("7326908688")
    assert (text_of(row, "annex"), text_of(row, "metal")) == ("I-A", "steel")
    assert [text_of(row, "heading") for row in rows] == ["9903.82.02", "9903.82.09", "9903.82.09", ""]


def test_china_lists_are_read_without_the_one_that_never_came() -> None:
    rows = read(
        Kind.SECTION_301,
        "hts8,list,ch99_code\n65050030,3,9903.88.03\n61091000,4A,9903.88.15\n96170010,4B,9903.88.16\n",
    )["section_301_lists"]
    assert [(row.key, words_of(row, "prefixes")) for row in rows] == [
        ("9903.88.03", ("65050030",)),
        ("9903.88.15", ("61091000",)),
    ]


def test_canada_lists_are_read_by_heading() -> None:
    (row,) = read(Kind.SECTION_338, "hts_prefix,ch99_code\n9401,9903.03.14\n940521,9903.03.14\n")[
        "section_338_lists"
    ]
    assert (row.key, words_of(row, "origins"), words_of(row, "prefixes")) == (
        "9903.03.14",
        ("CA",),
        ("9401", "940521"),
    )


def test_fees_are_read_with_their_own_dates() -> None:
    (row,) = read(
        Kind.FEES,
        "fiscal_year,effective_from,effective_to,rate,minimum,maximum,informal\n"
        "2028,2027-10-01,2028-09-30,0.003464,35.60,690.00,2.85\n",
    )["merchandise_processing_fees"]
    book = Book(
        {
            **shipped_book().tables,
            "merchandise_processing_fees": superseded(rows_of("merchandise_processing_fees"), [row]),
        }
    )
    assert book.on(date(2027, 10, 1)).processing_fee.fiscal_year == 2028
    assert book.on(date(2027, 9, 30)).processing_fee.fiscal_year == 2027
    assert "merchandise_processing_fees" not in dict(book.on(date(2027, 10, 1)).outdated)


# The header of consolidated.csv, as trade.gov publishes it.
SCREENING = (
    "_id,source,entity_number,type,programs,name,title,addresses,federal_register_notice,start_date,end_date,"
    "standard_order,license_requirement,license_policy,call_sign,vessel_type,gross_tonnage,"
    "gross_registered_tonnage,vessel_flag,vessel_owner,remarks,source_list_url,alt_names,citizenships,"
    "dates_of_birth,nationalities,places_of_birth,source_information_url,ids\n"
)
SDN = "Specially Designated Nationals (SDN) - Treasury Department"


def listed(source: str, kind: str, name: str, aliases: str = "", end_date: str = "") -> str:
    cells = ["1", source, "7", kind, "", name, "", "1 Road; Minsk, BY", "", "2020-01-01", end_date]
    return ",".join(f'"{cell}"' for cell in [*cells, *[""] * 11, aliases, *[""] * 6]) + "\n"


def test_screening_list_is_read_by_source_with_every_alias_of_companies_and_persons() -> None:
    text = SCREENING + "".join(
        (
            listed(SDN, "Entity", "ООО Ромашка", "Romashka Ltd.; Daisy Trade, LLC"),
            listed(SDN, "Individual", "DOE, John", ""),
            listed(SDN, "Vessel", "OCEAN STAR", "STAR"),
            listed(SDN, "Entity", "Over Inc", end_date="2026-10-08"),
            listed("Entity List (EL) - Bureau of Industry and Security", "", "Same Works Co.", "S.A."),
        )
    )
    rows = read(Kind.RESTRICTED_PARTIES, text)["restricted_parties"]
    assert [(row.key, row.value) for row in rows] == [
        ("Entity List (EL) - Bureau of Industry and Security", ["SAME WORKS"]),
        (SDN, ["DAISY TRADE", "DOE JOHN", "ROMASHKA"]),
    ]
    book = Book({**shipped_book().tables, "restricted_parties": superseded((), rows)})
    maker = make_product(manufacturer={"name": "Daisy-Trade Limited"})
    code = "RESTRICTED_PARTY_POSSIBLE_MATCH"
    (message,) = found(decide_on(products=[maker], entry_date=START, reference=book.on(START)), code)
    assert message.message == f"Daisy-Trade Limited has the name of a party on: {SDN}."
    # The entities of the UFLPA stand in a table of their own, which no import of this list replaces.
    assert book.on(START).restricted_parties.lists_with("Hollin Hair Accessories") == ("UFLPA Entity List",)


def test_prohibited_goods_are_read_with_the_origins_and_words_that_narrow_them() -> None:
    rows = read(
        Kind.PROHIBITED_GOODS,
        "goods,hts_prefix,origins,words\nteak of Myanmar,4407.23,mm,\nteak of Myanmar,4403,MM,\n"
        "coral,0508,,coral; corals\nivory,0507.10,,\n",
    )["prohibited_goods"]
    assert [(row.key, row.value) for row in rows] == [
        ("coral", {"goods": "coral", "prefixes": ["0508"], "origins": [], "words": ["coral", "corals"]}),
        ("ivory", {"goods": "ivory", "prefixes": ["050710"], "origins": [], "words": []}),
        (
            "teak of Myanmar MM",
            {"goods": "teak of Myanmar", "prefixes": ["4403", "440723"], "origins": ["MM"], "words": []},
        ),
    ]


@pytest.mark.parametrize("table", [table for table in TABLES if rows_of(table)])
def test_our_own_form_takes_any_table(table: str) -> None:
    shipped = rows_of(table)
    text = json.dumps({"table": table, "rows": [row_to(row) for row in shipped]})
    assert read(Kind.ROWS, text) == {table: list(shipped)}


def test_names_in_our_own_form_may_be_written_as_they_are_printed() -> None:
    row = row_to(rows_of("uflpa_entities")[0])
    names = ["Hetian Taida Apparel Co., Ltd.", "Changji Esquel Textile Co. Ltd.", "Co."]
    text = json.dumps({"table": "uflpa_entities", "rows": [{**row, "value": names}]})
    [read_row] = read(Kind.ROWS, text)["uflpa_entities"]
    assert read_row.value == ["CHANGJI ESQUEL TEXTILE", "HETIAN TAIDA APPAREL"]
