"""What an owner answers is taken as its own events of the caller's account alone, or as an outage."""

from collections.abc import AsyncIterator, Sequence
from typing import Any

import pytest

from entrygo.domain.errors import (
    EntryGoError,
    ExportNotFound,
    HistoryMismatch,
    InvalidApiKey,
    RateLimited,
    ServiceUnavailable,
)
from entrygo.domain.principal import Mode, Tenant
from entrygo.inspection.owners import pull
from entrygo.messaging.events import EXECUTION, PLANNING
from entrygo.proto.events.v1 import events_pb2
from entrygo.rpc.calls import Metadata

ALICE = Tenant("acc_alice", Mode.LIVE)
ASKED = events_pb2.EventsAfterRequest(stream_id="batch_1")


class Answering:
    """Planning, which sends these events and then ends, or fails."""

    source = PLANNING

    def __init__(self, *events: events_pb2.Event, error: EntryGoError | None = None) -> None:
        self._events, self._error = events, error

    async def events_after(
        self, request: events_pb2.EventsAfterRequest, metadata: Metadata, seconds: float
    ) -> AsyncIterator[events_pb2.Event]:
        for event in self._events:
            yield event
        if self._error is not None:
            raise self._error

    async def replay_events(
        self, request: events_pb2.ReplayEventsRequest, metadata: Metadata
    ) -> AsyncIterator[events_pb2.Event]:
        return
        yield

    async def history(self, metadata: Metadata, seconds: float) -> events_pb2.History:
        return events_pb2.History()


def event(**changes: str) -> events_pb2.Event:
    own: dict[str, Any] = {
        "id": "evt_1", "source": PLANNING, "account_id": ALICE.account_id, "mode": "live",
    }  # fmt: skip
    return events_pb2.Event(**own | changes)


async def pulled(owner: Answering) -> tuple[Sequence[str], bool]:
    events, is_whole = await pull(owner, ALICE, ASKED, (), 60.0)
    return [each.id for each in events], is_whole


@pytest.mark.parametrize("foreign", [{"account_id": "acc_bob"}, {"mode": "test"}, {"source": EXECUTION}])
async def test_an_event_of_another_account_mode_or_owner_is_not_taken(foreign: dict[str, str]) -> None:
    assert await pulled(Answering(event(), event(id="evt_2", **foreign))) == (["evt_1"], True)


async def test_an_export_that_the_owner_does_not_know_has_no_events() -> None:
    assert await pulled(Answering(error=ExportNotFound())) == ([], True)


@pytest.mark.parametrize("error", [ServiceUnavailable(), RateLimited()])
async def test_what_came_before_an_outage_is_not_all(error: EntryGoError) -> None:
    assert await pulled(Answering(event(), error=error)) == (["evt_1"], False)


@pytest.mark.parametrize("error", [InvalidApiKey(), HistoryMismatch()])
async def test_a_refusal_and_another_history_are_no_outage(error: EntryGoError) -> None:
    with pytest.raises(type(error)):
        await pulled(Answering(error=error))
