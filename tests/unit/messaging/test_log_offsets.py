"""Offsets that a broker gives must grow; one given twice is of a log that began anew."""

from dataclasses import dataclass

import pytest
from aiokafka import TopicPartition

from entrygo.messaging.relay import LogBeganAnew, remember

PARTITION = TopicPartition("exports", 0)
OTHER = TopicPartition("exports", 1)


@dataclass
class Written:
    """A broker's word that it has a record."""

    topic_partition: TopicPartition
    offset: int


def test_offsets_that_grow_are_remembered_for_each_partition() -> None:
    last = {PARTITION: 4}
    remember([Written(PARTITION, 5), Written(OTHER, 0), Written(PARTITION, 7)], last)
    assert last == {PARTITION: 7, OTHER: 0}


@pytest.mark.parametrize("offset", [0, 3, 4])
def test_an_offset_that_was_given_away_before_is_of_a_new_log(offset: int) -> None:
    with pytest.raises(LogBeganAnew, match=f"stood at 4 and is at {offset}"):
        remember([Written(PARTITION, offset)], {PARTITION: 4})


def test_the_first_offset_of_all_is_not_of_a_new_log() -> None:
    last: dict[TopicPartition, int] = {}
    remember([Written(PARTITION, 0)], last)
    assert last == {PARTITION: 0}
