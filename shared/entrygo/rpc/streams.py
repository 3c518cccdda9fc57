"""Which RPCs are long-lived streams, and which limits apply to them, by method."""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from types import MappingProxyType


class Stream(StrEnum):
    """How long a stream lasts, which decides its deadline and what it is counted as."""

    # Until its reader has enough: no deadline of ours, counted apart, at most `stream_seconds`.
    WATCH = "watch"
    # Until its bytes are read: our deadline where the caller set none, counted apart from calls.
    DOWNLOAD = "download"
    # A rebuild of a read model, by our own services alone: no deadline of ours, counted as a call.
    REPLAY = "replay"
    # With the deadline of any other call.
    ANSWER = "answer"


HEALTH_WATCH = "/grpc.health.v1.Health/Watch"
STREAMS: Mapping[str, Stream] = MappingProxyType(
    {
        "/entrygo.proto.sync.v1.Sync/GetPlanningFacts": Stream.ANSWER,
        "/entrygo.proto.planning.v1.Planning/GetSnapshot": Stream.ANSWER,
        "/entrygo.proto.planning.v1.Planning/EventsAfter": Stream.ANSWER,
        "/entrygo.proto.planning.v1.Planning/ReplayEvents": Stream.REPLAY,
        "/entrygo.proto.execution.v1.Execution/GetArtifact": Stream.DOWNLOAD,
        "/entrygo.proto.execution.v1.Execution/GetActualCosts": Stream.DOWNLOAD,
        "/entrygo.proto.execution.v1.Execution/GetBrokerPack": Stream.DOWNLOAD,
        "/entrygo.proto.execution.v1.Execution/EventsAfter": Stream.ANSWER,
        "/entrygo.proto.execution.v1.Execution/ReplayEvents": Stream.REPLAY,
        "/entrygo.proto.inspection.v1.Inspection/WatchExport": Stream.WATCH,
        "/entrygo.proto.inspection.v1.Inspection/WatchEvents": Stream.WATCH,
        HEALTH_WATCH: Stream.DOWNLOAD,
        "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo": Stream.DOWNLOAD,
    }
)


# Initial metadata of a watch once nothing can be missed; without it the first message says as much.
LISTENING = (("entrygo-listening", "true"),)


def is_listening(metadata: Iterable[tuple[str, str | bytes]] | None) -> bool:
    """Whether a service says that the watch has begun, though it has nothing to send yet."""
    return LISTENING[0] in (tuple(each) for each in metadata or ())


def is_counted_apart(method: str) -> bool:
    """Whether it takes a place among streams, so that readers who wait do not keep others from calling."""
    return STREAMS.get(method) in (Stream.WATCH, Stream.DOWNLOAD)


def has_default_deadline(method: str) -> bool:
    """Whether a caller that sets no deadline gets ours."""
    return STREAMS.get(method) not in (Stream.WATCH, Stream.REPLAY)
