"""Channels to other services: kept alive, balanced over workers, retried where a retry is harmless."""

import json
from functools import partial
from typing import Any

import grpc

from entrygo.process.rpc_credentials import channel_credentials, name_options
from entrygo.process.settings import RpcClientSettings
from entrygo.process.tls import CertificateRefused
from entrygo.rpc.resting import RestingChannel

# Planning makes plans of 60 MiB at most, but earlier releases stored larger ones: their events are read, too,
# or nothing behind them is.
MAX_RESPONSE_BYTES = 256 * 1024 * 1024
MAX_ERROR_BYTES = 8 * 1024 * 1024

PING_EVERY_MS = 2_000
PING_ANSWER_MS = 3_000

# Reads, and writes that are idempotent by themselves. A write without an idempotency key must not be
# repeated behind the caller's back, so no other method is listed.
REPEATABLE = {
    "identity.v1.Identity": ("WhoAmI",),
    "identity.v1.Keys": ("ListKeys", "RevokeKey"),
    "sync.v1.Sync": (
        "GetPlanningFacts",
        *(f"Get{kind}" for kind in ("Order", "Product", "Warehouse", "Broker", "Importer")),
        *(f"List{kind}s" for kind in ("Order", "Product", "Warehouse", "Broker", "Importer")),
    ),
    "planning.v1.Planning": (
        "ClaimExport",
        "ReleaseExport",
        "WithdrawExport",
        "GetSnapshot",
        "DiffPlans",
        "ListOrderExports",
        "ListRules",
        "GetPolicy",
        "EventsAfter",
        "GetHistory",
    ),
    "execution.v1.Execution": (
        "GetArtifact",
        "GetActualCosts",
        "GetBrokerPack",
        "ListEntrySummaries",
        "ListMailRecipients",
        "FindCustomsPackages",
        "FindBrokerLink",
        "FindMailRecipient",
        "PreviewBrokerTemplate",
        "EventsAfter",
        "GetHistory",
    ),
    "inspection.v1.Inspection": (
        "InspectExport",
        "GetCustomsPackage",
        "ListExports",
        "ListEvents",
        "SystemHealth",
    ),
    "inspection.v1.Webhooks": ("ListWebhooks", "GetWebhook", "ListDeliveries"),
}

REPEATABLE_METHODS = frozenset(
    f"/entrygo.proto.{service}/{method}" for service, methods in REPEATABLE.items() for method in methods
)
# What is UNAVAILABLE is asked for so often, at growing intervals.
ATTEMPTS = 3
FIRST_PAUSE_SECONDS = 0.05

SERVICE_CONFIG = json.dumps(
    {
        "loadBalancingConfig": [{"round_robin": {}}],
        # Each replica is watched; one that says that it does not serve, or stops, gets no further calls.
        "healthCheckConfig": {"serviceName": ""},
        "methodConfig": [
            {
                "name": [
                    {"service": f"entrygo.proto.{service}", "method": method}
                    for service, methods in REPEATABLE.items()
                    for method in methods
                ],
                "retryPolicy": {
                    "maxAttempts": ATTEMPTS,
                    "initialBackoff": f"{FIRST_PAUSE_SECONDS}s",
                    "maxBackoff": "1s",
                    "backoffMultiplier": 2,
                    "retryableStatusCodes": ["UNAVAILABLE"],
                },
            }
        ],
        "retryThrottling": {"maxTokens": 100, "tokenRatio": 0.1},
    }
)

OPTIONS: tuple[tuple[str, Any], ...] = (
    ("grpc.service_config", SERVICE_CONFIG),
    # A replica that hangs answers no ping: its connection ends after both, and with it the calls that wait
    # for it; new ones go to the others. gRPC answers pings beside the event loop, however busy that is.
    ("grpc.keepalive_time_ms", PING_EVERY_MS),
    ("grpc.keepalive_timeout_ms", PING_ANSWER_MS),
    # What ends a connection whose peer is stopped is the wait for a ping's answer, a minute by default.
    ("grpc.http2.ping_timeout_ms", PING_ANSWER_MS),
    ("grpc.keepalive_permit_without_calls", 1),
    # By default gRPC soon stops pinging over a channel on which nothing is sent.
    ("grpc.http2.max_pings_without_data", 0),
    ("grpc.max_receive_message_length", MAX_RESPONSE_BYTES),
    ("grpc.max_send_message_length", MAX_RESPONSE_BYTES),
    # Errors name every id at fault in the trailers: more than the default 16 KiB.
    ("grpc.max_metadata_size", MAX_ERROR_BYTES),
    ("grpc.absolute_max_metadata_size", MAX_ERROR_BYTES),
    # A restarted service is met again at once, not after the default backoff of up to two minutes.
    ("grpc.initial_reconnect_backoff_ms", 100),
    # So long an attempt to connect may take, whatever its name says.
    ("grpc.min_reconnect_backoff_ms", 1_000),
    ("grpc.max_reconnect_backoff_ms", 1_000),
    # A service that comes back has another address on Kubernetes. Names are looked up again when a connection
    # ends or cannot be made, by default once in half a minute.
    ("grpc.dns_min_time_between_resolutions_ms", 2_000),
)


def open_channel(target: str, security: RpcClientSettings) -> RestingChannel:
    """A channel to `host:port`, or to several workers as `host:port,host:port`.

    Raises CertificateRefused when what `security` names cannot be used.
    """
    address = f"ipv4:{_numeric(target)}" if "," in target else target
    credentials = channel_credentials(security)
    if credentials is None:
        return RestingChannel(partial(grpc.aio.insecure_channel, address, options=OPTIONS))
    if security.server_name is None and "," in target:
        raise CertificateRefused(f"ENTRYGO_RPC_CLIENT_SERVER_NAME must name the servers of {target}.")
    options = (*OPTIONS, *name_options(security))
    return RestingChannel(partial(grpc.aio.secure_channel, address, credentials, options=options))


def _numeric(targets: str) -> str:
    return targets.replace("localhost", "127.0.0.1").replace(" ", "")
