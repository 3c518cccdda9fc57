"""What the gateway counts: requests by route, never by path, and the line before the slots."""

from functools import cache

from prometheus_client import Counter, Gauge, Histogram

from entrygo.process.metrics import SECONDS
from entrygo.requests.fair_slots import FairSlots

REQUESTS = Counter("entrygo_gateway_requests", "Requests answered", ("method", "route", "status"))
REQUEST_SECONDS = Histogram("entrygo_gateway_request_seconds", "Time to answer", ("route",), buckets=SECONDS)
RUNNING = Gauge("entrygo_gateway_requests_running", "Requests that hold a slot")
WAITING = Gauge("entrygo_gateway_requests_waiting", "Requests that wait for a slot")


def observe(method: str, route: str, status: int, seconds: float) -> None:
    """Counts one answered request; 0 as status: the client left before the answer."""
    # A path that nobody serves has whatever method its sender made up.
    _requests(method if route != "unknown" else "any", route, status).inc()
    _request_seconds(route).observe(seconds)


# Routes are few; what stands for one of them is looked up once.
_requests = cache(REQUESTS.labels)
_request_seconds = cache(REQUEST_SECONDS.labels)


def watch_slots(*slots: FairSlots) -> None:
    """Reads all of them together whenever the metrics are asked for."""
    RUNNING.set_function(lambda: sum(each.running for each in slots))
    WAITING.set_function(lambda: sum(each.waiting for each in slots))
