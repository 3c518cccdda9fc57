"""The importer's number: its last four characters everywhere, in full only what is certain to be a firm's."""

import pytest

from entrygo.domain.importer_number import masked, number_to_file


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
