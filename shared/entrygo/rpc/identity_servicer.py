"""Identity.WhoAmI: who the caller is, as the auth interceptor found out."""

from typing import Any

import grpc

from entrygo.identity.current import principal
from entrygo.proto.identity.v1 import identity_pb2, identity_pb2_grpc


class IdentityServicer(identity_pb2_grpc.IdentityServicer):
    """Answers for whichever service it is registered with."""

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
