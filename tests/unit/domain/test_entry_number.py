"""The check digit of an entry number, against numbers that were printed."""

import pytest

from entrygo.domain.entry_number import check_digit, entry_number
from entrygo.requests import entry_numbers
from entrygo.requests.issues import Wrong


@pytest.mark.parametrize(
    ("number", "source"),
    [("ABC-1234567-6", "ABI CATAIR, Appendix E"), ("002-6110316-2", "CBP ruling HQ H005628")],
)
def test_a_printed_number_has_the_check_digit_that_is_computed(number: str, source: str) -> None:
    filer, serial, digit = number.split("-")
    assert check_digit(filer + serial) == int(digit), source
    assert entry_number(filer, int(serial)) == number


def test_letters_from_s_on_count_from_two() -> None:
    # S at the first place counts 2, at the second double: 2 + 4, and 10 - 6 follows.
    assert check_digit("SS00000000") == 4


@pytest.mark.parametrize("given", ["ABC-1234567-6", " abc12345676 ", "abc 1234567 6", "ABC-12345676"])
def test_a_number_is_kept_as_form_7501_prints_it(given: str) -> None:
    assert entry_numbers.entry_number(given) == "ABC-1234567-6"


@pytest.mark.parametrize(
    "given",
    ["ABC-1234567-8", "ABC-1234576-6", "ABD-1234567-6", "AB-1234567-6", "ABC-1234567", "", "ÄBC-1234567-6"],
)
def test_a_mistyped_number_is_refused(given: str) -> None:
    with pytest.raises(Wrong):
        entry_numbers.entry_number(given)


def test_a_number_is_compared_with_a_filer_code_that_is_one() -> None:
    assert entry_numbers.of_filer("ABC-1234567-6", "abc") == "ABC-1234567-6"
    assert entry_numbers.of_filer("ABC-1234567-6", None) == "ABC-1234567-6"
    # Stored before the form was checked: it says nothing.
    assert entry_numbers.of_filer("ABC-1234567-6", "filer 9") == "ABC-1234567-6"
    with pytest.raises(Wrong, match="files as PA7"):
        entry_numbers.of_filer("ABC-1234567-6", "PA7")
