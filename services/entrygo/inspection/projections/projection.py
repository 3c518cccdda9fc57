"""What a projection is: which events it reads, and what each does to the export's read model."""

from collections.abc import Callable
from dataclasses import dataclass

from entrygo.proto.events.v1 import events_pb2
from entrygo.proto.inspection.v1 import inspection_pb2


@dataclass(frozen=True, slots=True)
class Projection:
    """One read model: `apply` is pure and changes only the export it is given.

    `handles` names members of Event.data; None means every event, also of a kind that is not known yet.
    """

    name: str
    handles: frozenset[str] | None
    apply: Callable[[inspection_pb2.Export, events_pb2.Event], None]

    def reads(self, event: events_pb2.Event) -> bool:
        return self.handles is None or event.WhichOneof("data") in self.handles
