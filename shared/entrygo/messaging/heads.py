"""Where a stream of events stands, and how an event names the one that it follows. No I/O."""

from dataclasses import dataclass

from entrygo.proto.events.v1 import events_pb2


@dataclass(frozen=True, slots=True)
class Head:
    """The last event of a stream, and the life of the database that it is in.

    No id: there is none (sequence 0), or none was kept of it.
    """

    sequence: int
    event_id: str
    epoch: str


def head_of(last: events_pb2.Event) -> Head:
    """The head of a stream whose last event is this one."""
    return Head(last.sequence, last.id, last.epoch)


def follow(head: Head, event: events_pb2.Event) -> Head:
    """Has the event name what it follows; the head of the stream with it."""
    event.previous_id, event.epoch = head.event_id, head.epoch
    return head_of(event)
