"""Reading orders: what is taken, what is refused, and that every problem is reported at once."""

from decimal import Decimal

import pytest

from entrygo.domain.errors import ValidationFailed
from entrygo.proto.sync.v1 import sync_pb2
from entrygo.records.order import MAX_LINES, MAX_LINES_PER_ORDER, MAX_ORDERS
from entrygo.sync.drafts import orders_fingerprint
from entrygo.sync.read_orders import read_orders
from tests.unit.sync.requests import ACCOUNT, line, order, orders


def issues_of(request: sync_pb2.SyncOrdersRequest) -> list[tuple[str, str, str]]:
    with pytest.raises(ValidationFailed) as raised:
        read_orders(request)
    assert raised.value.details is not None
    return [(issue["path"], issue["message"], issue["code"]) for issue in raised.value.details["issues"]]


def test_an_order_is_read_with_its_value_as_the_sum_of_its_rounded_lines() -> None:
    (draft,) = read_orders(orders(order("SO-1", line("p1", "3", "0.335"), line("p2", "2", "110.50"))))
    assert draft.total_value_usd == Decimal("222.01")
    assert draft.items_json == (
        '[{"productId":"p1","quantity":"3","unitValueUsd":"0.335"},'
        '{"productId":"p2","quantity":"2","unitValueUsd":"110.5"}]'
    )


def test_a_country_is_kept_in_upper_case() -> None:
    (draft,) = read_orders(orders(order(destination_country="us")))
    assert draft.fields["destination_country"] == "US"


def test_a_blank_region_is_none() -> None:
    (draft,) = read_orders(orders(order(destination_region="  ", destination_postal_code=" 02134 ")))
    assert "destination_region" not in draft.fields
    assert draft.fields["destination_postal_code"] == "02134"


def test_an_importers_number_is_kept_in_upper_case_and_a_blank_one_is_none() -> None:
    one, two, three = read_orders(
        orders(order("1", importer_number=" 98-7654321ab "), order("2", importer_number=" "), order("3"))
    )
    assert one.fields["importer_number"] == "98-7654321AB"
    assert two.fields.keys() == three.fields.keys() == {"external_id", "destination_country"}


def test_a_wrong_importers_number_is_refused_without_telling_it_again() -> None:
    [(path, message, code)] = issues_of(orders(order(importer_number="123-45-678")))
    assert (path, code) == ("items.0.importerNumber", "invalid_string")
    assert "678" not in message


def test_the_fingerprint_of_an_order_without_an_importer_is_that_of_before_there_were_any() -> None:
    (plain,) = read_orders(orders(order()))
    (named,) = read_orders(orders(order(importer_number="98-7654321")))
    before = "53ca6859f7d036c1bc6cb6de7f6aca68c6b34ebc36347f4675dedc5bbba11742"
    assert orders_fingerprint(ACCOUNT, [plain]).hex() == before
    assert orders_fingerprint(ACCOUNT, [named]).hex() != before
    (by_record,) = read_orders(orders(order(importer_external_id="98-7654321")))
    assert orders_fingerprint(ACCOUNT, [by_record]).hex() not in (
        before,
        orders_fingerprint(ACCOUNT, [named]).hex(),
    )


def test_everything_wrong_is_told_at_once_in_the_style_of_rest() -> None:
    request = sync_pb2.SyncOrdersRequest(
        items=[
            sync_pb2.OrderInput(items=[sync_pb2.OrderItem(), line(quantity="0", unit_value_usd="-1")]),
            sync_pb2.OrderInput(external_id="SO-2", destination_country="USA"),
        ]
    )
    assert [(path, code) for path, _, code in issues_of(request)] == [
        ("accountId", "invalid_type"),
        ("items.0.items.0.productId", "invalid_type"),
        ("items.0.items.0.quantity", "invalid_type"),
        ("items.0.items.0.unitValueUsd", "invalid_type"),
        ("items.0.items.1.quantity", "too_small"),
        ("items.0.items.1.unitValueUsd", "too_small"),
        ("items.0.externalId", "invalid_type"),
        ("items.0.destinationCountry", "invalid_type"),
        ("items.1.items", "invalid_type"),
        ("items.1.destinationCountry", "invalid_string"),
    ]


def test_a_missing_field_says_required() -> None:
    assert issues_of(orders(order("SO-1", line(product_id="")))) == [
        ("items.0.items.0.productId", "Required", "invalid_type")
    ]


def test_the_second_of_two_equal_external_ids_is_named() -> None:
    request = orders(order("SO-1"), order("SO-2"), order("SO-1"))
    assert [(path, code) for path, _, code in issues_of(request)] == [("items.2.externalId", "duplicate")]


@pytest.mark.parametrize(
    "quantity",
    [
        "NaN",
        "Infinity",
        "1e400",
        "1e-9",
        "1E999999999",
        "0.00001",
        "1_000",
        " 1",
        "٣",
        "0x10",
        "1,5",
        "9" * 70,
    ],
)
def test_a_quantity_is_refused_when_it_is_no_decimal_of_the_contract(quantity: str) -> None:
    found = issues_of(orders(order("SO-1", line(quantity=quantity))))
    assert [path for path, _, _ in found] == ["items.0.items.0.quantity"]


@pytest.mark.parametrize("value", ["SO\x001", "SO\n1", " SO-1", "x" * 256])
def test_an_external_id_is_refused_when_it_cannot_be_matched_again(value: str) -> None:
    assert [path for path, _, _ in issues_of(orders(order(value)))] == ["items.0.externalId"]


def test_a_line_of_more_than_an_amount_can_say_is_refused_at_its_value() -> None:
    largest = line("p1", "999999999999", "1")
    [(path, message, code)] = issues_of(
        orders(order("1", largest), order("2", largest, line("p1", "1000000", "1000000")))
    )
    assert (path, code) == ("items.1.items.1.unitValueUsd", "too_big")
    assert message == "Quantity times unitValueUsd: at most 12 digits before the decimal point"


def test_an_external_id_may_be_in_any_script() -> None:
    (draft,) = read_orders(orders(order("注文-№7")))
    assert draft.external_id == "注文-№7"


def test_more_lines_than_a_request_may_have_are_refused_however_empty_they_are() -> None:
    full = [order(f"SO-{number}", *[line()] * MAX_LINES_PER_ORDER) for number in range(25)]
    assert len(full) * MAX_LINES_PER_ORDER == MAX_LINES
    assert len(read_orders(orders(*full))) == 25
    empty = [sync_pb2.OrderInput(items=[sync_pb2.OrderItem()] * MAX_LINES_PER_ORDER) for _ in range(25)]
    one_more = sync_pb2.OrderInput(items=[sync_pb2.OrderItem()])
    assert issues_of(orders(*empty, one_more)) == [
        ("items", f"At most {MAX_LINES} lines in one request", "too_big")
    ]


@pytest.mark.parametrize(
    "metadata", ["[]", "1", "{", '{"a": "\\u0000"}', '{"a": NaN}', '{"a": "' + "x" * 17_000 + '"}']
)
def test_metadata_is_refused_when_it_is_not_a_small_json_object(metadata: str) -> None:
    assert [path for path, _, _ in issues_of(orders(order(metadata_json=metadata)))] == ["items.0.metadata"]


def test_metadata_is_refused_when_it_is_nested_too_deeply() -> None:
    deep = '{"a":' * 400 + "1" + "}" * 400
    assert issues_of(orders(order(metadata_json=deep)))[0][0] == "items.0.metadata"


def test_metadata_that_is_refused_is_refused_each_time() -> None:
    request = orders(*(order(f"SO-{number}", metadata_json="[]") for number in range(2)))
    assert [path for path, _, _ in issues_of(request)] == ["items.0.metadata", "items.1.metadata"]


def test_metadata_is_kept_in_canonical_form() -> None:
    (draft,) = read_orders(orders(order(metadata_json='{ "wave" : "w-17", "a": "\\\\u0000" }')))
    assert draft.metadata_json == '{"a":"\\\\u0000","wave":"w-17"}'


def test_too_many_orders_are_refused_without_looking_at_them() -> None:
    request = orders(*(sync_pb2.OrderInput() for _ in range(MAX_ORDERS + 1)))
    assert [path for path, _, _ in issues_of(request)] == ["items"]


def test_too_many_lines_in_one_order_are_refused() -> None:
    request = orders(order("SO-1", *(line() for _ in range(MAX_LINES_PER_ORDER + 1))))
    assert [(path, code) for path, _, code in issues_of(request)] == [("items.0.items", "too_big")]


@pytest.mark.parametrize("key", ["k" * 256, "a\nb", "my key"])
def test_an_idempotency_key_is_refused_when_it_is_too_long_or_not_visible_ascii(key: str) -> None:
    assert [path for path, _, _ in issues_of(orders(key=key))] == ["idempotencyKey"]


def test_equal_requests_have_one_fingerprint_however_their_numbers_are_written() -> None:
    plain, other = orders(order("SO-1", line(quantity="2"))), orders(order("SO-1", line(quantity="2.0")))
    changed = orders(order("SO-1", line(quantity="3")))
    prints = [orders_fingerprint(ACCOUNT, read_orders(one)) for one in (plain, other, changed)]
    assert prints[0] == prints[1] != prints[2]


def by_sku(sku: str, product_id: str = "") -> sync_pb2.OrderItem:
    return sync_pb2.OrderItem(sku=sku, product_id=product_id, quantity="2.0", unit_value_usd="110")


def test_a_line_may_name_a_sku_of_any_spelling_instead_of_a_product() -> None:
    (draft,) = read_orders(orders(order("SO-1", by_sku(" JKT 001/ü "), line("p2"))))
    assert [(found.sku, found.product_id) for found in draft.lines] == [("JKT 001/ü", ""), ("", "p2")]
    assert draft.total_value_usd == Decimal(440)


def test_a_line_with_both_names_or_a_blank_one_is_refused_at_its_sku() -> None:
    request = orders(order("SO-1", by_sku("JKT-001", "prod_1"), by_sku("  "), by_sku("x" * 129)))
    assert [(path, code) for path, _, code in issues_of(request)] == [
        ("items.0.items.0.sku", "conflict"),
        ("items.0.items.1.sku", "invalid_type"),
        ("items.0.items.2.sku", "too_big"),
    ]


def test_naming_the_product_or_its_sku_are_two_payloads() -> None:
    (named,), (sold,) = (
        read_orders(orders(order("SO-1", line("A")))),
        read_orders(orders(order("SO-1", by_sku("A")))),
    )
    assert orders_fingerprint(ACCOUNT, [named]) != orders_fingerprint(ACCOUNT, [sold])


def test_reading_stops_behind_the_order_with_the_hundredth_issue() -> None:
    request = orders(*(order(f"SO-{n}", *[sync_pb2.OrderItem()] * 50) for n in range(500)))
    with pytest.raises(ValidationFailed) as raised:
        read_orders(request)
    details = raised.value.details or {}
    # Three of each line, fifty lines an order.
    assert (len(details["issues"]), details["totalIssues"]) == (100, 150)


def test_lines_beyond_the_most_of_an_order_are_not_looked_at() -> None:
    request = orders(order("SO-1", *[line()] * MAX_LINES_PER_ORDER, sync_pb2.OrderItem()))
    assert [(path, code) for path, _, code in issues_of(request)] == [("items.0.items", "too_big")]


def test_an_order_names_its_importer_one_way_at_a_time() -> None:
    (named,) = read_orders(orders(order(importer_external_id="brand-1")))
    assert named.importer_external_id == "brand-1"
    [(path, _, code)] = issues_of(orders(order(importer_external_id="b", importer_number="98-7654321")))
    assert (path, code) == ("items.0.importerExternalId", "conflict")
