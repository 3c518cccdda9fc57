"""The services in memory: the gateway's port, filled without gRPC, database or broker."""

from typing import Any

from entrygo.gateway.services import Call, Reply
from tests.fakes.broker_links import FakeBrokerLinks
from tests.fakes.execution import MANIFEST, FakeExecution
from tests.fakes.inspection import FakeInspection
from tests.fakes.keys import FakeKeys
from tests.fakes.memory import ACCOUNT, KEY, OTHER_ACCOUNT, OTHER_KEY
from tests.fakes.planning import FakePlanning
from tests.fakes.sync import FakeSync

__all__ = ["ACCOUNT", "KEY", "MANIFEST", "OTHER_ACCOUNT", "OTHER_KEY", "FakeServices"]


class FakeServices(FakeBrokerLinks, FakeSync, FakePlanning, FakeExecution, FakeInspection, FakeKeys):
    """One object for the stubs of all services: each RPC is a method that takes request and call."""

    def __init__(self) -> None:
        super().__init__()
        stub: Any = self
        self.identities: tuple[Any, ...] = (stub,)
        self.sync = self.planning = self.execution = self.inspection = self.webhooks = self.keys = stub

    async def read(self, method: Any, request: Any, call: Call) -> Any:
        return await method(request, call)

    async def write(self, method: Any, request: Any, call: Call) -> Any:
        answer = await method(request, call)
        return answer if isinstance(answer, Reply) else Reply(answer)

    async def stream(self, method: Any, request: Any, call: Call) -> Any:
        return method(request, call)

    def document(self, method: Any, request: Any, call: Call) -> Any:
        return method(request, call)
