"""How each kind of part shows that it is ready: gRPC health, an HTTP answer, an open TCP port."""

import asyncio
import ssl
from functools import cache

import grpc
import httpx

from entrygo.process.rpc_credentials import channel_credentials, name_options
from entrygo.process.settings import RpcClientSettings
from entrygo.rpc.health import is_serving

ANSWER_SECONDS = 2.0


async def is_port_open(host: str, port: int) -> bool:
    """Whether somebody takes a connection there within two seconds."""
    try:
        async with asyncio.timeout(ANSWER_SECONDS):
            _, writer = await asyncio.open_connection(host, port)
    except (OSError, TimeoutError):
        return False
    writer.close()
    return True


async def is_http_ok(url: str, trusted: ssl.SSLContext | bool = True) -> bool:
    """Whether a GET is answered with 2xx within two seconds, by a server whose certificate is trusted."""
    verify = usual_trust() if trusted is True else trusted
    async with httpx.AsyncClient(trust_env=False, timeout=ANSWER_SECONDS, verify=verify) as client:
        try:
            return (await client.get(url)).is_success
        except httpx.HTTPError:
            return False


@cache
def usual_trust() -> ssl.SSLContext:
    """What httpx trusts by default. Made once: reading the authorities takes longer than asking over HTTP."""
    return httpx.create_ssl_context()


async def is_grpc_serving(target: str, security: RpcClientSettings) -> bool:
    """A channel of its own each time: a kept one would wait between attempts to connect."""
    credentials = channel_credentials(security)
    opened = (
        grpc.aio.insecure_channel(target)
        if credentials is None
        else grpc.aio.secure_channel(target, credentials, options=name_options(security))
    )
    async with opened as channel:
        return await is_serving(channel, ANSWER_SECONDS)
