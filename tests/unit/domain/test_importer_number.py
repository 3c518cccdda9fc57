"""Numbers of importers: their forms, which are one importer's, and that nobody is shown a whole one."""

import pytest

from entrygo.domain.importer_number import comparable, is_importer_number, masked, number_to_file


@pytest.mark.parametrize(
    "number",
    ["98-7654321", "98-765432100", "98-7654321AB", "987654321", "123-45-6789", "261121-00017", "26112100017"],
)
def test_irs_ssn_and_assigned_numbers_are_importer_numbers(number: str) -> None:
    assert is_importer_number(number)


@pytest.mark.parametrize(
    "text",
    ["", "98-765432", "98-7654321A", "98-7654321ABC", "1234-56-789", "261121-0001", "ACME", "９８-7654321"],
)
def test_other_text_is_none(text: str) -> None:
    assert not is_importer_number(text)


@pytest.mark.parametrize("other", ["987654321", "98-765432100", " 98-7654321 "])
def test_numbers_of_one_importer_compare_equal_however_they_are_written(other: str) -> None:
    assert comparable(other) == comparable("98-7654321")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("98-7654321", "98-7654322"),
        # Two offices of one company are two importers.
        ("98-7654321", "98-7654321AB"),
        # An assigned number that ends with two zeros is no IRS number.
        ("987654-32100", "98-7654321"),
        ("98765432100", "98-7654321"),
        ("98-7654321", None),
    ],
)
def test_numbers_of_two_importers_differ(one: str, other: str | None) -> None:
    assert comparable(one) != comparable(other)


def test_no_number_compares_as_none_and_is_shown_as_nothing() -> None:
    assert comparable(None) == comparable(" ") == masked(None) == masked("") == ""


@pytest.mark.parametrize(
    ("number", "shown"),
    [(None, ""), ("", ""), ("1234", "****"), ("12345", "****2345"), ("98-7654321", "****4321")],
)
def test_masking_never_shows_a_short_number(number: str | None, shown: str) -> None:
    assert masked(number) == shown


@pytest.mark.parametrize("number", ["98-7654321", "98-765432100", "98-7654321AB", "260308-00012"])
def test_a_firms_number_can_be_filed(number: str) -> None:
    assert number_to_file(f" {number.lower()} ") == number


@pytest.mark.parametrize(
    "number", [None, "", "123-45-6789", "123456789", "987654321", "98-76543210", "98-7654321\n98-7654321"]
)
def test_what_may_be_a_persons_number_is_not_told(number: str | None) -> None:
    assert number_to_file(number) is None
