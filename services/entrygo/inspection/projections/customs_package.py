"""The customs package of an export: what was generated, and how far it got at the broker."""

from entrygo.inspection.projections.projection import Projection
from entrygo.proto.events.v1 import events_pb2
from entrygo.proto.inspection.v1 import inspection_pb2

# What a broker's server says of it afterwards no longer matters.
CLOSED = frozenset({"withdrawn", "superseded"})


def apply(export: inspection_pb2.Export, event: events_pb2.Event) -> None:
    """The package as generated; its state follows the submission until it is closed."""
    kind = event.WhichOneof("data")
    if kind == "customs_package_generated":
        export.customs_package.CopyFrom(event.customs_package_generated.customs_package)
    elif not export.HasField("customs_package"):
        return
    elif kind == "customs_package_closed":
        export.customs_package.state = event.customs_package_closed.state
    elif event.broker_submission_changed.customs_package_state and not _is_closed(export):
        export.customs_package.state = event.broker_submission_changed.customs_package_state


def _is_closed(export: inspection_pb2.Export) -> bool:
    return export.customs_package.state in CLOSED


CUSTOMS_PACKAGE = Projection(
    "customs_package",
    frozenset({"customs_package_generated", "customs_package_closed", "broker_submission_changed"}),
    apply,
)
