"""`python -m entrygo.process.healthcheck <port | url>`: 0 when the process behind it serves. For containers.

A port means gRPC's standard health service on this host, a URL any 2xx answer. The settings for TLS are those
of our own clients: ENTRYGO_RPC_CLIENT_* and ENTRYGO_GATEWAY_CA_FILE.
"""

import os
import ssl
import sys
import urllib.request

import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc

from entrygo.process.rpc_credentials import channel_credentials, name_options
from entrygo.process.settings import RpcClientSettings

ANSWER_SECONDS = 3.0
GATEWAY_AUTHORITY = "ENTRYGO_GATEWAY_CA_FILE"


def main(arguments: list[str]) -> int:
    """The exit status; 2 when it was called wrongly."""
    if len(arguments) != 1:
        sys.stderr.write("usage: python -m entrygo.process.healthcheck <port | url>\n")
        return 2
    [target] = arguments
    is_serving = is_grpc_serving(int(target)) if target.isdecimal() else is_http_ok(target)
    return 0 if is_serving else 1


def is_grpc_serving(port: int) -> bool:
    with _channel(f"127.0.0.1:{port}", RpcClientSettings()) as channel:
        stub = health_pb2_grpc.HealthStub(channel)
        try:
            answer = stub.Check(health_pb2.HealthCheckRequest(), timeout=ANSWER_SECONDS)
        except grpc.RpcError:
            return False
    return bool(answer.status == health_pb2.HealthCheckResponse.SERVING)


def _channel(target: str, security: RpcClientSettings) -> grpc.Channel:
    credentials = channel_credentials(security)
    if credentials is None:
        return grpc.insecure_channel(target)
    return grpc.secure_channel(target, credentials, options=name_options(security))


def is_http_ok(url: str) -> bool:
    # The address comes from the command line of the container, not from a caller.
    try:
        context = ssl.create_default_context(cafile=os.environ.get(GATEWAY_AUTHORITY) or None)
        with urllib.request.urlopen(url, timeout=ANSWER_SECONDS, context=context) as answer:  # noqa: S310
            return bool(200 <= answer.status < 300)
    except OSError:
        return False


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
