"""Metadata of short texts, as most of it is, is judged in one look, and as any other is."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from entrygo.gateway.schemas.fields import MAX_METADATA_TEXT, MAX_METADATA_VALUES, Metadata

ODD = st.sampled_from(["", "a", "ü", "\x00", "\x07", "\n", "\x7f", "\ud800", "\udc00", "\u2028", "😀"])
TEXTS = st.one_of(ODD, st.text(max_size=5), st.just("x" * MAX_METADATA_TEXT), st.just("x" * 2001))


def is_taken(metadata: dict[str, Any]) -> bool:
    try:
        return bool(TypeAdapter(Metadata).validate_python(metadata) == metadata)
    except ValidationError:
        return False


@given(st.dictionaries(TEXTS, TEXTS, max_size=4))
def test_texts_are_judged_as_beside_one_that_is_none(metadata: dict[str, str]) -> None:
    assert is_taken(metadata) == is_taken({**metadata, "and": True})


def test_more_values_than_metadata_may_have_are_refused_though_each_is_short() -> None:
    names = [str(number) for number in range(MAX_METADATA_VALUES + 1)]
    assert is_taken(dict.fromkeys(names[1:], ""))
    assert not is_taken(dict.fromkeys(names, ""))
