"""The customs package of an export: what was generated, and how far it got at the broker."""

from entrygo.inspection.projections.projection import Projection
from entrygo.proto.events.v1 import events_pb2
from entrygo.proto.inspection.v1 import inspection_pb2


def apply(export: inspection_pb2.Export, event: events_pb2.Event) -> None:
    """The package as generated; afterwards its state follows the submission."""
    if event.WhichOneof("data") == "customs_package_generated":
        export.customs_package.CopyFrom(event.customs_package_generated.customs_package)
    elif event.broker_submission_changed.customs_package_state and export.HasField("customs_package"):
        export.customs_package.state = event.broker_submission_changed.customs_package_state


CUSTOMS_PACKAGE = Projection(
    "customs_package", frozenset({"customs_package_generated", "broker_submission_changed"}), apply
)
