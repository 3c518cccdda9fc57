"""Instants are shown in UTC with milliseconds; trade dates follow New York's calendar."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from entrygo.domain.time import default_entry_date, parse_rfc3339, rfc3339


def test_instant_is_shown_in_utc_with_milliseconds() -> None:
    moment = datetime(2026, 3, 11, 12, 10, 0, 999_999, tzinfo=timezone(timedelta(hours=-4)))
    assert rfc3339(moment) == "2026-03-11T16:10:00.999Z"
    assert parse_rfc3339("2026-03-11T16:10:00.999Z") == datetime(2026, 3, 11, 16, 10, 0, 999_000, tzinfo=UTC)


def test_instant_without_an_offset_is_refused() -> None:
    with pytest.raises(ValueError, match="offset"):
        parse_rfc3339("2026-03-11T16:10:00")


@pytest.mark.parametrize(
    ("now", "transit_days", "expected"),
    [
        # 1 October 03:59 UTC is still 30 September in New York: the old fee year.
        (datetime(2026, 10, 1, 3, 59, tzinfo=UTC), 0, date(2026, 9, 30)),
        (datetime(2026, 10, 1, 4, 0, tzinfo=UTC), 0, date(2026, 10, 1)),
        (datetime(2026, 12, 31, 23, 0, tzinfo=UTC), 1, date(2027, 1, 1)),
    ],
)
def test_entry_date_is_new_yorks_day_plus_transit(now: datetime, transit_days: int, expected: date) -> None:
    assert default_entry_date(now, transit_days) == expected
