"""Often while there is work, seldom at rest."""

from entrygo.process.pace import Pace


def test_pauses_are_short_until_so_long_after_the_last_work() -> None:
    now = 100.0
    pace = Pace(busy_seconds=1, rest_seconds=20, quiet_seconds=60, clock=lambda: now)
    assert pace.seconds == 1
    now += 50
    pace.note_work()
    now += 59
    assert pace.seconds == 1
    now += 1
    assert pace.seconds == 20
    pace.note_work()
    assert pace.seconds == 1
