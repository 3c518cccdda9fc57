"""An export in the parts in which it is stored: what events change, its plan, its timeline. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from entrygo.inspection.folding import ExportKey, Folded, Known, nothing_known
from entrygo.inspection.projections.timeline import Row, merged
from entrygo.proto.inspection.v1 import inspection_pb2


@dataclass(frozen=True, slots=True)
class Whole:
    """All that is held of an export. `plan` is its stored Plan, unless a later one was folded."""

    known: Known
    plan: bytes = b""
    rows: Sequence[Row] = ()

    def after(self, folded: Folded) -> "Whole":
        """The same after a fold that began at `known`."""
        return Whole(folded.known, self.plan, (*self.rows, *folded.rows))

    def export(self) -> inspection_pb2.Export:
        """What callers see of it."""
        export = inspection_pb2.Export()
        export.CopyFrom(self.known.export)
        if export.created_at and not export.HasField("plan"):
            export.plan.MergeFromString(self.plan)
        export.events.extend(merged(self.rows))
        export.version = self.known.version
        return export


def nothing_held(key: ExportKey) -> Whole:
    """An export of which no event has arrived."""
    return Whole(nothing_known(key))
