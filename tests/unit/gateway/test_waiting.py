"""Requests that wait for a change, and streams of events, over services in memory."""

import asyncio
import contextlib
import gc
import json
from collections.abc import AsyncGenerator
from typing import Any

import httpx
import pytest
import pytest_asyncio
from starlette.requests import Request

from entrygo.domain.errors import EntryGoError, RateLimited, ValidationFailed
from entrygo.gateway.app import create_app
from entrygo.gateway.services import Call
from entrygo.gateway.settings import DoorSettings, GatewaySettings, TurnSettings
from entrygo.gateway.waiting import LONGEST_WAIT_SECONDS, wait_asked
from entrygo.proto.inspection.v1 import inspection_pb2
from entrygo.requests.holding import Holding
from tests.fakes import KEY, FakeServices

EXPORT = "batch_1"
PATH = f"/api/exports/{EXPORT}"
PATIENCE = 20.0


class Living(FakeServices):
    """One export and one feed that grow while somebody listens."""

    def __init__(self) -> None:
        super().__init__()
        self.export = inspection_pb2.Export(export_id=EXPORT, state="BATCHED", version=1)
        self.export.plan.SetInParent()
        self.events: list[inspection_pb2.FeedEvent] = []
        self.listening = asyncio.Event()
        self.left = asyncio.Event()
        self.refusal: EntryGoError | None = None
        self._changed = asyncio.Condition()

    async def change(self) -> None:
        """The next version of the export, and its event."""
        async with self._changed:
            self.listening.clear()
            self.export.version += 1
            number = str(self.export.version)
            self.events.append(
                inspection_pb2.FeedEvent(cursor=number, type="export.planned", body_json=f'{{"n":{number}}}')
            )
            self._changed.notify_all()

    async def InspectExport(self, request: Any, call: Call) -> inspection_pb2.Export:
        return self.export

    async def WatchExport(self, request: Any, call: Call) -> AsyncGenerator[inspection_pb2.Export, None]:
        async with contextlib.aclosing(self._each_change()) as changes:
            async for _ in changes:
                yield self.export

    async def ListEvents(self, request: Any, call: Call) -> inspection_pb2.ListEventsResponse:
        found = [event for event in self.events if int(event.cursor) > int(request.cursor or 0)]
        last = found[-1].cursor if found else request.cursor or "0"
        return inspection_pb2.ListEventsResponse(data=found, next_cursor=last)

    async def stream(self, method: Any, request: Any, call: Call) -> Any:
        if self.refusal is not None:
            raise self.refusal
        if getattr(request, "cursor", "") == "broken":
            raise ValidationFailed.of([("cursor", "Not a cursor", "invalid_string")])
        return await super().stream(method, request, call)

    async def WatchEvents(self, request: Any, call: Call) -> AsyncGenerator[inspection_pb2.FeedEvent, None]:
        seen = int(request.cursor or (0 if request.export_id else self.export.version))
        if request.tell_start and not request.export_id:
            yield inspection_pb2.FeedEvent(cursor=str(seen))
        async with contextlib.aclosing(self._each_change()) as changes:
            async for _ in changes:
                for event in [event for event in self.events if int(event.cursor) > seen]:
                    seen = int(event.cursor)
                    yield event

    async def _each_change(self) -> AsyncGenerator[None, None]:
        try:
            while True:
                yield
                async with self._changed:
                    # Everything so far was taken.
                    self.listening.set()
                    await self._changed.wait()
        finally:
            self.left.set()


@pytest.fixture
def living() -> Living:
    return Living()


@pytest.fixture
def stop() -> asyncio.Event:
    return asyncio.Event()


@pytest_asyncio.fixture
async def client(living: Living, stop: asyncio.Event) -> Any:
    door = DoorSettings(
        max_event_streams_per_key=1, turns=TurnSettings(max_running_requests=1), event_stream_seconds=60
    )
    app = create_app(GatewaySettings(door=door), services=living, stop=stop)
    headers = {"authorization": f"Bearer {KEY}"}
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://gateway", headers=headers) as opened:
        yield opened


def knowing(version: int, seconds: int) -> dict[str, str]:
    return {"if-none-match": f'"{version}"', "prefer": f"wait={seconds}"}


async def test_a_waiting_request_is_answered_by_the_change(client: httpx.AsyncClient, living: Living) -> None:
    waiting = asyncio.ensure_future(client.get(PATH, headers=knowing(1, 25)))
    await living.listening.wait()
    await living.change()
    answer = await waiting
    assert (answer.status_code, answer.headers["etag"]) == (200, '"2"')
    assert answer.headers["preference-applied"] == "wait=25"
    assert living.left.is_set()


async def test_whoever_waits_keeps_no_export_in_memory(client: httpx.AsyncClient, living: Living) -> None:
    waiting = asyncio.ensure_future(client.get(PATH, headers=knowing(1, 25)))
    await living.listening.wait()
    assert [one for one in gc.get_referrers(living.export) if one is not vars(living)] == []
    await living.change()
    assert (await waiting).status_code == 200


async def test_nothing_changed_is_304_when_the_time_is_over(
    client: httpx.AsyncClient, living: Living
) -> None:
    answer = await client.get(PATH, headers=knowing(1, 0))
    assert (answer.status_code, answer.content, answer.headers["etag"]) == (304, b"", '"1"')


async def test_who_knows_an_older_version_does_not_wait(client: httpx.AsyncClient, living: Living) -> None:
    answer = await client.get(PATH, headers=knowing(0, 25))
    assert answer.status_code == 200
    assert "preference-applied" not in answer.headers
    assert not living.listening.is_set()


async def test_who_waits_takes_no_turn_of_others_and_one_place_of_its_own(
    client: httpx.AsyncClient, living: Living
) -> None:
    waiting = asyncio.ensure_future(client.get(PATH, headers=knowing(1, 25)))
    await living.listening.wait()
    # The only turn there is.
    assert (await client.get(PATH)).status_code == 200
    assert (await client.get(PATH, headers=knowing(1, 25))).status_code == 429
    await living.change()
    assert (await waiting).status_code == 200
    assert (await client.get(PATH, headers=knowing(1, 25))).status_code == 200


async def test_whoever_waits_is_let_go_when_the_gateway_stops(
    client: httpx.AsyncClient, living: Living, stop: asyncio.Event
) -> None:
    waiting = asyncio.ensure_future(client.get(PATH, headers=knowing(1, 25)))
    await living.listening.wait()
    stop.set()
    async with asyncio.timeout(10):
        assert (await waiting).status_code == 304


async def test_a_stream_tells_what_there_is_and_then_what_comes(
    client: httpx.AsyncClient, living: Living, stop: asyncio.Event
) -> None:
    await living.change()
    listening = asyncio.ensure_future(client.get(f"{PATH}/stream"))
    await living.listening.wait()
    await living.change()
    await living.listening.wait()
    stop.set()
    answer = await listening
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert answer.text == 'retry: 2000\n\nid: 2\ndata: {"n":2}\n\nid: 3\ndata: {"n":3}\n\n'


async def test_a_stream_from_now_on_says_first_where_it_begins(
    client: httpx.AsyncClient, living: Living, stop: asyncio.Event
) -> None:
    """Who loses it before the first event goes on there."""
    listening = asyncio.ensure_future(client.get("/api/events/stream"))
    await living.listening.wait()
    stop.set()
    assert (await listening).text == "retry: 2000\n\nid: 1\n\n"


async def test_a_stream_goes_on_after_the_last_event_id(client: httpx.AsyncClient, living: Living) -> None:
    for _ in range(3):
        await living.change()
    headers = {"last-event-id": "3", "prefer": "wait=0"}
    answer = await client.get("/api/events/stream", headers=headers)
    assert answer.text == 'retry: 2000\n\nid: 4\ndata: {"n":4}\n\n'


async def test_no_text_of_an_event_ends_a_line_of_its_stream(
    client: httpx.AsyncClient, living: Living
) -> None:
    event = {"reason": "too\u2028la\u2029te\x85 für 中"}
    body = json.dumps(event, ensure_ascii=False)
    living.events.append(inspection_pb2.FeedEvent(cursor="4", type="export.cancelled", body_json=body))
    headers = {"last-event-id": "3", "prefer": "wait=0"}
    answer = await client.get("/api/events/stream", headers=headers)
    [data] = [line for line in answer.text.splitlines() if line.startswith("data: ")]
    assert json.loads(data.removeprefix("data: ")) == event
    assert "für 中" in data


async def test_a_broken_cursor_has_a_status_and_not_a_stream(client: httpx.AsyncClient) -> None:
    answer = await client.get("/api/events/stream", headers={"last-event-id": "broken"})
    assert (answer.status_code, answer.json()["errorCode"]) == (400, "VALIDATION_ERROR")


async def test_a_stream_that_the_service_refuses_has_a_status_and_not_a_stream(
    client: httpx.AsyncClient, living: Living
) -> None:
    living.refusal = RateLimited("Too many streams of this key")
    answer = await client.get("/api/events/stream")
    assert (answer.status_code, answer.json()["errorCode"]) == (429, "RATE_LIMITED")


@pytest.mark.parametrize(
    ("lines", "seconds"),
    [
        ([], None),
        (["wait=7"], 7),
        (['respond-async, wait="3"; x=1'], 3),
        (["return=minimal", "Wait = 4"], 4),
        (["wait=900"], LONGEST_WAIT_SECONDS),
        (["wait=-1"], None),
        (["wait=soon"], None),
    ],
)
def test_preference_to_wait_is_read_as_rfc_7240_writes_it(lines: list[str], seconds: int | None) -> None:
    headers = [(b"prefer", line.encode()) for line in lines]
    assert wait_asked(Request({"type": "http", "headers": headers})) == seconds


async def test_a_stream_too_many_is_refused_a_moment_later(
    client: httpx.AsyncClient, living: Living, monkeypatch: pytest.MonkeyPatch
) -> None:
    held, over = asyncio.Event(), asyncio.Event()

    async def hold(holding: Holding, seconds: float) -> None:
        held.set()
        await over.wait()

    monkeypatch.setattr(Holding, "hold", hold)
    first = asyncio.ensure_future(client.get(PATH, headers=knowing(1, 25)))
    await living.listening.wait()
    second = asyncio.ensure_future(client.get(PATH, headers=knowing(1, 25)))
    async with asyncio.timeout(PATIENCE):
        await held.wait()
    assert not second.done()
    over.set()
    assert (await second).status_code == 429
    await living.change()
    assert (await first).status_code == 200
