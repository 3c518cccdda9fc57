"""Owners in memory: a log of events that can be asked, hidden or taken off the network."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from datetime import UTC, datetime

from entrygo.domain.errors import HistoryMismatch, InvalidApiKey, Kind, RemoteError, ServiceUnavailable
from entrygo.domain.time import rfc3339
from entrygo.messaging.events import EXECUTION, PLANNING
from entrygo.proto.events.v1 import events_pb2
from entrygo.rpc.calls import Metadata, service_metadata
from tests.unit.inspection.events import EPOCH

SERVICE_TOKEN = "service-token"


class MemoryOwner:
    """Answers as a service would, from a list."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.log: list[events_pb2.Event] = []
        self.is_down = False
        self.is_silent = False
        self.refuses = False
        # What its database takes for now; the clock of this machine where a test does not say.
        self.now: datetime | None = None
        self.epoch = EPOCH
        self.replayed_since: list[str] = []
        self.replayed_again = asyncio.Event()

    async def events_after(
        self, request: events_pb2.EventsAfterRequest, metadata: Metadata, seconds: float
    ) -> AsyncIterator[events_pb2.Event]:
        await self._check()
        stream_id = request.stream_id or self._stream_of(request.customs_package_id)
        asked = (dict(metadata)["entrygo-tenant"], stream_id)
        stream = [
            event for event in self.log if (f"{event.account_id}/{event.mode}", event.stream_id) == asked
        ]
        held = {event.sequence: event.id for event in stream}.get(request.after_sequence)
        if request.after_event_id not in ("", held):
            raise RemoteError(code=HistoryMismatch.code, kind=Kind.CONFLICT, message="mismatch")
        for event in stream:
            if event.sequence > request.after_sequence:
                yield event

    async def replay_events(
        self, request: events_pb2.ReplayEventsRequest, metadata: Metadata
    ) -> AsyncIterator[events_pb2.Event]:
        await self._check()
        assert dict(metadata) == dict(service_metadata(SERVICE_TOKEN, None))
        self.replayed_since.append(request.recorded_since)
        if len(self.replayed_since) > 1:
            self.replayed_again.set()
        for event in self.log:
            if event.occurred_at >= request.recorded_since:
                yield event

    async def history(self, metadata: Metadata, seconds: float) -> events_pb2.History:
        await self._check()
        assert dict(metadata) == dict(service_metadata(SERVICE_TOKEN, None))
        return events_pb2.History(epoch=self.epoch, database_time=rfc3339(self.now or datetime.now(UTC)))

    async def _check(self) -> None:
        if self.is_down:
            raise ServiceUnavailable
        if self.refuses:
            raise InvalidApiKey
        if self.is_silent:
            await asyncio.Event().wait()

    def _stream_of(self, customs_package_id: str) -> str:
        for event in self.log:
            if event.customs_package_generated.customs_package.id == customs_package_id:
                return event.stream_id
        return ""


class Owners:
    """Planning and execution."""

    def __init__(self) -> None:
        self.planning = MemoryOwner(PLANNING)
        self.execution = MemoryOwner(EXECUTION)
        self.by_source = {PLANNING: self.planning, EXECUTION: self.execution}

    @property
    def both(self) -> tuple[MemoryOwner, MemoryOwner]:
        return self.planning, self.execution

    def record(self, events: Iterable[events_pb2.Event]) -> None:
        for event in events:
            self.by_source[event.source].log.append(event)

    def put_back(self, events: Iterable[events_pb2.Event], *, epoch: str) -> None:
        """The databases of both owners are now copies that hold these events alone."""
        for owner in self.both:
            owner.log.clear()
            owner.epoch = epoch
        self.record(events)
