"""A message of very many tiny records is refused before it is read; a large honest one is read."""

import pytest

from entrygo.domain.errors import PayloadTooLarge
from entrygo.proto.sync.v1 import sync_pb2
from entrygo.records.order import MAX_ORDERS
from entrygo.rpc.density import MOST_SHORT_RECORDS, check_density, tags_of_records

READ = sync_pb2.SyncOrdersRequest.FromString
EMPTY_ORDER = b"\x12\x00"
EMPTY_LINE = b"\x2a\x00"


def length(size: int) -> bytes:
    digits = bytearray()
    while size >= 0x80:
        digits.append(size & 0x7F | 0x80)
        size >>= 7
    return bytes([*digits, size])


def test_the_tags_are_those_of_records_at_any_depth() -> None:
    tags = tags_of_records(sync_pb2.SyncOrdersRequest.DESCRIPTOR)
    assert EMPTY_ORDER[:1] in tags
    assert EMPTY_LINE[:1] in tags
    assert b"\x0a" not in tags, "the account is a text"


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(EMPTY_ORDER * (MOST_SHORT_RECORDS + 1), id="orders"),
        pytest.param(
            b"\x12" + length(2 * MOST_SHORT_RECORDS + 2) + EMPTY_LINE * (MOST_SHORT_RECORDS + 1),
            id="lines of one order",
        ),
        pytest.param(b"\x12\x06\x0a\x00\x12\x00\x1a\x00" * (MOST_SHORT_RECORDS + 1), id="of empty texts"),
        pytest.param(b"\x92\x00\x00" * (MOST_SHORT_RECORDS + 1), id="a tag of two bytes"),
        pytest.param(b"\x12\x80\x80\x00" * (MOST_SHORT_RECORDS + 1), id="a length of three bytes"),
    ],
)
def test_very_many_tiny_records_are_refused(content: bytes) -> None:
    assert READ(content), "it is a message"
    with pytest.raises(PayloadTooLarge):
        check_density(content, READ)


def test_as_many_as_may_be_are_read() -> None:
    check_density(EMPTY_ORDER * MOST_SHORT_RECORDS, READ)


def test_the_largest_honest_sync_is_read_whatever_its_texts_hold() -> None:
    # Bytes of every tag, each before the tag of the next field, which is a small number itself.
    text = "*2:BJRZbjrzé漢" * 4
    line = sync_pb2.OrderItem(product_id=text, quantity="2", unit_value_usd="12.2", sku=text)
    order = sync_pb2.OrderInput(
        external_id=text, destination_country=text, destination_region=text, items=[line] * 20
    )
    content = sync_pb2.SyncOrdersRequest(items=[order] * MAX_ORDERS).SerializeToString()
    assert len(content) > 8 * 1024 * 1024
    check_density(content, READ)


def test_what_another_reader_reads_is_not_looked_at() -> None:
    check_density(EMPTY_ORDER * (MOST_SHORT_RECORDS + 1), bytes)
