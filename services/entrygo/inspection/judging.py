"""Whether events fit what the read model holds of their streams. Pure: no I/O, no clock."""

from collections.abc import Iterable, Mapping

from entrygo.inspection.folding import ExportKey, key_of
from entrygo.proto.events.v1 import events_pb2

# One event of one owner about one export.
Place = tuple[ExportKey, str, int]
# The last event applied of each owner, for exports of which any was.
Applied = Mapping[ExportKey, Mapping[str, int]]


def held_places(events: Iterable[events_pb2.Event], applied: Applied) -> set[Place]:
    """Where the read model's own events have to be known, to judge these."""
    places = set()
    for event in events:
        last = applied.get(key_of(event), {}).get(event.source, 0)
        if event.sequence <= last:
            places.add(place_of(event))
        elif event.sequence == last + 1 and last:
            places.add(place_before(event))
    return places


def contradicted(events: Iterable[events_pb2.Event], held: Mapping[Place, str]) -> set[ExportKey]:
    """The exports whose events cannot be of the history that is held, or of one and the same history.

    `held` is the ids of the read model's events at `held_places`. An event contradicts when another one is
    known at its place, or at the place before it another than the one that it names as its predecessor.
    """
    known = dict(held)
    suspects = set()
    ordered = sorted(events, key=lambda event: event.sequence)
    for event in ordered:
        before = known.get(place_before(event))
        is_other = known.setdefault(place_of(event), event.id) != event.id
        if is_other or (before and event.previous_id and before != event.previous_id):
            suspects.add(key_of(event))
    return suspects


def place_of(event: events_pb2.Event) -> Place:
    """Where the event stands among those of its owner about its export."""
    return key_of(event), event.source, event.sequence


def place_before(event: events_pb2.Event) -> Place:
    """The place of the event that must have come before."""
    return key_of(event), event.source, event.sequence - 1
