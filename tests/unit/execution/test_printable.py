"""Text of outside origin, made fit to print."""

import pytest

from entrygo.execution.package.csv_table import csv_table
from entrygo.execution.package.printable import clean_text, spreadsheet_text


@pytest.mark.parametrize(
    ("raw", "cleaned"),
    [
        (None, ""),
        ("  a\tb\n", "a b"),
        ("e\u0301", "é"),
        ("\ud800x", "x"),
        ("a\u2028b", "a b"),
        ("日本", "日本"),
        ("nul\0byte\x07\x9f", "nulbyte"),
        ("\u202aa\u202bb\u202cc\u202dd\u202ee", "abcde"),
        ("\u2066a\u2067b\u2068c\u2069\u200e\u200f", "abc"),
        ("a\u200bb\u200cc\u200dd\u2060e\ufefff\u00adg", "abcdefg"),
        ("tag\U000e0041s", "tags"),
    ],
)
def test_cleaning_keeps_what_can_be_seen(raw: str | None, cleaned: str) -> None:
    assert clean_text(raw) == cleaned


@pytest.mark.parametrize("opener", list("=+-@|＝＋－＠｜﹢﹣﹦﹫"))
@pytest.mark.parametrize("before", ["", "\t", "\r", "\n", "\0", " ", "\u200b", "\ufeff", "\t\u202e "])
def test_no_text_opens_a_formula_whatever_hidden_character_stands_before_it(opener: str, before: str) -> None:
    assert spreadsheet_text(f"{before}{opener}1+1") == f"'{opener}1+1"


@pytest.mark.parametrize("text", ["6202308061", "0901210045", "a=b", "1-2", "", "'=1"])
def test_text_that_opens_no_formula_is_left_as_it_is(text: str) -> None:
    assert spreadsheet_text(text) == text


def test_a_csv_quotes_every_cell_and_leaves_our_own_figures_alone() -> None:
    content = csv_table(("text", "figure"), [("-5", "-5"), ('a "b", c', "1.5")], {"figure"})
    assert content.decode() == '"text","figure"\r\n"\'-5","-5"\r\n"a ""b"", c","1.5"\r\n'
