"""What Prometheus reads of deliveries: their outcomes, slots in use, and places that are silent.

Only places that matter at the moment have a series: at most as many as there are deliveries at once and
silent places, however many brokers there are.
"""

from collections.abc import Iterator

from prometheus_client import REGISTRY, Counter
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from entrygo.execution.broker.breaker import BreakerState
from entrygo.execution.broker.bulkhead import Bulkhead

OUTCOMES = Counter("entrygo_submissions_settled", "Attempts to hand one over, by outcome", ("outcome",))
# Export every label at 0: `increase()` misses the first event of a new series.
for _outcome in ("sent", "failed", "unknown", "retrying"):
    OUTCOMES.labels(_outcome)


class Deliveries(Collector):
    """The figures of one bulkhead, read when they are asked for; none before `watch`."""

    def __init__(self) -> None:
        self._bulkhead: Bulkhead | None = None

    def watch(self, bulkhead: Bulkhead) -> None:
        """From now on of this one."""
        self._bulkhead = bulkhead

    def describe(self) -> Iterator[GaugeMetricFamily]:
        yield _slots()
        yield _silent()
        yield _shut_out()

    def collect(self) -> Iterator[GaugeMetricFamily]:
        slots, silent, shut_out = _slots(), _silent(), _shut_out()
        for place, held in self._holding().items():
            slots.add_metric([place], held)
        for place, state in self._states().items():
            silent.add_metric([place, state], 1)
        for place, accounts in self._accounts().items():
            shut_out.add_metric([place], accounts)
        yield slots
        yield silent
        yield shut_out

    def _holding(self) -> dict[str, int]:
        return {} if self._bulkhead is None else self._bulkhead.holding()

    def _states(self) -> dict[str, BreakerState]:
        return {} if self._bulkhead is None else self._bulkhead.states()

    def _accounts(self) -> dict[str, int]:
        return {} if self._bulkhead is None else self._bulkhead.shut_out()


def _slots() -> GaugeMetricFamily:
    return GaugeMetricFamily("entrygo_delivery_slots_held", "Deliveries at once, by place", labels=["place"])


def _silent() -> GaugeMetricFamily:
    return GaugeMetricFamily(
        "entrygo_delivery_breaker",
        "1 for each place whose breaker is not closed, to everybody or to some account",
        labels=["place", "state"],
    )


def _shut_out() -> GaugeMetricFamily:
    return GaugeMetricFamily(
        "entrygo_delivery_silent_accounts", "Accounts that a place is silent to", labels=["place"]
    )


DELIVERIES = Deliveries()
REGISTRY.register(DELIVERIES)
