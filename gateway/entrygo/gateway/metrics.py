"""Prometheus metrics of this process, on a port of their own."""

from prometheus_client import CollectorRegistry, Counter, Histogram, start_http_server


class Metrics:
    """Counts and times requests by route, never by path: ids must not become labels."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._requests = Counter(
            "entrygo_gateway_requests",
            "Requests answered",
            ("method", "route", "status"),
            registry=self._registry,
        )
        self._seconds = Histogram(
            "entrygo_gateway_request_seconds",
            "Time to answer",
            ("route",),
            buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30),
            registry=self._registry,
        )

    def observe(self, method: str, route: str, status: int, seconds: float) -> None:
        """Counts one answered request; 0 as status: the client left before the answer."""
        self._requests.labels(method if route != "unknown" else "any", route, str(status)).inc()
        self._seconds.labels(route).observe(seconds)

    def serve(self, host: str, port: int) -> None:
        """Serves /metrics from a daemon thread until the process ends."""
        start_http_server(port, addr=host, registry=self._registry)
