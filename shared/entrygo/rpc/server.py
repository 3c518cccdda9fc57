"""The gRPC server of a service: its door, health, reflection, identity, a clean stop."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from types import MappingProxyType
from typing import cast

import grpc
import structlog
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection, reflection_pb2_grpc

from entrygo.identity.authenticator import MAX_STRANGERS, Authenticator
from entrygo.process.pace import Pace
from entrygo.process.rpc_credentials import server_credentials
from entrygo.process.settings import RpcServerSettings, RpcServerTlsSettings, StopSettings
from entrygo.proto.identity.v1 import identity_pb2, identity_pb2_grpc
from entrygo.requests.holding import Holding
from entrygo.rpc.identity_servicer import IdentityServicer
from entrygo.rpc.interceptors.auth import Access, Admission, RequiredScopes
from entrygo.rpc.interceptors.door import DoorInterceptor
from entrygo.rpc.interceptors.stopping import RunningCalls
from entrygo.rpc.interceptors.turning_away import TurningAway
from entrygo.rpc.limits import CallLimits
from entrygo.rpc.local.server import LocalServer
from entrygo.rpc.strangers import Strangers
from entrygo.rpc.streams import HEALTH_WATCH

# After the grace time, so that the last answers are sent.
LAST_ANSWERS_SECONDS = 0.2
MAX_HELD = 400
# In line to be looked up, and those whose refusal is held back.
UNKNOWN_CALLERS = MAX_STRANGERS + MAX_HELD + 50
# How often each part is asked whether it is well: while there are calls or it is not, and at rest.
HEALTH_EVERY = 2.0  # seconds
HEALTH_AT_REST = 10.0  # seconds
# A connection is closed at this age, so that clients find new replicas; what is under way gets the grace,
# which is as long as a write may take.
CONNECTION_AGE_SECONDS = 300
AGE_GRACE_SECONDS = 60
_IDENTITY = identity_pb2.DESCRIPTOR.services_by_name["Identity"]
IDENTITY_SERVICE = _IDENTITY.full_name
OF_IDENTITY = tuple(method.name for method in _IDENTITY.methods)

log = structlog.get_logger(__name__)

# Adds a service's RPCs to a server, as the generated `add_…Servicer_to_server` does.
Register = Callable[[grpc.aio.Server], None]
Ready = Callable[[], Awaitable[bool]]


# Our own clients ping every two seconds, also without calls (entrygo.rpc.channel); a faster one is cut off.
# The name is that of the core: a misspelt one is ignored, and five minutes apply.
PING_OPTIONS: tuple[tuple[str, int], ...] = (
    ("grpc.http2.min_ping_interval_without_data_ms", 1_000),
    ("grpc.keepalive_permit_without_calls", 1),
)


class Server:
    """A built server: `serve` runs it until it is stopped."""

    def __init__(
        self,
        server: grpc.aio.Server,
        local: LocalServer,
        servicer: health.aio.HealthServicer,
        conditions: Mapping[tuple[str, ...], Ready],
        *,
        calls: RunningCalls,
        stopping: StopSettings,
        pace: Pace,
    ) -> None:
        self._server = server
        self.local = local
        self._health = servicer
        self._conditions = conditions
        self._calls = calls
        self._stopping = stopping
        self._pace = pace

    async def serve(self, stop: asyncio.Event) -> None:
        """Takes calls until `stop` and a little longer, then gives those under way the grace time."""
        await self._server.start()
        self.local.open()
        # Each by itself: a part that answers slowly must not hide the others.
        watchers = [asyncio.create_task(self._watch(*each)) for each in self._conditions.items()]
        try:
            await stop.wait()
        finally:
            await self._end()
            for watcher in watchers:
                watcher.cancel()
            await asyncio.gather(*watchers, return_exceptions=True)

    async def _end(self) -> None:
        """Reports not ready first, so that callers use another replica before this one refuses them."""
        await self._health.enter_graceful_shutdown()
        grace = self._stopping.stop_grace_seconds
        try:
            await asyncio.sleep(self._stopping.drain_seconds)
            self.local.close()
            closing = asyncio.create_task(self._server.stop(grace + LAST_ANSWERS_SECONDS))
            await self._calls.end(grace)
            await closing
        except asyncio.CancelledError:
            self.local.close()
            await self._server.stop(None)
            raise

    async def _watch(self, names: Sequence[str], ready: Ready) -> None:
        while True:
            serving = await ready()
            status = health_pb2.HealthCheckResponse.SERVING
            if not serving:
                status = health_pb2.HealthCheckResponse.NOT_SERVING
            for name in names:
                await self._health.set(name, status)
            await asyncio.sleep(self._pace.seconds if serving else HEALTH_EVERY)


def build_server(
    *,
    settings: RpcServerSettings,
    stopping: StopSettings,
    port: int,
    authenticator: Authenticator,
    required_scopes: RequiredScopes,
    register: Register,
    service_names: Sequence[str],
    ready: Ready,
    conditions: Mapping[str, Ready] = MappingProxyType({}),
    longest_rpc_seconds: int = AGE_GRACE_SECONDS,
) -> Server:
    """A server on `bind_host:port` with everything an EntryGo service offers besides its own RPCs.

    `required_scopes` names every RPC of the service; `ready` says whether writes can be taken, `conditions`
    how single parts are, under names of their own in gRPC's health service. An RPC that takes longer than
    `longest_rpc_seconds` may lose its connection to old age.
    """
    scopes: RequiredScopes = {
        **_standard_methods(settings),
        **required_scopes,
        **{f"/{IDENTITY_SERVICE}/{name}": Access.ANY_KEY for name in OF_IDENTITY},
    }
    pace = Pace(busy_seconds=HEALTH_EVERY, rest_seconds=HEALTH_AT_REST)
    calls = RunningCalls(pace)
    door = _door(settings, authenticator, scopes, calls)
    local = LocalServer(door, max_bytes=settings.max_message_bytes)
    server = grpc.aio.server(
        interceptors=(door,),
        # A last bound. The limits by key are met before; those whose key is looked up are few at once.
        maximum_concurrent_rpcs=settings.max_concurrent_rpcs + settings.max_streams + UNKNOWN_CALLERS,
        options=_options(settings, longest_rpc_seconds),
    )
    by_name = cast("grpc.aio.Server", _ByName(server, local))
    register(by_name)
    identity_pb2_grpc.add_IdentityServicer_to_server(IdentityServicer(authenticator), by_name)
    health_servicer = health.aio.HealthServicer()
    health_pb2_grpc.add_HealthServicer_to_server(health_servicer, by_name)
    names = (*service_names, IDENTITY_SERVICE, health.SERVICE_NAME, reflection.SERVICE_NAME)
    listing = reflection.aio.ReflectionServicer(service_names=names)
    reflection_pb2_grpc.add_ServerReflectionServicer_to_server(listing, by_name)
    address = f"{settings.bind_host}:{port}"
    _listen(server, address, settings.tls)
    # Each service is as well as the whole: it has one database.
    questions = {("", *names): ready, **{(name,): question for name, question in conditions.items()}}
    return Server(server, local, health_servicer, questions, calls=calls, stopping=stopping, pace=pace)


class _ByName:
    """What generated code registers with: handlers that are found by the name of their method.

    It would register each method besides, and for every call gRPC would wait for all of them anew.
    """

    def __init__(self, *servers: grpc.aio.Server | LocalServer) -> None:
        self._servers = servers

    def add_generic_rpc_handlers(self, handlers: Sequence[grpc.GenericRpcHandler]) -> None:
        """To each server: the one that listens, and the one for callers of this process."""
        for server in self._servers:
            server.add_generic_rpc_handlers(handlers)

    def add_registered_method_handlers(self, *_: object) -> None:
        """Nothing."""


def _door(
    settings: RpcServerSettings,
    authenticator: Authenticator,
    scopes: RequiredScopes,
    calls: RunningCalls,
) -> grpc.aio.ServerInterceptor:
    strangers = Strangers(settings.failures_per_second, gateway_tokens=settings.gateway_tokens)
    holding = Holding(MAX_HELD)
    limits = CallLimits(settings)
    admission = Admission(authenticator, scopes, limits=limits, strangers=strangers, holding=holding)
    return DoorInterceptor(TurningAway(strangers, holding), calls, admission)


def _options(settings: RpcServerSettings, longest_rpc_seconds: int) -> Sequence[tuple[str, int]]:
    return (
        ("grpc.max_receive_message_length", settings.max_message_bytes),
        ("grpc.max_send_message_length", -1),
        # A second process on the port must fail, not share it in silence.
        ("grpc.so_reuseport", 0),
        *PING_OPTIONS,
        ("grpc.max_connection_age_ms", CONNECTION_AGE_SECONDS * 1000),
        ("grpc.max_connection_age_grace_ms", longest_rpc_seconds * 1000),
    )


def _listen(server: grpc.aio.Server, address: str, tls: RpcServerTlsSettings) -> None:
    credentials = server_credentials(tls)
    if credentials is None:
        server.add_insecure_port(address)
    else:
        server.add_secure_port(address, credentials)
    log.info(
        "rpc.listening",
        address=address,
        tls=credentials is not None,
        client_certificates=tls.client_ca_file is not None,
    )


def _standard_methods(settings: RpcServerSettings) -> Mapping[str, Access]:
    """The scopes of gRPC's own services: health and, where the operator opens it, reflection."""
    return {
        f"/{reflection.SERVICE_NAME}/ServerReflectionInfo": (
            Access.OPEN if settings.open_reflection else Access.ANY_KEY
        ),
        HEALTH_WATCH: Access.KEY_OR_NONE,
    }
