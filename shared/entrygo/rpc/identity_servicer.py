"""Identity: who the caller is, as the auth interceptor found out, and sessions that stand for a key."""

from typing import Any

import grpc

from entrygo.domain.time import rfc3339
from entrygo.identity.authenticator import Authenticator
from entrygo.identity.current import principal
from entrygo.proto.identity.v1 import identity_pb2, identity_pb2_grpc


class IdentityServicer(identity_pb2_grpc.IdentityServicer):
    """Answers for whichever service it is registered with."""

    def __init__(self, authenticator: Authenticator) -> None:
        self._authenticator = authenticator

    async def WhoAmI(
        self,
        request: identity_pb2.WhoAmIRequest,
        context: "grpc.aio.ServicerContext[Any, Any]",
    ) -> identity_pb2.WhoAmIResponse:
        caller = principal()
        return identity_pb2.WhoAmIResponse(
            account_id=caller.tenant.account_id,
            mode=str(caller.tenant.mode),
            key_id=caller.key_id,
            scopes=sorted(map(str, caller.scopes)),
            warehouse_id=caller.warehouse_id or "",
        )

    async def OpenSession(
        self,
        request: identity_pb2.OpenSessionRequest,
        context: "grpc.aio.ServicerContext[Any, Any]",
    ) -> identity_pb2.OpenSessionResponse:
        secret, expires_at = await self._authenticator.open_session(principal())
        return identity_pb2.OpenSessionResponse(secret=secret, expires_at=rfc3339(expires_at))

    async def EndSession(
        self,
        request: identity_pb2.EndSessionRequest,
        context: "grpc.aio.ServicerContext[Any, Any]",
    ) -> identity_pb2.EndSessionResponse:
        await self._authenticator.end_session(principal())
        return identity_pb2.EndSessionResponse()
