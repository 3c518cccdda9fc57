"""Instants and trade dates as text and zones. The clock itself is an argument everywhere."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

# US customs law switches at 00:01 Eastern; rates, fees and lists are chosen by that calendar.
CUSTOMS_ZONE = ZoneInfo("America/New_York")


def rfc3339(instant: datetime) -> str:
    """RFC 3339 in UTC with milliseconds, as in the contract: 2026-03-11T16:10:00.000Z."""
    return instant.astimezone(UTC).isoformat(timespec="milliseconds").removesuffix("+00:00") + "Z"


def parse_rfc3339(text: str) -> datetime:
    """The instant of an RFC 3339 text with an offset; ValueError otherwise."""
    instant = datetime.fromisoformat(text)
    if instant.tzinfo is None:
        raise ValueError("Expected an RFC 3339 instant with an offset")
    return instant.astimezone(UTC)


def parse_day(text: str) -> date:
    """YYYY-MM-DD and no other spelling of ISO 8601; raises ValueError."""
    day = date.fromisoformat(text)
    if day.isoformat() != text:
        raise ValueError("Not written as YYYY-MM-DD")
    return day


def customs_day(instant: datetime) -> date:
    """The day of an instant by the calendar of US customs law: New York's."""
    return instant.astimezone(CUSTOMS_ZONE).date()


def default_entry_date(now: datetime, transit_days: int) -> date:
    """The expected arrival: today's date in New York plus the warehouse's days of transit."""
    return customs_day(now) + timedelta(days=transit_days)
