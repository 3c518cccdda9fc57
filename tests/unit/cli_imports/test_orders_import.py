"""`entrygo orders import`: what is sent, what is refused and reported, what a second run does."""

import csv
import re
from typing import Any

import httpx
import orjson
import pytest

from tests.unit.cli_imports.conftest import FakeServer, Importer, Issue, error, rejects_of

DESTINATION = "ship_to_country,ship_to_state,ship_to_zip"
HEADER = f"order_id,{DESTINATION},sku,quantity,unit_price_usd,pick_wave,facility_code\n"


def row(
    order_id: str = "SO-1", zip_code: str = "94105", sku: str = "JKT-001", rest: str = "1,110,w-1,yvr"
) -> str:
    return f"{order_id},US,CA,{zip_code},{sku},{rest}\n"


def test_an_order_is_sent_as_the_contract_has_it(server: FakeServer, importer: Importer) -> None:
    path = importer.file(HEADER + row(rest="2,110.50,w-1,yvr") + row(sku="CAP-002", rest="1,35,w-1,yvr"))
    done = importer.orders(path)
    assert done.exit_code == 0, done.output
    assert server.orders["SO-1"] == {
        "externalId": "SO-1",
        "destinationCountry": "US",
        "destinationRegion": "CA",
        "destinationPostalCode": "94105",
        "items": [
            {"sku": "JKT-001", "quantity": 2, "unitValueUsd": 110.5},
            {"sku": "CAP-002", "quantity": 1, "unitValueUsd": 35},
        ],
        "metadata": {"pick_wave": "w-1", "facility_code": "yvr"},
    }


def test_an_importers_number_goes_with_the_order(server: FakeServer, importer: Importer) -> None:
    header = HEADER.replace("facility_code", "facility_code,importer_number")
    rows = row(rest="1,110,w-1,yvr,98-7654321") + row(sku="CAP-002", rest="1,35,w-1,yvr,") + row("SO-2")
    done = importer.orders(importer.file(header + rows))
    assert done.exit_code == 0, done.output
    assert server.orders["SO-1"]["importerNumber"] == "98-7654321"
    assert "importerNumber" not in server.orders["SO-2"]


def test_rows_may_write_one_importers_number_in_two_ways(server: FakeServer, importer: Importer) -> None:
    header = HEADER.replace("facility_code", "facility_code,importer_number")
    rows = (row(rest=f"1,110,w-1,yvr,{number}") for number in ("987654321", "98-7654321"))
    done = importer.orders(importer.file(header + "".join(rows)))
    assert done.exit_code == 0, done.output
    assert server.orders["SO-1"]["importerNumber"] == "98-7654321"


def test_rows_that_name_two_importers_are_refused_and_neither_is_told_in_full(
    server: FakeServer, importer: Importer
) -> None:
    header = HEADER.replace("facility_code", "facility_code,importer_number")
    path = importer.file(header + "".join(row(rest=f"1,110,w-1,yvr,98-765432{n}") for n in "12"))
    done = importer.orders(path)
    reasons = [rejected["reject_reason"] for rejected in rejects_of(path)]
    assert reasons == ["rows of this order disagree on importer_number: ****4321, ****4322"] * 2
    assert "98-7654321" not in done.output
    assert server.orders == {}


def test_amounts_in_another_currency_are_refused_and_never_taken_for_dollars(
    server: FakeServer, importer: Importer
) -> None:
    header = HEADER.replace("facility_code", "facility_code,currency")
    rows = (row(f"SO-{n}", rest=f"1,110,w-1,yvr,{unit}") for n, unit in enumerate(("CAD", "usd", "")))
    path = importer.file(header + "".join(rows))
    assert importer.orders(path).exit_code == 3
    assert list(server.orders) == ["SO-1", "SO-2"]
    assert rejects_of(path)[0]["reject_reason"].startswith("currency is 'CAD'. Amounts are in USD: convert")


def test_the_ids_of_all_imported_orders_are_written_beside_the_file(
    server: FakeServer, importer: Importer
) -> None:
    path = importer.file(HEADER + row("SO-1") + row("SO-2"))
    importer.orders(path)
    with (path.parent / "file.csv.ids.csv").open(encoding="utf-8-sig", newline="") as text:
        assert list(csv.reader(text)) == [["external_id", "id"], ["SO-1", "id_SO-1"], ["SO-2", "id_SO-2"]]


def test_rows_of_one_order_are_one_order_when_they_stand_apart(
    server: FakeServer, importer: Importer
) -> None:
    rows = row("SO-1") + row("SO-2") + row("SO-3") + row("SO-1", sku="CAP-002")
    importer.orders(importer.file(HEADER + rows), "--batch-size", "1", "--concurrency", "2")
    assert [line["sku"] for line in server.orders["SO-1"]["items"]] == ["JKT-001", "CAP-002"]
    assert len(server.orders) == 3
    assert server.sizes == [1, 1, 1]


def test_a_zip_goes_as_it_is_when_it_lost_its_leading_zero(server: FakeServer, importer: Importer) -> None:
    importer.orders(importer.file(HEADER + row(zip_code="2134")))
    assert server.orders["SO-1"]["destinationPostalCode"] == "2134"


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (row("SO-2", sku="NOPE"), "sku: Unknown SKU NOPE"),
        (row("SO-2", sku=""), "sku is missing"),
        (row("SO-2", rest="x,1,,"), "quantity is 'x': expected a decimal number"),
        (
            row("SO-2", rest='1,"22,41",,'),
            "unit_price_usd is '22,41': expected a decimal number, with a point and no comma",
        ),
        (row("SO-2", rest="0,1,,"), "quantity is '0': must be greater than 0"),
        (row("SO-2", rest="1_0,1,,"), "quantity is '1_0': expected a decimal number"),
        (row("SO-2", rest="1,-1,,"), "unit_price_usd is '-1': must not be negative"),
        (row("SO-2", rest="1,,,"), "unit_price_usd is missing"),
        (row("SO-2", rest="1,1.23456,,"), "unit_price_usd is '1.23456': at most 4 decimal places"),
        (row(""), "order_id is missing"),
        ("SO-2,USA,CA,94105,JKT-001,1,1,,\n", "ship_to_country is 'USA': expected a two-letter code, US"),
        (
            "SO-2,U.S.A.,CA,94105,JKT-001,1,1,,\n",
            "ship_to_country is 'U.S.A.': expected a two-letter code, US",
        ),
        ("SO-2,Utopia,CA,94105,JKT-001,1,1,,\n", "ship_to_country is 'Utopia': expected a two-letter code"),
        ("SO-2,,CA,94105,JKT-001,1,1,,\n", "ship_to_country is missing"),
        (row("SO-2", rest="1,1,w,y,oops"), "more cells than columns, from 'oops' on"),
    ],
)
def test_a_faulty_row_is_rejected_with_its_reason_and_the_rest_is_imported(
    server: FakeServer, importer: Importer, line: str, reason: str
) -> None:
    path = importer.file(HEADER + row("SO-1") + line)
    done = importer.orders(path)
    assert done.exit_code == 3
    assert list(server.orders) == ["SO-1"]
    (rejected,) = rejects_of(path)
    assert (rejected["reject_reason"], rejected["reject_line"]) == (reason, "3")
    assert reason.split(":", maxsplit=1)[0] in done.output


def test_a_faulty_row_rejects_its_whole_order_and_each_row_says_so(
    server: FakeServer, importer: Importer
) -> None:
    path = importer.file(HEADER + row() + row(sku="NOPE") + row(sku="CAP-002"))
    assert importer.orders(path).exit_code == 3
    assert server.orders == {}
    reasons = [one["reject_reason"] for one in rejects_of(path)]
    cause = "sku: Unknown SKU NOPE"
    whole = f"order SO-1 is refused as a whole, see line 3: {cause}"
    assert reasons == [whole, cause, whole]
    assert [one["sku"] for one in rejects_of(path)] == ["JKT-001", "NOPE", "CAP-002"]


def test_an_order_is_rejected_when_its_rows_disagree_on_the_destination(
    server: FakeServer, importer: Importer
) -> None:
    path = importer.file(HEADER + row(zip_code="94105") + row(zip_code="10001"))
    importer.orders(path)
    reason = "rows of this order disagree on ship_to_zip: '94105', '10001'"
    assert [one["reject_reason"] for one in rejects_of(path)] == [reason, reason]


def test_a_blank_destination_cell_says_nothing_when_another_row_names_it(
    server: FakeServer, importer: Importer
) -> None:
    importer.orders(importer.file(HEADER + row() + "SO-1,,,,CAP-002,1,35,,\n"))
    assert server.orders["SO-1"]["destinationPostalCode"] == "94105"
    assert len(server.orders["SO-1"]["items"]) == 2


def test_an_issue_of_the_server_is_told_at_its_row_and_the_other_orders_go(
    server: FakeServer, importer: Importer
) -> None:
    def judge(index: int, item: dict[str, Any]) -> list[Issue]:
        path = f"items.{index}.items.1.productId"
        wrong = item["externalId"] == "SO-2"
        return [{"path": path, "message": "Unknown product", "code": "unknown_product"}] if wrong else []

    server.judge = judge
    path = importer.file(HEADER + row("SO-1") + row("SO-2") + row("SO-2", sku="CAP-002") + row("SO-3"))
    assert importer.orders(path).exit_code == 3
    assert set(server.orders) == {"SO-1", "SO-3"}
    assert [(one["reject_line"], one["reject_reason"]) for one in rejects_of(path)] == [
        ("3", "order SO-2 is refused as a whole, see line 4: product_id: Unknown product"),
        ("4", "product_id: Unknown product"),
    ]


def test_a_batch_is_halved_when_the_server_finds_it_too_large(server: FakeServer, importer: Importer) -> None:
    server.status = lambda call: error(413, "PAYLOAD_TOO_LARGE") if call == 1 else None
    done = importer.orders(importer.file(HEADER + "".join(row(f"SO-{number}") for number in range(10))))
    assert done.exit_code == 0
    assert len(server.orders) == 10
    assert server.sizes == [5, 5]


def test_a_retry_has_the_same_key_and_every_batch_its_own(server: FakeServer, importer: Importer) -> None:
    server.status = lambda call: httpx.Response(503) if call in (1, 2) else None
    path = importer.file(HEADER + row("SO-1") + row("SO-2"))
    assert importer.orders(path, "--batch-size", "1", "--concurrency", "1").exit_code == 0
    assert server.keys[0] == server.keys[1] == server.keys[2] != server.keys[3]
    assert [pause > 0 for pause in server.pauses] == [True, True]


def test_an_import_ends_when_the_key_is_refused(server: FakeServer, importer: Importer) -> None:
    server.status = lambda _: error(401, "INVALID_API_KEY")
    done = importer.orders(importer.file(HEADER + row()))
    assert done.exit_code == 1
    assert "INVALID_API_KEY" in str(done.exception)


def test_a_second_run_writes_the_same_again_and_leaves_no_old_reject_file(
    server: FakeServer, importer: Importer
) -> None:
    path = importer.file(HEADER + row("SO-1") + row("SO-2", sku="NOPE"))
    assert importer.orders(path).exit_code == 3
    importer.file(HEADER + row("SO-1") + row("SO-2"))
    assert importer.orders(path).exit_code == 0
    assert not (path.parent / "file.csv.rejects.csv").exists()
    assert set(server.orders) == {"SO-1", "SO-2"}


def test_a_mended_reject_file_can_be_imported_itself(server: FakeServer, importer: Importer) -> None:
    path = importer.file(HEADER + row("SO-1", sku="NOPE"))
    importer.orders(path)
    rejects = path.parent / "file.csv.rejects.csv"
    mended = rejects.read_text(encoding="utf-8-sig").replace("NOPE", "CAP-002", 1)
    rejects.write_text(mended, encoding="utf-8-sig")
    done = importer.orders(rejects)
    assert done.exit_code == 0
    assert "Not read" not in done.output
    assert server.orders["SO-1"]["items"][0]["sku"] == "CAP-002"


def test_other_column_names_are_read_through_a_mapping_and_others_are_not_sent(
    server: FakeServer, importer: Importer
) -> None:
    path = importer.file(
        "Order No;Buyer;ship_to_country;SKU;Qty;Price;Wave\nSO-1;Ann Example;US;JKT-001;1;110;w-1\n"
    )
    mapping = ["Order No=order_id", "SKU=sku", "Qty=quantity", "Price=unit_price_usd", "Wave=metadata.wave"]
    options = [option for pair in mapping for option in ("--map", pair)]
    assert "Unknown: Buyer." in importer.orders(path, *options).output
    assert server.keys == []
    done = importer.orders(path, *options, "--ignore-unknown")
    assert done.exit_code == 0, done.output
    assert server.orders["SO-1"]["metadata"] == {"wave": "w-1"}
    assert "Ann" not in orjson.dumps(server.orders).decode()
    assert "Not read: Buyer" in done.output


@pytest.mark.parametrize(
    ("options", "published"),
    [
        ((), "No column unit_price_usd"),
        (("--map", "Price"), "theirs=ours"),
        (("--map", "Prize=unit_price_usd"), "The file has no column Prize"),
        (("--map", "Price=price"), "Cannot map to price"),
        (("--map", "Price=sku", "--map", "quantity=sku"), "Two columns are mapped to sku"),
    ],
)
def test_unusable_columns_are_told_before_anything_is_sent(
    server: FakeServer, importer: Importer, options: tuple[str, ...], published: str
) -> None:
    path = importer.file("order_id,ship_to_country,sku,quantity,Price\nSO-1,US,JKT-001,1,110\n")
    done = importer.orders(path, *options)
    assert done.exit_code == 2
    assert published in done.output.replace("\n", " ")
    assert server.keys == []


def test_every_column_that_is_missing_or_unknown_is_named_with_those_that_are_accepted(
    server: FakeServer, importer: Importer
) -> None:
    path = importer.file("Order No;ship_to_country;SKU;Colour\nSO-1;US;JKT-001;red\n")
    said = " ".join(importer.orders(path).output.split())
    assert "No column order_id, quantity, unit_price_usd." in said
    assert "Unknown: Order No (did you mean order_id?), Colour." in said
    assert "Map what is ours: --map 'Order No=order_id', keep it" in said
    [accepted] = re.findall(r"Accepted besides those that were found: (.*?)\.", said)
    assert {"order_id", "quantity", "unit_price_usd", "ship_to_state"} <= set(accepted.split(", "))
    assert "ship_to_country" not in accepted.split(", ")
    assert server.keys == []


def test_refused_rows_keep_the_separator_of_their_file(server: FakeServer, importer: Importer) -> None:
    path = importer.file((HEADER + row("SO-1", sku="NOPE")).replace(",", ";"))
    assert importer.orders(path).exit_code == 3
    rejects = (path.parent / "file.csv.rejects.csv").read_text(encoding="utf-8-sig")
    assert rejects.splitlines()[0] == HEADER.strip().replace(",", ";") + ";reject_reason;reject_line"


def test_ndjson_is_read_with_the_digits_it_has(server: FakeServer, importer: Importer) -> None:
    rows = [
        '{"order_id": 1001, "ship_to_country": "US", "sku": "JKT-001", "quantity":1,"unit_price_usd":9.50}',
        "",
        '{"order_id": "SO-2", "ship_to_country": "US", "sku": "JKT-001", "quantity":1,"unit_price_usd":NaN}',
        "[1]",
        '{"order_id": "SO-4", "sku": {"a": 1}}',
    ]
    path = importer.file("\n".join(rows), "orders.ndjson")
    assert importer.orders(path).exit_code == 3
    assert server.orders["1001"]["items"][0]["unitValueUsd"] == 9.5
    assert [(one["reject_line"], one["reject_reason"]) for one in rejects_of(path)] == [
        ("3", "unit_price_usd is 'NaN': must be a finite number"),
        ("4", "not a JSON object"),
        ("5", "not a plain value: sku"),
    ]


def test_rows_that_are_the_same_in_every_cell_are_taken_and_named(
    server: FakeServer, importer: Importer
) -> None:
    twice = row(rest="2,110,w-1,yvr")
    path = importer.file(HEADER + twice + row("SO-2") + twice + row(rest="2,110,w-2,yvr") + twice)
    done = importer.orders(path)
    assert done.exit_code == 0, done.output
    assert [len(order["items"]) for order in server.orders.values()] == [1, 4]
    said = " ".join(done.output.split())
    assert "2 rows are the same in every cell as a row before, and imported beside it" in said
    assert "line 4 (as 2), 6 (as 2)." in said


def test_what_a_reject_file_adds_makes_no_row_another_one(server: FakeServer, importer: Importer) -> None:
    header = HEADER.strip() + ",reject_reason,reject_line\n"
    rows = "".join(row().strip() + f",why,{line}\n" for line in (7, 9))
    answer = orjson.loads(importer.orders(importer.file(header + rows), "--json").stdout)
    assert (answer["imported"], answer["repeatedRows"]) == (1, 1)
