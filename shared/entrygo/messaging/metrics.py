"""What is counted of events on their way: published, read, refused."""

from collections.abc import Mapping

from prometheus_client import Counter, Gauge

LEADING = Gauge(
    "entrygo_relay_leading",
    "1 where this replica publishes the schema's events, or rests as the last that did",
    ("schema",),
)
PUBLISHED = Counter("entrygo_relay_published", "Events that the broker acknowledged", ("schema",))
INTERRUPTED = Counter("entrygo_relay_interruptions", "Times that publishing had to begin anew", ("schema",))
LAG = Gauge("entrygo_projector_lag_records", "Records of the topic that are not applied yet", ("partition",))
CONNECTED = Gauge("entrygo_projector_connected", "1 while the projector reads the topic")
REJECTED = Counter("entrygo_projector_rejected_records", "Records that could not be applied")


def observe_lag(ends: Mapping[int, int | None], positions: Mapping[int, int]) -> None:
    """How far each partition's end is from where the projector goes on; unknown ends are left out."""
    for partition, end in ends.items():
        if end is not None and partition in positions:
            LAG.labels(str(partition)).set(max(end - positions[partition], 0))
