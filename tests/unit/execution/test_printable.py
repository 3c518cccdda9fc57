"""Text of outside origin, made fit to print."""

import pytest

from entrygo.execution.printable import clean_text, masked


@pytest.mark.parametrize(
    ("number", "shown"),
    [(None, ""), ("", ""), ("1234", "****"), ("12345", "****2345"), ("98-7654321", "****4321")],
)
def test_masking_never_shows_a_short_number(number: str | None, shown: str) -> None:
    assert masked(number) == shown


@pytest.mark.parametrize(
    ("raw", "cleaned"),
    [
        (None, ""),
        ("  a\tb\n", "a b"),
        ("e\u0301", "é"),
        ("\ud800x", "x"),
        ("a\u2028b", "a b"),
        ("日本", "日本"),
    ],
)
def test_cleaning_keeps_what_can_be_seen(raw: str | None, cleaned: str) -> None:
    assert clean_text(raw) == cleaned
