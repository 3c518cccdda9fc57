"""The body of a request as values: exact, whatever its size, and without holding others up."""

import json
import sys
from collections.abc import Callable
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from entrygo.domain.errors import InvalidRequest, PayloadTooLarge
from entrygo.gateway import json_reader
from entrygo.gateway.json_reader import LARGE_BYTES, MAX_MARKS, read_json

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=3), inner, max_size=4),
    max_leaves=20,
)


def outcome_of(text: bytes) -> object:
    try:
        return read_json(text)
    except InvalidRequest as error:
        return error.message


def outcome_as_large(text: bytes) -> object:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(json_reader, "LARGE_BYTES", -1)
        return outcome_of(text)


@given(VALUES)
def test_a_large_body_is_read_as_a_small_one(value: object) -> None:
    text = json.dumps(value).encode()
    assert outcome_as_large(text) == outcome_of(text) == value


@given(VALUES, st.data())
def test_what_is_no_json_is_none_in_a_large_body_either(value: object, data: st.DataObject) -> None:
    text = json.dumps(value).encode()
    place = data.draw(st.integers(0, len(text)))
    spoilt = text[:place] + data.draw(st.binary(max_size=2)) + text[place + data.draw(st.integers(0, 2)) :]
    assert outcome_as_large(spoilt) == outcome_of(spoilt)


@pytest.mark.parametrize(
    "text", [b'{"a":NaN}', b"[Infinity]", b"[1e9999999999999999999]", b'{"a":', b"[1,]", b"{}x", b"["]
)
def test_a_large_body_is_refused_for_what_a_small_one_is(text: bytes) -> None:
    assert isinstance(outcome_as_large(text), str)
    assert outcome_as_large(text) == outcome_of(text)


def test_digits_of_a_large_body_are_kept() -> None:
    text = b'{"items":[' + b'{"v":18.5},' * (LARGE_BYTES // 11) + b'{"v":0.1000}]}'
    read = read_json(text)
    assert isinstance(read, dict)
    assert str(read["items"][-1]["v"]) == "0.1000"
    assert read["items"][0] == {"v": Decimal("18.5")}


@pytest.mark.parametrize("value", [b"{},", b"[],", b"[[[[[[[[]]]]]]]],", b"0,", b'{"":{}},'])
def test_a_body_of_too_many_values_is_refused_before_any_is_made(value: bytes) -> None:
    body = b"[" + value * (MAX_MARKS + 1) + b"0]"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(json_reader, "_PATIENT", None)
        with pytest.raises(PayloadTooLarge) as refused:
            read_json(body)
    assert refused.value.details == {"limitMarks": MAX_MARKS}


def test_the_interpreter_comes_by_between_the_items_of_a_large_body() -> None:
    items = 40_000
    body = b'{"items":[' + b",".join([b'{"productId":"prod_hoodie_001","quantity":2}'] * items) + b"]}"
    assert len(body) > LARGE_BYTES
    # Between two steps of Python code another thread may have its turn; within one call of C none has.
    assert steps_of(read_json, body) > items


def test_a_small_body_is_read_in_one_call() -> None:
    items = 400
    assert steps_of(read_json, b"[" + b",".join([b'{"quantity":2}'] * items) + b"]") < items


def steps_of(read: Callable[[bytes], object], body: bytes) -> int:
    """How many calls Python code made and received while it read the body."""
    steps = 0

    def count(_frame: object, _event: str, _argument: object) -> None:
        nonlocal steps
        steps += 1

    sys.setprofile(count)
    try:
        read(body)
    finally:
        sys.setprofile(None)
    return steps
