"""Text of outside origin, made fit to print."""

import pytest

from entrygo.execution.printable import clean_text


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
