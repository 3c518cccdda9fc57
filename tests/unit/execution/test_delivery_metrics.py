"""What metrics say of deliveries under way and of places that are silent."""

from prometheus_client import CollectorRegistry

from entrygo.execution.broker.breaker import BreakerLimits
from entrygo.execution.broker.bulkhead import Bulkhead
from entrygo.execution.broker.channels.base import Silent
from entrygo.execution.broker.metrics import Deliveries
from entrygo.execution.broker.rooms import BulkheadLimits
from entrygo.execution.broker.routes import MAIL_SERVER, route_to

DOMAIN = "mail:broker.example"


async def test_slots_and_silence_of_a_place_are_seen_while_they_last() -> None:
    registry, deliveries = CollectorRegistry(), Deliveries()
    registry.register(deliveries)
    limits = BulkheadLimits(breaker=BreakerLimits(threshold=1))
    bulkhead = Bulkhead(limits, lambda: 0.0)
    deliveries.watch(bulkhead)
    held = "entrygo_delivery_slots_held"
    breaker, is_open = "entrygo_delivery_breaker", {"place": DOMAIN, "state": "open"}
    async with bulkhead.slot("acc_1", route_to(DOMAIN)) as slot:
        assert registry.get_sample_value(held, {"place": DOMAIN}) == 1
        assert registry.get_sample_value(held, {"place": MAIL_SERVER}) == 1
        assert registry.get_sample_value(breaker, is_open) is None
        slot.ended(Silent.DESTINATION)
    assert registry.get_sample_value(held, {"place": DOMAIN}) in (None, 0)
    assert registry.get_sample_value(breaker, is_open) == 1
    assert registry.get_sample_value("entrygo_delivery_silent_accounts", {"place": DOMAIN}) == 1


def test_before_there_is_a_bulkhead_there_is_no_series() -> None:
    assert [family.samples for family in Deliveries().collect()] == [[], [], []]
