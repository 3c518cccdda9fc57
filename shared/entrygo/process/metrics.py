"""Prometheus metrics of a process, on a port of their own.

Metrics are counted where the work is done, in the registry of the process (`prometheus_client.REGISTRY`),
which also holds memory, descriptors and CPU. Each room names its own in a module `metrics.py`, or in
`measures.py` where they are read from its database. Labels are routes, states and names that the code knows,
never ids of accounts or records.
"""

import time
from collections.abc import Callable, Iterable

import structlog
from prometheus_client import REGISTRY, Metric, start_http_server
from prometheus_client.registry import Collector

from entrygo.process.settings import MetricsSettings

# From a look-up to the rendering of ten thousand orders.
SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)

log = structlog.get_logger(__name__)


class Readers(Collector):
    """Knows when the metrics were last read; has none itself. `seconds` is a clock that never goes back."""

    def __init__(self, seconds: Callable[[], float] = time.monotonic) -> None:
        self._seconds = seconds
        self._read_at: float | None = None

    def describe(self) -> Iterable[Metric]:
        """Nothing: a registry that asks for it does not read."""
        return ()

    def collect(self) -> Iterable[Metric]:
        """Called by whoever reads all metrics."""
        self._read_at = self._seconds()
        return ()

    def came_within(self, seconds: float) -> bool:
        """Whether somebody has read them within that time."""
        return self._read_at is not None and self._seconds() - self._read_at <= seconds


READERS = Readers()
REGISTRY.register(READERS)


def serve_metrics(settings: MetricsSettings) -> None:
    """Serves /metrics from a daemon thread until the process ends; nothing without a port.

    SystemExit in words where somebody else listens there.
    """
    if settings.port:
        try:
            start_http_server(settings.port, addr=settings.host)
        except OSError as error:
            where = f"{settings.host}:{settings.port}"
            raise SystemExit(f"ENTRYGO_METRICS_PORT: {where} is not to be had: {error.strerror}") from None
        log.info("metrics.listening", host=settings.host, port=settings.port)
