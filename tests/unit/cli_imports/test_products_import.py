"""`entrygo products import`: rows to products, Excel's habits, refusals."""

from pathlib import Path
from typing import Any

import pytest

from tests.unit.cli_imports.conftest import FakeServer, Importer, Issue, rejects_of

CONTENT = (
    "sku,name,hts_code,manufacturer_city,net_weight_kg,section_232_status,usmca_criterion\n"
    'JKT-001,"Jacket, insulated",6202308061,Vancouver,0.82,review,\n'
)


def separated_by(delimiter: str) -> bytes:
    unquoted = CONTENT.replace('"Jacket, insulated"', "Jacket# insulated")
    return unquoted.replace(",", delimiter).replace("#", ",").encode()


def test_a_product_is_sent_with_the_cells_that_are_not_blank(server: FakeServer, importer: Importer) -> None:
    done = importer.products(importer.file(CONTENT))
    assert done.exit_code == 0, done.output
    assert server.products["JKT-001"] == {
        "externalId": "JKT-001",
        "sku": "JKT-001",
        "name": "Jacket, insulated",
        "htsCode": "6202308061",
        "netWeightKg": 0.82,
        "manufacturer": {"city": "Vancouver"},
        "section232": {"status": "review"},
    }


def test_objects_within_a_product_have_columns_of_their_own(server: FakeServer, importer: Importer) -> None:
    cells = {
        "sku": "PAN-050",
        "section_232_status": "applicable",
        "section_232_steel_weight_kg": "1.1",
        "section_232_steel_melt_pour": "CN",
        "section_232_aluminum_weight_pct": "2",
        "section_301_status": "applicable",
        "section_301_signed_off_by": "Dana",
        "supply_chain_valid_to": "2026-12-31",
        "fda_product_code": "52AYY",
        "cpsc_certificate": "GCC-1",
        "usda_disclaimer": "A",
        "dangerous_goods_un_number": "3480",
        "hts_code_ca": "7323930010",
        "hts_code": "7323930045",
    }
    done = importer.products(importer.file(f"{','.join(cells)}\n{','.join(cells.values())}\n"))
    assert done.exit_code == 0, done.output
    assert server.products["PAN-050"] == {
        "externalId": "PAN-050",
        "sku": "PAN-050",
        "htsCode": "7323930045",
        "section232": {
            "status": "applicable",
            "metals": [
                {"metal": "steel", "weightKg": 1.1, "meltPour": "CN"},
                {"metal": "aluminum", "weightPct": 2},
            ],
        },
        "section301": {"status": "applicable", "signedOffBy": "Dana"},
        "supplyChain": {"validTo": "2026-12-31"},
        "pga": {
            "fda": {"productCode": "52AYY"},
            "cpsc": {"certificate": "GCC-1"},
            "usda": {"disclaimer": "A"},
        },
        "dangerousGoods": {"unNumber": "3480"},
        "htsCodes": {"CA": "7323930010"},
    }


def test_every_country_may_have_an_hts_column_of_its_own(server: FakeServer, importer: Importer) -> None:
    header = "sku,hts_code_br,hts_code_CH,code_in_japan,hts_code_backup\n"
    path = importer.file(header + "PAN-050,73239300,7323.9300,732393000,1\n")
    done = importer.products(path, "--map", "code_in_japan=hts_code_jp", "--ignore-unknown")
    assert done.exit_code == 0, done.output
    codes = {"BR": "73239300", "CH": "7323.9300", "JP": "732393000"}
    assert server.products["PAN-050"]["htsCodes"] == codes
    assert "Not read: hts_code_backup" in done.output


@pytest.mark.parametrize(
    "content",
    [
        b"\xef\xbb\xbf" + CONTENT.encode(),
        CONTENT.replace("\n", "\r\n").encode() + b",,,,,,\r\n\r\n",
        separated_by(";"),
        separated_by("\t"),
    ],
    ids=["byte order mark", "CRLF and empty rows", "semicolons", "tabs"],
)
def test_a_file_is_read_as_excel_writes_it(server: FakeServer, importer: Importer, content: bytes) -> None:
    done = importer.products(importer.file(content))
    assert done.exit_code == 0, done.output
    assert list(server.products) == ["JKT-001"]
    assert server.products["JKT-001"]["name"] == "Jacket, insulated"


def test_line_numbers_count_lines_when_a_cell_spans_several(server: FakeServer, importer: Importer) -> None:
    path = importer.file('sku,name\nA,"two\nlines"\n,nameless\n')
    assert importer.products(path).exit_code == 3
    assert rejects_of(path) == [
        {"sku": "", "name": "nameless", "reject_reason": "sku is missing", "reject_line": "4"}
    ]


def test_a_second_row_for_a_product_is_rejected(server: FakeServer, importer: Importer) -> None:
    path = importer.file("sku,name\nA,one\nA,two\n")
    assert importer.products(path).exit_code == 3
    assert server.products["A"]["name"] == "one"
    assert [one["reject_reason"] for one in rejects_of(path)] == ["A is already on line 2"]


def test_all_issues_of_a_row_are_told_together(server: FakeServer, importer: Importer) -> None:
    def judge(index: int, item: dict[str, Any]) -> list[Issue]:
        if item["sku"] != "B":
            return []
        return [
            {"path": f"items.{index}.usmca.criterion", "message": "Expected one of A", "code": "x"},
            {"path": f"items.{index}", "message": "Refused", "code": "x"},
        ]

    server.judge = judge
    path = importer.file("sku,usmca_criterion\nA,A\nB,E\nC,A\n")
    assert importer.products(path).exit_code == 3
    assert set(server.products) == {"A", "C"}
    assert [one["reject_reason"] for one in rejects_of(path)] == [
        "usmca_criterion: Expected one of A (wanted: A, B, C, D); Refused"
    ]


@pytest.mark.parametrize(
    ("path", "wanted"),
    [
        ("countryOfOrigin", "country_of_origin: Refused"),
        ("htsCodes.CA", "hts_code_ca: Refused"),
        ("manufacturer.country", "manufacturer_country: Refused (wanted: two letters)"),
        ("section232.metals.1.weightKg", "section_232_aluminum_weight_kg: Refused (wanted: number)"),
        ("nowhere.at.all", "all: Refused"),
    ],
)
def test_a_reason_names_the_column_and_the_form_that_is_wanted(
    server: FakeServer, importer: Importer, path: str, wanted: str
) -> None:
    server.judge = lambda index, _: [{"path": f"items.{index}.{path}", "message": "Refused", "code": "x"}]
    header = "sku,section_232_steel_weight_kg,section_232_aluminum_weight_kg\n"
    file = importer.file(header + "PAN-050,1,2\n")
    assert importer.products(file).exit_code == 3
    assert [one["reject_reason"] for one in rejects_of(file)] == [wanted]


def test_a_form_that_the_reason_says_by_itself_is_not_said_twice(
    server: FakeServer, importer: Importer
) -> None:
    said = "Expected a date: YYYY-MM-DD"
    server.judge = lambda index, _: [
        {"path": f"items.{index}.usmca.blanketFrom", "message": said, "code": "x"}
    ]
    file = importer.file("sku,usmca_blanket_from\nA,12/31/2026\n")
    assert importer.products(file).exit_code == 3
    assert [one["reject_reason"] for one in rejects_of(file)] == [f"usmca_blanket_from: {said}"]


def test_of_a_period_that_ends_before_it_begins_no_form_is_asked_for(
    server: FakeServer, importer: Importer
) -> None:
    said = "Before the first day, 2026-05-01"
    server.judge = lambda index, _: [
        {"path": f"items.{index}.usmca.blanketTo", "message": said, "code": "too_small"}
    ]
    file = importer.file("sku,usmca_blanket_to\nA,2026-01-31\n")
    assert importer.products(file).exit_code == 3
    assert [one["reject_reason"] for one in rejects_of(file)] == [f"usmca_blanket_to: {said}"]


def test_an_unknown_column_is_refused_with_the_nearest_name(server: FakeServer, importer: Importer) -> None:
    path = importer.file("sku,contry_of_origin,shelf\nA,CA,4\n")
    done = importer.products(path)
    assert done.exit_code == 2
    said = " ".join(done.output.split())
    assert "contry_of_origin (did you mean country_of_origin?), shelf." in said
    assert server.keys == []
    assert importer.products(path, "--ignore-unknown").exit_code == 0
    assert server.products["A"] == {"externalId": "A", "sku": "A"}


def test_only_the_culprit_is_rejected_when_the_answer_names_none(
    server: FakeServer, importer: Importer
) -> None:
    def judge(_: int, item: dict[str, Any]) -> list[Issue]:
        return [{"path": "", "message": "?", "code": "x"}] if item["sku"] == "S-5" else []

    server.judge = judge
    path = importer.file("sku\n" + "".join(f"S-{number}\n" for number in range(9)))
    assert importer.products(path).exit_code == 3
    assert len(server.products) == 8
    assert [one["sku"] for one in rejects_of(path)] == ["S-5"]


@pytest.mark.parametrize(
    ("content", "reported"),
    [
        (b"", "has no header row"),
        (b"sku,name,name\nA,1,2\n", "names a column twice: name"),
        (b"sku,name\nA,caf\xe9\n", "is not utf-8: save it"),
        (b"\xff\xfes\x00k\x00u\x00", "is not utf-8: save it"),
    ],
)
def test_an_unreadable_file_is_told_before_anything_is_sent(
    server: FakeServer, importer: Importer, content: bytes, reported: str
) -> None:
    done = importer.products(importer.file(content))
    assert done.exit_code == 2
    assert reported in done.output.replace("\n", " ")
    assert server.keys == []


def test_an_old_encoding_is_read_when_it_is_named(server: FakeServer, importer: Importer) -> None:
    importer.products(importer.file(b"sku,name\nA,caf\xe9\n"), "--encoding", "cp1252")
    assert server.products["A"]["name"] == "café"


def test_progress_and_a_summary_are_shown(server: FakeServer, importer: Importer) -> None:
    output = importer.products(importer.file("sku\nA\nB\n")).output
    assert "2/2" in output
    assert "products imported" in output


def test_a_file_of_orders_is_not_taken_for_products(server: FakeServer, importer: Importer) -> None:
    done = importer.products(importer.file("order_id,sku,quantity\nSO-1,JKT-001,2\n"))
    assert done.exit_code == 2
    assert "entrygo orders import" in done.output
    assert server.products == {}


def test_rejects_go_where_it_is_said_and_nothing_is_sent_without_a_place(
    server: FakeServer, importer: Importer, tmp_path: Path
) -> None:
    file = importer.file("sku,net_weight_kg\nJKT-001,heavy\n")
    absent = tmp_path / "absent" / "no.csv"
    done = importer.products(file, "--rejects", str(absent))
    assert done.exit_code == 2
    assert "cannot be replaced" in done.output or "no folder" in done.output
    assert server.products == {}
    kept = tmp_path / "kept.csv"
    assert importer.products(file, "--rejects", str(kept)).exit_code == 3
    assert "heavy" in kept.read_text(encoding="utf-8")


@pytest.mark.parametrize("word", ["Total", "TOTALS:", "Grand total", "Subtotal", "Total (21)"])
def test_the_totals_below_the_products_are_no_product(
    server: FakeServer, importer: Importer, word: str
) -> None:
    path = importer.file(f"sku,name,net_weight_kg\nCAP-002,Cap,0.2\nTOTAL-1,,0.3\n{word},,0.5\n")
    assert importer.products(path).exit_code == 3
    assert list(server.products) == ["CAP-002", "TOTAL-1"]
    [refused] = rejects_of(path)
    assert refused["reject_reason"] == (
        f"'{word}' looks like a row of totals: delete it, or give the product a name"
    )


def test_a_product_that_is_called_total_is_taken(server: FakeServer, importer: Importer) -> None:
    assert importer.products(importer.file("sku,name\nTotal,Multivitamin\n")).exit_code == 0
    assert list(server.products) == ["Total"]


def test_names_of_columns_may_be_written_in_capitals_and_with_blanks(
    server: FakeServer, importer: Importer
) -> None:
    done = importer.products(importer.file("SKU;Country of Origin;hts-code;name;Name\nA;PT;6109;Cap;Tee\n"))
    assert "Unknown: Name." in " ".join(done.output.split())
    done = importer.products(importer.file("SKU;Country of Origin;hts-code\nA;PT;6109\n"))
    assert done.exit_code == 0, done.output
    assert server.products["A"] == {
        "externalId": "A",
        "sku": "A",
        "countryOfOrigin": "PT",
        "htsCode": "6109",
    }


def test_a_refusal_of_columns_has_the_options_to_paste_and_no_hundred_names(
    server: FakeServer, importer: Importer
) -> None:
    said = " ".join(importer.products(importer.file("Item;Title;Made in\nA;Cap;PT\n")).output.split())
    assert "--map Item=sku --map Title=name --map 'Made in=country_of_origin'" in said
    assert "more, all in docs/csv-columns.md." in said
    assert server.keys == []


def test_a_title_above_the_columns_is_passed_over_and_lines_are_counted_from_the_top(
    server: FakeServer, importer: Importer
) -> None:
    rows = "Weekly products,,,\n,,,\nsku,name,net_weight_kg,hts_code\nA,Cap,0.2,6505\nB,Tee,heavy,6109\n"
    path = importer.file(rows)
    done = importer.products(path)
    assert list(server.products) == ["A"]
    assert "Above the names of the columns stands 'Weekly products', which was not read." in done.output
    assert [one["reject_line"] for one in rejects_of(path)] == ["5"]
