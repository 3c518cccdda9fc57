"""Nothing is spent before the key is known, and nobody takes more than a share of the gateway."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import httpx
import orjson
import pytest
import uvicorn

from entrygo.gateway.app import create_app
from entrygo.gateway.settings import DoorSettings, GatewaySettings, TurnSettings
from entrygo.process.settings import MEBIBYTE, RateSettings
from entrygo.proto.events.v1 import events_pb2
from entrygo.proto.execution.v1 import execution_pb2
from entrygo.proto.inspection.v1 import inspection_pb2
from entrygo.proto.sync.v1 import sync_pb2
from tests.fakes import ACCOUNT, KEY, OTHER_KEY, FakeServices
from tests.unit.gateway.requests import order_body, planned_export
from tests.unit.gateway.serving import head, serving

SYNC = "/api/orders/sync"
HEALTH = "/api/system/health"
EXPORT = "/api/exports/batch_01h00000000000000000000000"
BEARER = {"authorization": f"Bearer {KEY}"}
STRANGER = "shpbndl_live_" + "s" * 43
PATIENCE = 60.0


@asynccontextmanager
async def client_of(services: FakeServices, **changes: Any) -> AsyncIterator[httpx.AsyncClient]:
    app = create_app(GatewaySettings(**changes), services=services)
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://gateway") as client:
        yield client


async def answer_to(port: int, sent: bytes) -> bytes:
    """Everything the server answers until it closes; nothing more is sent meanwhile."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(sent)
    answer = await asyncio.wait_for(reader.read(), PATIENCE)
    writer.close()
    return answer


def unfinished(key: str) -> bytes:
    """The head of a write, and one byte of its body."""
    lines = (f"Authorization: Bearer {key}", "Content-Type: application/json", "Content-Length: 100")
    return head(*lines, path=SYNC, method="POST") + b"{"


def asking(path: str = HEALTH, key: str = KEY) -> bytes:
    return head(f"Authorization: Bearer {key}", "Connection: close", path=path)


async def test_a_bad_key_is_refused_before_its_body_has_come(services: FakeServices) -> None:
    async with serving(services) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(unfinished(STRANGER))
        assert (await asyncio.wait_for(reader.readline(), PATIENCE)).startswith(b"HTTP/1.1 401 ")
        writer.close()


async def test_bodies_that_do_not_come_hold_no_slot(services: FakeServices) -> None:
    limits = DoorSettings(turns=TurnSettings(max_running_requests=1, max_running_per_account=1))
    async with serving(services, max_concurrent_requests=1, door=limits) as port:
        waiting = [await asyncio.open_connection("127.0.0.1", port) for _ in range(50)]
        for index, (_, writer) in enumerate(waiting):
            writer.write(unfinished(KEY if index % 2 else STRANGER))
            await writer.drain()
        assert (await answer_to(port, asking())).startswith(b"HTTP/1.1 200 ")
        for _, writer in waiting:
            writer.close()


@pytest.mark.usefixtures("same_second")
async def test_a_peer_that_guesses_keys_is_429_while_its_good_keys_pass(services: FakeServices) -> None:
    async with client_of(services, door=DoorSettings(failures_per_second=5)) as client:
        assert (await client.get(HEALTH, headers=BEARER)).status_code == 200
        guesses = [
            await client.get(HEALTH, headers={"authorization": f"Bearer {STRANGER[:-2]}{n:02}"})
            for n in range(10)
        ]
        assert [guess.status_code for guess in guesses[:5]] == [401] * 5
        assert guesses[-1].status_code == 429
        assert guesses[-1].json()["errorCode"] == "RATE_LIMITED"
        assert (await client.get(HEALTH, headers=BEARER)).status_code == 200


@pytest.mark.usefixtures("same_second")
async def test_requests_without_any_key_count_as_guesses(services: FakeServices) -> None:
    async with client_of(services, door=DoorSettings(failures_per_second=2)) as client:
        assert [(await client.get(HEALTH)).status_code for _ in range(3)] == [401, 401, 429]


@pytest.mark.usefixtures("same_second")
async def test_a_bad_key_is_asked_about_once(services: FakeServices) -> None:
    async with client_of(services) as client:
        for _ in range(5):
            await client.get(HEALTH, headers={"authorization": f"Bearer {STRANGER}"})
    assert len(services.calls) == 1


async def test_services_hear_of_which_client_a_request_is(services: FakeServices) -> None:
    limits = DoorSettings(trusted_proxies="127.0.0.1")
    async with client_of(services, door=limits) as client:
        await client.get(HEALTH, headers={**BEARER, "x-forwarded-for": "198.51.100.7, 127.0.0.1"})
    assert {call.peer for call in services.calls} == {"198.51.100.7"}


@pytest.mark.usefixtures("same_second")
async def test_a_key_beyond_its_requests_learns_the_limit_and_when_to_come_back(
    services: FakeServices,
) -> None:
    rates = RateSettings(requests_per_second=3)
    async with client_of(services, door=DoorSettings(rates=rates)) as client:
        answers = [await client.get(HEALTH, headers=BEARER) for _ in range(4)]
        assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
        assert answers[-1].headers["retry-after"] == "1"
        assert answers[-1].headers["ratelimit-policy"] == '"requests";q=3;w=1'
        assert answers[-1].headers["ratelimit"] == '"requests";r=0;t=1'
        other = await client.get(HEALTH, headers={"authorization": f"Bearer {OTHER_KEY}"})
        assert other.status_code == 200


@pytest.mark.usefixtures("same_second")
async def test_the_keys_of_an_account_share_what_the_account_may_ask_for(services: FakeServices) -> None:
    services.accounts[OTHER_KEY] = services.accounts[KEY]
    rates = RateSettings(account_requests_per_second=2)
    async with client_of(services, door=DoorSettings(rates=rates)) as client:
        keys = (KEY, OTHER_KEY, OTHER_KEY)
        answers = [await client.get(HEALTH, headers={"authorization": f"Bearer {key}"}) for key in keys]
        assert [answer.status_code for answer in answers] == [200, 200, 429]


@pytest.mark.usefixtures("same_second")
async def test_items_count_as_well_as_requests(services: FakeServices) -> None:
    body = order_body()
    body["items"] = [{**body["items"][0], "externalId": f"order-{n}"} for n in range(10)]
    rates = RateSettings(items_per_second=5)
    async with client_of(services, door=DoorSettings(rates=rates)) as client:
        # A batch that is larger than the bucket passes once.
        assert (await client.post(SYNC, json=body, headers=BEARER)).status_code == 200
        refused = await client.post(SYNC, json=body, headers=BEARER)
        assert (refused.status_code, refused.json()["details"]["limit"]) == (429, "items")


class Slow(FakeServices):
    """Holds every order list of one account until it is let go."""

    def __init__(self) -> None:
        super().__init__()
        self.begun = asyncio.Event()
        self.go = asyncio.Event()

    async def ListOrders(self, request: sync_pb2.ListRequest, call: Any) -> sync_pb2.ListOrdersResponse:
        if call.authorization.endswith(KEY):
            self.begun.set()
            await self.go.wait()
        return await super().ListOrders(request, call)


async def test_an_account_that_queues_many_requests_does_not_delay_another() -> None:
    services = Slow()
    limits = DoorSettings(turns=TurnSettings(max_running_requests=2, max_running_per_account=1))
    async with client_of(services, door=limits) as client:
        busy = [asyncio.create_task(client.get("/api/orders", headers=BEARER)) for _ in range(50)]
        await services.begun.wait()
        other = {"authorization": f"Bearer {OTHER_KEY}"}
        assert (await asyncio.wait_for(client.get("/api/orders", headers=other), PATIENCE)).status_code == 200
        services.go.set()
        assert {answer.status_code for answer in await asyncio.gather(*busy)} == {200}


class Waiting(FakeServices):
    """Holds every execute, as one does whose broker's mail server is silent, until it is let go."""

    def __init__(self) -> None:
        super().__init__()
        self.begun = asyncio.Event()
        self.go = asyncio.Event()

    async def ExecuteExport(self, request: execution_pb2.ExecuteExportRequest, call: Any) -> Any:
        self.begun.set()
        await self.go.wait()
        return await super().ExecuteExport(request, call)


async def test_executes_that_wait_for_a_mail_server_delay_no_other_request_of_their_account() -> None:
    services = Waiting()
    limits = DoorSettings(turns=TurnSettings(max_running_requests=2, max_running_per_account=1))
    async with client_of(services, door=limits) as client:
        client.headers.update(BEARER)
        export_id = (await planned_export(client))["exportId"]
        body = {"accountId": ACCOUNT, "batchId": export_id}
        executes = [asyncio.create_task(client.post("/api/exports/execute", json=body)) for _ in range(5)]
        await services.begun.wait()
        answer = await asyncio.wait_for(client.get("/api/orders"), PATIENCE)
        assert answer.status_code == 200
        services.go.set()
        await asyncio.gather(*executes)


async def test_a_line_that_is_full_is_503_for_that_account_and_has_room_for_others() -> None:
    services = Slow()
    limits = DoorSettings(turns=TurnSettings(max_running_requests=2, max_running_per_account=1))
    async with client_of(services, max_concurrent_requests=4, door=limits) as client:
        busy = [asyncio.create_task(client.get("/api/orders", headers=BEARER)) for _ in range(4)]
        refused = await next(asyncio.as_completed(busy))
        assert (refused.status_code, refused.headers["retry-after"]) == (503, "1")
        other = {"authorization": f"Bearer {OTHER_KEY}"}
        assert (await client.get("/api/orders", headers=other)).status_code == 200
        services.go.set()
        assert sorted(answer.status_code for answer in await asyncio.gather(*busy)) == [200, 200, 200, 503]


async def test_nobody_stands_in_line_for_ever() -> None:
    services = Slow()
    limits = DoorSettings(
        turns=TurnSettings(max_running_requests=1, max_running_per_account=1, max_wait_seconds=0.05)
    )
    async with client_of(services, door=limits) as client:
        busy = [asyncio.create_task(client.get("/api/orders", headers=BEARER)) for _ in range(2)]
        await services.begun.wait()
        # The other one holds its turn until it may go on.
        refused = await asyncio.wait_for(next(asyncio.as_completed(busy)), PATIENCE)
        assert (refused.status_code, refused.headers["retry-after"]) == (503, "1")
        services.go.set()
        assert sorted(answer.status_code for answer in await asyncio.gather(*busy)) == [200, 503]
        assert (await client.get("/api/orders", headers=BEARER)).status_code == 200


async def test_a_key_holds_a_share_of_the_bytes_in_memory(services: FakeServices) -> None:
    async with client_of(services, door=DoorSettings(max_held_body_bytes=1024 * 1024)) as client:
        large = b" " * (256 * 1024 + 1)
        headers = {**BEARER, "content-type": "application/json"}
        refused = await client.post(SYNC, content=large, headers=headers)
        assert (refused.status_code, refused.json()["errorCode"]) == (429, "RATE_LIMITED")
        # What was taken for it is given back.
        assert (await client.post(SYNC, content=large[:-1], headers=headers)).status_code == 400


class Large(FakeServices):
    """Every export has some megabytes."""

    async def InspectExport(self, request: inspection_pb2.InspectExportRequest, call: Any) -> Any:
        flags = ["x" * 8 * MEBIBYTE]
        plan = events_pb2.Plan(estimated_import_savings_usd="0", flags=flags)
        return inspection_pb2.Export(export_id=request.export_id, state="BATCHED", plan=plan)


async def test_answers_that_an_account_does_not_read_have_a_share_of_the_memory() -> None:
    limits = DoorSettings(max_held_body_bytes=MEBIBYTE)
    async with serving(Large(), door=limits) as port:
        with socket.socket() as silent:
            silent.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65_536)
            silent.setblocking(False)
            loop = asyncio.get_running_loop()
            await loop.sock_connect(silent, ("127.0.0.1", port))
            await loop.sock_sendall(silent, asking(EXPORT))
            assert (await loop.sock_recv(silent, 12)) == b"HTTP/1.1 200"
            assert (await answer_to(port, asking(EXPORT))).startswith(b"HTTP/1.1 429 ")
            # What is small is read at once, and others have shares of their own.
            assert (await answer_to(port, asking())).startswith(b"HTTP/1.1 200 ")
            assert (await answer_to(port, asking(EXPORT, OTHER_KEY))).startswith(b"HTTP/1.1 200 ")
        async with asyncio.timeout(PATIENCE):
            while not (await answer_to(port, asking(EXPORT))).startswith(b"HTTP/1.1 200 "):
                pass


async def test_a_large_body_is_read_beside_the_event_loop(
    services: FakeServices, monkeypatch: pytest.MonkeyPatch
) -> None:
    threads: list[object] = []
    to_thread: Callable[..., Any] = asyncio.to_thread

    async def noted(work: Callable[..., Any], *given: Any) -> Any:
        threads.append(work)
        return await to_thread(work, *given)

    monkeypatch.setattr(asyncio, "to_thread", noted)
    async with client_of(services) as client:
        small = await client.post(SYNC, json=order_body(), headers=BEARER)
        assert (small.status_code, threads) == (200, [])
        padded = orjson.dumps(order_body()) + b" " * 1024 * 1024
        headers = {**BEARER, "content-type": "application/json"}
        assert (await client.post(SYNC, content=padded, headers=headers)).status_code == 200
        assert len(threads) == 1


async def test_a_peer_has_so_many_connections(services: FakeServices) -> None:
    async with serving(services, door=DoorSettings(max_connections_per_peer=3)) as port:
        held = [await asyncio.open_connection("127.0.0.1", port) for _ in range(3)]
        refused = await answer_to(port, b"")
        assert refused.startswith(b"HTTP/1.1 429 ")
        assert orjson.loads(refused.split(b"\r\n\r\n", 1)[1])["errorCode"] == "RATE_LIMITED"
        for reader, writer in held:
            writer.write(asking())
            assert (await reader.read()).startswith(b"HTTP/1.1 200 ")
            writer.close()
        assert (await answer_to(port, asking())).startswith(b"HTTP/1.1 200 ")


async def test_behind_a_listed_proxy_connections_are_those_of_many(services: FakeServices) -> None:
    limits = DoorSettings(max_connections_per_peer=1, trusted_proxies="127.0.0.0/8")
    async with serving(services, door=limits) as port:
        held = [await asyncio.open_connection("127.0.0.1", port) for _ in range(5)]
        assert (await answer_to(port, asking())).startswith(b"HTTP/1.1 200 ")
        for _, writer in held:
            writer.close()


async def test_a_peer_has_so_many_unfinished_requests(services: FakeServices) -> None:
    async with serving(services, door=DoorSettings(max_unfinished_per_peer=2)) as port:
        held = [await asyncio.open_connection("127.0.0.1", port) for _ in range(2)]
        for _, writer in held:
            writer.write(unfinished(KEY))
            await writer.drain()
        refused = await answer_to(port, unfinished(KEY))
        assert refused.startswith(b"HTTP/1.1 429 ")
        for _, writer in held:
            writer.close()


async def test_requests_that_are_complete_are_none_of_the_unfinished(services: FakeServices) -> None:
    async with serving(services, door=DoorSettings(max_unfinished_per_peer=2)) as port:
        for _ in range(3):
            assert (await answer_to(port, asking())).startswith(b"HTTP/1.1 200 ")


async def test_a_body_below_the_least_pace_loses_its_connection(
    services: FakeServices, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("entrygo.gateway.guard.PACE_SECONDS", 0.1)
    async with serving(services) as port:
        assert await answer_to(port, unfinished(KEY)) == b""


@pytest.mark.usefixtures("same_second")
async def test_a_client_is_known_by_what_a_listed_proxy_says(services: FakeServices) -> None:
    limits = DoorSettings(failures_per_second=1, trusted_proxies="127.0.0.1,10.0.0.0/8")
    async with client_of(services, door=limits) as client:

        async def status(forwarded: str) -> int:
            return (await client.get(HEALTH, headers={"x-forwarded-for": forwarded})).status_code

        assert await status("198.51.100.7, 10.0.0.1") == 401
        assert await status("203.0.113.9, 198.51.100.7, 10.0.0.2") == 429
        assert await status("198.51.100.8") == 401


@pytest.mark.usefixtures("same_second")
@pytest.mark.parametrize("listed", ["", "10.0.0.0/8"])
async def test_what_an_unlisted_client_says_of_others_is_not_believed(
    services: FakeServices, listed: str
) -> None:
    limits = DoorSettings(failures_per_second=1, trusted_proxies=listed)
    async with client_of(services, door=limits) as client:
        statuses = [
            (await client.get(HEALTH, headers={"x-forwarded-for": f"198.51.100.{n}"})).status_code
            for n in range(2)
        ]
    assert statuses == [401, 429]


async def test_links_of_a_peer_are_counted(services: FakeServices) -> None:
    async with client_of(services, door=DoorSettings(failures_per_second=1)) as client:
        answers = [await client.get("/broker/bm9uZQ.bm9uZQ") for _ in range(2)]
    assert [answer.status_code for answer in answers] == [404, 429]
    assert answers[1].headers["content-type"].startswith("text/html")


async def test_downloads_of_a_key_are_counted_until_their_last_byte(services: FakeServices) -> None:
    async with serving(
        services, answer_timeout_seconds=30.0, door=DoorSettings(max_downloads_per_key=1)
    ) as port:
        path = "/api/customs-packages/cp_1/artifacts/a.json"
        for _ in range(3):
            # Each ends, with 404, before the next begins: what it held is given back.
            assert (await answer_to(port, asking(path))).startswith(b"HTTP/1.1 404 ")


async def test_requests_that_outlast_the_grace_are_answered_in_the_error_shape() -> None:
    services = Slow()
    config = uvicorn.Config(
        create_app(GatewaySettings(), services=services), port=0, lifespan="off", log_config=None,
        timeout_graceful_shutdown=0,
    )  # fmt: skip
    server = uvicorn.Server(config)
    config.load()
    server.lifespan = config.lifespan_class(config)
    await server.startup()
    port = server.servers[0].sockets[0].getsockname()[1]
    asked = asyncio.create_task(answer_to(port, asking("/api/orders")))
    await services.begun.wait()
    await server.shutdown()
    answer = await asked
    assert answer.startswith(b"HTTP/1.1 503 ")
    assert orjson.loads(answer.split(b"\r\n\r\n", 1)[1])["errorCode"] == "SERVICE_UNAVAILABLE"
