"""A channel to replicas of which one stops, as a process does that is frozen or swapped out."""

import asyncio
import socket
import struct
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import grpc
import psutil
import pytest
import pytest_asyncio
from grpc_health.v1 import health_pb2, health_pb2_grpc

from entrygo.process.settings import RpcClientSettings
from entrygo.rpc import resting
from entrygo.rpc.channel import PING_EVERY_MS, open_channel
from entrygo.rpc.resting import RestingChannel
from tests.harness import processes

REPLICA = """
import asyncio, sys
import grpc
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from entrygo.rpc.server import PING_OPTIONS

async def main(port):
    server = grpc.aio.server(options=PING_OPTIONS)
    servicer = health.aio.HealthServicer()
    await servicer.set("", health_pb2.HealthCheckResponse.SERVING)
    await servicer.set(port, health_pb2.HealthCheckResponse.SERVING)
    health_pb2_grpc.add_HealthServicer_to_server(servicer, server)
    server.add_insecure_port("127.0.0.1:" + port)
    await server.start()
    await server.wait_for_termination()

asyncio.run(main(sys.argv[1]))
"""
# Far beyond what leaving takes, and below the minute after which gRPC would leave by itself.
PATIENCE_SECONDS = 40.0
CALLS = 4
# Of the loopback, and nobody listens there.
NOBODY = "127.0.0.9"
# Half of the pause between two look-ups that gRPC makes by default.
FOUND_SECONDS = 15.0


@pytest.fixture
def replicas(tmp_path: Path) -> Iterator[list[tuple[int, psutil.Process]]]:
    """Two servers of their own processes, with their ports."""
    started = []
    for number in range(2):
        port, log = processes.free_port(), tmp_path / f"replica-{number}.log"
        process = processes.start([sys.executable, "-c", REPLICA, str(port)], log=log)
        started.append((port, process))
        processes.wait_for_port(port, process, log=log, seconds=30)
    try:
        yield [(port, psutil.Process(process.pid)) for port, process in started]
    finally:
        for _, process in started:
            processes.stop(process)


@pytest_asyncio.fixture
async def channel(replicas: list[tuple[int, psutil.Process]]) -> AsyncIterator[grpc.aio.Channel]:
    target = ",".join(f"127.0.0.1:{port}" for port, _ in replicas)
    async with open_channel(target, RpcClientSettings()) as opened:
        yield opened


async def asked(channel: grpc.aio.Channel) -> list[str]:
    """The outcomes of calls beside each other, which go to the replicas in turn."""

    async def ask() -> str:
        stub = health_pb2_grpc.HealthStub(channel)
        try:
            await stub.Check(health_pb2.HealthCheckRequest(), timeout=PATIENCE_SECONDS)
        except grpc.aio.AioRpcError as error:
            return error.code().name
        return "OK"

    return await asyncio.gather(*(ask() for _ in range(CALLS)))


async def until_all_take_their_turn(channel: grpc.aio.Channel, ports: list[int]) -> None:
    """Connecting takes a while, during which all calls go to the replica that is there."""
    stub = health_pb2_grpc.HealthStub(channel)
    for port in ports:
        while True:
            try:
                await stub.Check(health_pb2.HealthCheckRequest(service=str(port)), timeout=PATIENCE_SECONDS)
                break
            except grpc.aio.AioRpcError as error:
                # Another replica has no service of this name.
                if error.code() is not grpc.StatusCode.NOT_FOUND:
                    raise


async def test_calls_to_a_stopped_replica_end_and_the_next_ones_go_to_the_other(
    channel: grpc.aio.Channel, replicas: list[tuple[int, psutil.Process]]
) -> None:
    await until_all_take_their_turn(channel, [port for port, _ in replicas])
    with processes.frozen(replicas[0][1]):
        assert set(await asked(channel)) <= {"OK", "UNAVAILABLE"}
        assert set(await asked(channel)) == {"OK"}


async def test_a_channel_that_is_read_stays_connected(replicas: list[tuple[int, psutil.Process]]) -> None:
    # Whoever pings more often than a server allows is sent away after three pings, and pings less afterwards.
    (port, _), _ = replicas
    async with open_channel(f"127.0.0.1:{port}", RpcClientSettings()) as channel:
        watch = health_pb2_grpc.HealthStub(channel).Watch(health_pb2.HealthCheckRequest())
        assert await anext(aiter(watch)) is not None
        changed = channel.wait_for_state_change(grpc.ChannelConnectivity.READY)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(changed, 5 * PING_EVERY_MS / 1000)
        assert not channel.is_at_rest


async def test_a_channel_without_calls_lets_go_each_time_and_then_passes_a_stopped_replica_by(
    channel: RestingChannel, replicas: list[tuple[int, psutil.Process]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resting, "IDLE_SECONDS", 0.2)
    for _ in range(2):
        await until_all_take_their_turn(channel, [port for port, _ in replicas])
        await at_rest(channel, replicas)
    with processes.frozen(replicas[0][1]):
        assert set(await asked(channel)) == {"OK"}
    stub = health_pb2_grpc.HealthStub(channel)
    stub.Watch(health_pb2.HealthCheckRequest()).cancel()
    await at_rest(channel, replicas)


async def at_rest(channel: RestingChannel, replicas: list[tuple[int, psutil.Process]]) -> None:
    """Once no connection to a replica is left."""
    ports = {port for port, _ in replicas}
    async with asyncio.timeout(PATIENCE_SECONDS):
        # What is waited for is gRPC's, which has no event of it.
        while not channel.is_at_rest or any(  # noqa: ASYNC110
            each.raddr and each.raddr.port in ports for each in psutil.Process().net_connections()
        ):
            await asyncio.sleep(0.05)


class Names(asyncio.DatagramProtocol):
    """A name server that knows one name, which is at `address`."""

    def __init__(self, address: str) -> None:
        self.address = address

    def connection_made(self, transport: Any) -> None:
        self._transport = transport

    def datagram_received(self, data: bytes, addr: Any) -> None:
        question = data[12 : data.index(b"\0", 12) + 5]
        is_ipv4 = question[-4:-2] == b"\0\1"
        counts = struct.pack(">4H", 1, int(is_ipv4), 0, 0)
        answer = b"\xc0\x0c\0\1\0\1\0\0\0\1\0\4" + socket.inet_aton(self.address) if is_ipv4 else b""
        self._transport.sendto(data[:2] + b"\x81\x80" + counts + question + answer, addr)


async def test_a_service_that_has_moved_is_found_where_its_name_leads_now(
    replicas: list[tuple[int, psutil.Process]],
) -> None:
    loop, names = asyncio.get_running_loop(), Names(NOBODY)
    transport, _ = await loop.create_datagram_endpoint(lambda: names, local_addr=(processes.LOOPBACK, 0))
    port = transport.get_extra_info("sockname")[1]
    target = f"dns://{processes.LOOPBACK}:{port}/service.test:{replicas[0][0]}"
    async with open_channel(target, RpcClientSettings()) as channel:
        assert "OK" not in await asked(channel)
        names.address = processes.LOOPBACK
        async with asyncio.timeout(FOUND_SECONDS):
            # By nobody's event: each call may be the first that gets there.
            while "OK" not in await asked(channel):  # noqa: ASYNC110
                await asyncio.sleep(0.2)
    transport.close()
