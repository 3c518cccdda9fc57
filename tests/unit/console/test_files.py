"""A file dropped on the console: recognised, its columns chosen, its rows sent, the refused ones returned."""

import html
import re

import httpx
import pytest

from entrygo.domain.errors import ServiceUnavailable
from entrygo.gateway.console.files import look
from entrygo.gateway.console.files.carried import MAX_BYTES, packed
from entrygo.proto.planning.v1 import planning_pb2
from entrygo.proto.sync.v1 import sync_pb2
from tests.fakes import ACCOUNT, FakeServices

HEADER = "Order No,ship_to_country,ship_to_state,ship_to_zip,Item SKU,Qty,unit price,gift note\n"
GOOD = "SO-1,US,CA,94105,prod_cap_002,2,35,for Ann\nSO-1,US,CA,94105,prod_hoodie_001,1,110,\n"
UNKNOWN = "SO-2,US,CA,94105,NOBODY,1,20,\n"
UNREADABLE = "SO-3,US,CA,94105,prod_cap_002,two,20,\n"


async def drop(
    clerk: httpx.AsyncClient, content: str | bytes, name: str = "orders.csv", kind: str = ""
) -> str:
    answer = await clerk.post("/files", files={"file": (name, content)}, data={"kind": kind})
    return answer.text


def form_of(page: str, **changed: str) -> dict[str, str]:
    """The form of the choice as a browser sends it, with some fields changed."""
    hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page))
    chosen = {}
    for name, options in re.findall(
        r'<select id="[\w-]+" name="([\w.]+)"[^>]*>(.*?)</select>', page, re.DOTALL
    ):
        selected = re.search(r'value="([^"]*)" selected', options)
        chosen[name] = selected[1] if selected else ""
    return {**{name: html.unescape(value) for name, value in hidden.items()}, **chosen, **changed}


async def imported(clerk: httpx.AsyncClient, content: str, **changed: str) -> str:
    form = form_of(await drop(clerk, content), step="import", **changed)
    return (await clerk.post("/files/columns", data=form)).text


async def test_columns_of_other_names_are_suggested_and_shown_as_they_will_be_read(
    clerk: httpx.AsyncClient, services: FakeServices
) -> None:
    page = await drop(clerk, HEADER + GOOD)
    form = form_of(page)
    assert form["kind"] == "orders"
    read_as = [form[f"column.{position}"] for position in range(8)]
    assert read_as == [
        "order_id",
        "ship_to_country",
        "ship_to_state",
        "ship_to_zip",
        "sku",
        "quantity",
        "unit_price_usd",
        "",
    ]
    assert page.count("suggested; look whether it is right") == 4
    assert "Import 1 order" in page
    assert ("order", ACCOUNT, "SO-1") not in services._facts


async def test_every_row_is_stored_or_refused_with_its_reason(clerk: httpx.AsyncClient) -> None:
    page = await imported(clerk, HEADER + GOOD + UNKNOWN + UNREADABLE)
    assert "1 order imported" in page
    facts = dict(re.findall(r"<dt>([^<]+)</dt><dd>([^<]+)</dd>", page))
    assert facts == {"Rows of orders.csv": "4", "Stored": "2", "Refused": "2"}
    assert re.findall(r'<td class="number line">(\d+)</td><td class="wrap">([^<]*)', page) == [
        ("4", "sku: Unknown product"),
        ("5", "quantity is &#39;two&#39;: expected a decimal number"),
    ]


async def test_refused_rows_come_back_as_a_file_that_can_be_dropped_again(clerk: httpx.AsyncClient) -> None:
    page = await imported(clerk, HEADER + GOOD + UNKNOWN)
    hidden = form_of(page)
    answer = await clerk.post("/files/rejects", data={"name": hidden["name"], "rejects": hidden["rejects"]})
    assert answer.headers["content-disposition"] == 'attachment; filename="orders.rejects.csv"'
    text = answer.content.decode("utf-8-sig")
    assert text.splitlines()[0] == HEADER.strip() + ",reject_reason,reject_line"
    again = await drop(clerk, text.replace("NOBODY", "prod_cap_002"))
    assert "Import 1 order" in again


@pytest.mark.parametrize("column", ["to_mend", "reject_reason", "reject_line"])
async def test_a_column_that_our_own_files_add_is_none_to_choose(
    clerk: httpx.AsyncClient, column: str
) -> None:
    page = await drop(clerk, f"sku,hts_code,{column}\nprod_cap_002,6505.00.6090,what we said of it\n")

    assert sorted(name for name in form_of(page) if name.startswith("column.")) == ["column.0", "column.1"]


async def test_preview_names_the_lines_of_what_would_be_refused(clerk: httpx.AsyncClient) -> None:
    six_more = UNREADABLE.replace("two", "none") * 6
    page = html.unescape(await drop(clerk, HEADER + GOOD + UNREADABLE + six_more))
    expected = "expected a decimal number"
    assert re.findall(r"<li>(Lines? .*?)</li>", page) == [
        f"Lines 5, 6, 7, 8, 9 and 1 more: quantity is 'none': {expected}",
        f"Line 4: quantity is 'two': {expected}",
    ]


async def test_preview_counts_the_rows_that_are_refused_for_rarer_reasons(clerk: httpx.AsyncClient) -> None:
    words = ("one", "two", "three", "four", "five", "six")
    wrong = "".join(UNREADABLE.replace("two", word) for word in words)
    page = html.unescape(await drop(clerk, HEADER + GOOD + wrong))
    assert page.count("expected a decimal number") == look.SHOWN_REASONS
    assert "<li>1 row for other reasons; the import names each</li>" in page
    assert "for other reasons" not in await drop(clerk, HEADER + GOOD + UNREADABLE)


async def test_preview_names_the_columns_that_are_not_read(clerk: httpx.AsyncClient) -> None:
    assert 'Not read: <span class="wrap">gift note</span>.' in await drop(clerk, HEADER + GOOD)
    assert "Not read" not in await drop(clerk, HEADER.replace("gift note", "importer") + GOOD)


async def test_refused_rows_come_back_with_the_separator_of_the_file(clerk: httpx.AsyncClient) -> None:
    content = "sep=;\n" + (HEADER + GOOD + UNKNOWN).replace(",", ";")
    hidden = form_of(await imported(clerk, content))
    answer = await clerk.post("/files/rejects", data={"name": hidden["name"], "rejects": hidden["rejects"]})
    assert answer.content.decode("utf-8-sig").splitlines() == [
        HEADER.strip().replace(",", ";") + ";reject_reason;reject_line",
        UNKNOWN.strip().replace(",", ";") + ";sku: Unknown product;5",
    ]


async def test_orders_that_were_imported_can_be_planned_at_once(
    clerk: httpx.AsyncClient, services: FakeServices
) -> None:
    page = await imported(clerk, HEADER + GOOD)
    form = form_of(page, warehouseId="wh_123", brokerId="br_123")
    answer = await clerk.post("/plan", data=form)
    assert answer.status_code == 303, answer.text
    [asked] = [each for each in services.requests if isinstance(each, planning_pb2.PlanExportRequest)]
    assert list(asked.external_order_ids) == ["SO-1"]


@pytest.mark.parametrize("orders", [b"5", b"null", b"{"])
async def test_orders_that_no_page_of_ours_has_packed_are_refused(
    clerk: httpx.AsyncClient, orders: bytes
) -> None:
    assert (await clerk.post("/plan", data={"orders": packed(orders)})).status_code == 400


async def test_same_form_sent_twice_stores_nothing_twice(
    clerk: httpx.AsyncClient, services: FakeServices
) -> None:
    form = form_of(await drop(clerk, HEADER + GOOD), step="import")
    pages = [(await clerk.post("/files/columns", data=form)).text for _ in range(2)]
    assert all("1 order imported" in page for page in pages)
    keys = [
        each.idempotency_key for each in services.requests if isinstance(each, sync_pb2.SyncOrdersRequest)
    ]
    assert len(keys) == 2
    assert len(set(keys)) == 1


async def test_file_of_products_taken_for_orders_is_said(clerk: httpx.AsyncClient) -> None:
    products = "SKU,HS Code,Made in\nCAP,6505003030,CN\n"
    page = await drop(clerk, products, kind="orders")
    assert "This looks like a file of products, not of orders." in page
    assert 'name="step" value="import"' not in page
    assert "Import 1 product" in await drop(clerk, products)


async def test_page_says_what_becomes_of_a_record_that_is_stored_already(clerk: httpx.AsyncClient) -> None:
    products = await drop(clerk, "sku,name\nCAP-1,Cap\n", kind="products")
    assert "A product that is stored already gets the values of the file and keeps its others." in products
    assert "the file's lines in place of its own" in await drop(clerk, HEADER + GOOD)


async def test_columns_that_are_missing_or_chosen_twice_are_named(clerk: httpx.AsyncClient) -> None:
    page = await drop(clerk, HEADER + GOOD)
    form = form_of(page, step="import", **{"column.5": "", "column.7": "unit_price_usd"})
    refused = (await clerk.post("/files/columns", data=form)).text
    assert "Two columns are read as unit_price_usd: choose one." in refused
    assert "Choose the column that holds quantity." in refused
    # What was chosen stays chosen.
    assert form_of(refused)["column.7"] == "unit_price_usd"


async def test_column_may_be_kept_with_the_order_without_being_read(
    clerk: httpx.AsyncClient, services: FakeServices
) -> None:
    await imported(clerk, HEADER + GOOD, **{"column.7": "metadata.gift_note"})
    [asked] = [each for each in services.requests if isinstance(each, sync_pb2.SyncOrdersRequest)]
    assert asked.items[0].metadata_json == '{"gift_note":"for Ann"}'


async def test_import_that_stops_half_way_goes_on_with_the_same_keys(
    clerk: httpx.AsyncClient, services: FakeServices, monkeypatch: pytest.MonkeyPatch
) -> None:
    form = form_of(await drop(clerk, HEADER + GOOD), step="import")

    async def away(*_: object) -> None:
        raise ServiceUnavailable

    with monkeypatch.context() as outage:
        outage.setattr(services, "SyncOrders", away)
        answer = await clerk.post("/files/columns", data=form)
    assert answer.status_code == 503
    assert "0 orders imported" in answer.text
    assert "Not sent yet</dt><dd>2<" in answer.text
    again = dict(re.findall(r'type="hidden" name="([\w.]+)" value="([^"]*)"', answer.text))
    assert again == form
    assert "1 order imported" in (await clerk.post("/files/columns", data=again)).text


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "Choose a file that is not empty"),
        (b"%PDF-1.7\n\0", "is no table"),
        (b"sku\n" + b"A\n" * 101, "more than 100 rows"),
        (b"x" * (MAX_BYTES + 1), "may have 4 MB"),
    ],
)
async def test_what_cannot_be_taken_is_said_beside_the_form(
    clerk: httpx.AsyncClient, content: bytes, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(look, "MAX_ROWS", 100)
    page = await drop(clerk, content)
    assert said in page
    assert 'type="file"' in page


async def test_carried_file_that_unpacks_to_too_much_is_refused(clerk: httpx.AsyncClient) -> None:
    answer = await clerk.post("/files/columns", data={"content": packed(b"x" * (MAX_BYTES + 1))})
    assert answer.status_code == 413
    assert (await clerk.post("/files/columns", data={"content": "%%%"})).status_code == 415


async def test_template_has_every_column_that_a_file_may_have(clerk: httpx.AsyncClient) -> None:
    answer = await clerk.get("/files/templates/orders.csv", headers={"accept": "*/*"})
    assert answer.content.decode("utf-8-sig").startswith("order_id,")
    assert (await clerk.get("/files/templates/weather.csv")).status_code == 404


async def test_preview_names_rows_that_are_the_same_in_every_cell(clerk: httpx.AsyncClient) -> None:
    page = await drop(clerk, HEADER + GOOD + GOOD)
    assert "2 rows are the same in every cell as a row before" in page
    assert "lines 4 (as 2), 5 (as 3)." in page
    assert "the same in every cell" not in await drop(clerk, HEADER + GOOD)
