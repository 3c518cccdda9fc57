"""When the owners' logs are read again."""

from entrygo.inspection.looks import FED_FACTOR, RETRY_SECONDS, Looks

EVERY = 30.0


def looked(looks: Looks, now: float, *, whole: bool = True) -> None:
    doubted = looks.begin()
    looks.end(now, doubted=doubted, whole=whole)


def fed_at(now: float) -> Looks:
    """After a first look, whose topic is read."""
    looks = Looks(EVERY)
    looks.doubt()
    looked(looks, now)
    return looks


def test_without_a_topic_the_owners_are_read_as_often_as_is_set() -> None:
    looks = Looks(EVERY)
    assert looks.due <= 0.0
    looked(looks, 100.0)
    assert looks.due == 130.0


def test_while_the_topic_is_read_the_owners_are_read_more_seldom() -> None:
    looks = fed_at(100.0)
    assert looks.due == 100.0 + EVERY * FED_FACTOR
    assert looks.interval == EVERY * FED_FACTOR


def test_a_topic_that_is_read_no_more_leaves_the_owners_to_be_read_as_often_as_is_set() -> None:
    looks = fed_at(100.0)
    looks.starve(110.0)
    looks.starve(115.0)
    assert (looks.due, looks.interval) == (140.0, EVERY)


def test_a_doubt_is_looked_into_at_once() -> None:
    looks = Looks(EVERY)
    looked(looks, 100.0)
    looks.doubt()
    assert looks.due <= 100.0
    assert looks.begin()


def test_doubts_one_after_the_other_are_looked_into_now_and_then() -> None:
    looks = fed_at(100.0)
    looks.doubt()
    assert looks.due == 100.0 + RETRY_SECONDS


def test_a_doubt_that_comes_while_one_is_looked_into_is_looked_into_after_it() -> None:
    looks = fed_at(100.0)
    looks.doubt()
    doubted = looks.begin()
    looks.doubt()
    looks.end(200.0, doubted=doubted, whole=True)
    assert looks.due == 200.0 + RETRY_SECONDS
    assert looks.begin()


def test_a_doubt_stays_until_every_owner_was_read() -> None:
    looks = fed_at(100.0)
    looks.doubt()
    looked(looks, 200.0, whole=False)
    assert looks.due == 200.0 + RETRY_SECONDS
    assert looks.begin()


def test_an_owner_that_was_away_is_read_soon() -> None:
    looks = Looks(EVERY)
    looked(looks, 100.0, whole=False)
    assert looks.due == 100.0 + RETRY_SECONDS
    assert not looks.begin()
