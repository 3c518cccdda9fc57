"""Metrics of the calls of a service."""

from functools import cache

from prometheus_client import Counter, Histogram

from entrygo.process.metrics import SECONDS

REQUESTS = Counter("entrygo_rpc_requests", "RPCs answered", ("method", "status"))
REQUEST_SECONDS = Histogram("entrygo_rpc_request_seconds", "Time to answer", ("method",), buckets=SECONDS)
REPLAYS = Counter("entrygo_idempotency_replays", "Answers that an earlier call with the same key had got")


def observe(method: str, status: str, seconds: float) -> None:
    """Counts one answered RPC; `method` is one that the server has, as `/package.Service/Method`."""
    _requests(method, status).inc()
    _request_seconds(method).observe(seconds)


# The methods of a server are few; what stands for one of them is looked up once.
_requests = cache(REQUESTS.labels)
_request_seconds = cache(REQUEST_SECONDS.labels)
