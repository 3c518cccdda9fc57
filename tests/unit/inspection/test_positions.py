"""Where reading goes on after a start."""

import pytest

from entrygo.messaging.partitions import start_position


@pytest.mark.parametrize(
    ("stored", "begin", "end", "expected"),
    [
        (None, 0, 10, 0),
        (None, 4, 10, 4),
        (7, 0, 10, 7),
        (10, 0, 10, 10),
        (11, 0, 10, 0),
        (3, 5, 10, 5),
        (500, 0, 0, 0),
    ],
)
def test_reading_goes_on_as_stored_unless_the_log_no_longer_holds_that_place(
    stored: int | None, begin: int, end: int, expected: int
) -> None:
    assert start_position(stored, begin, end) == expected
