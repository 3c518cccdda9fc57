"""Metrics of the calls of a service."""

from prometheus_client import Counter, Histogram

from entrygo.process.metrics import SECONDS

REQUESTS = Counter("entrygo_rpc_requests", "RPCs answered", ("method", "status"))
REQUEST_SECONDS = Histogram("entrygo_rpc_request_seconds", "Time to answer", ("method",), buckets=SECONDS)
REPLAYS = Counter("entrygo_idempotency_replays", "Answers that an earlier call with the same key had got")


def observe(method: str, status: str, seconds: float) -> None:
    """Counts one answered RPC; `method` is one that the server has, as `/package.Service/Method`."""
    REQUESTS.labels(method, status).inc()
    REQUEST_SECONDS.labels(method).observe(seconds)
