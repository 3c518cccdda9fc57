"""The services in memory: the gateway's port, filled without gRPC, database or broker."""

from tests.fakes.broker_links import FakeBrokerLinks
from tests.fakes.execution import MANIFEST, FakeExecution
from tests.fakes.inspection import FakeInspection
from tests.fakes.memory import ACCOUNT, KEY, OTHER_ACCOUNT, OTHER_KEY
from tests.fakes.planning import FakePlanning
from tests.fakes.sync import FakeSync

__all__ = ["ACCOUNT", "KEY", "MANIFEST", "OTHER_ACCOUNT", "OTHER_KEY", "FakeServices"]


class FakeServices(FakeBrokerLinks, FakeSync, FakePlanning, FakeExecution, FakeInspection):
    """One object for the four services and the signed links."""
