"""Keys in memory."""

from entrygo.domain.errors import NotFound
from entrygo.gateway.services import Call, Reply
from entrygo.proto.identity.v1 import identity_pb2
from tests.fakes.memory import PLANNED_AT, Memory


class FakeKeys(Memory):
    """The keys of everybody; whose rights reach how far is not looked at."""

    def __init__(self) -> None:
        super().__init__()
        self.keys_of_all: list[identity_pb2.Key] = []

    async def ListKeys(
        self, request: identity_pb2.ListKeysRequest, call: Call
    ) -> identity_pb2.ListKeysResponse:
        self._enter(request, call)
        return identity_pb2.ListKeysResponse(data=reversed(self.keys_of_all))

    async def CreateKey(self, request: identity_pb2.CreateKeyRequest, call: Call) -> Reply[identity_pb2.Key]:
        account = self._enter(request, call, request.account_id)
        reply = self._once(account, "CreateKey", request, lambda: self._add(request))
        return _shown(reply)

    async def RotateKey(self, request: identity_pb2.RotateKeyRequest, call: Call) -> Reply[identity_pb2.Key]:
        account = self._enter(request, call)
        before = self._found(request.id)
        reply = self._once(account, "RotateKey", request, lambda: self._add(before))
        return _shown(reply)

    async def RevokeKey(self, request: identity_pb2.RevokeKeyRequest, call: Call) -> identity_pb2.Key:
        self._enter(request, call)
        found = self._found(request.id)
        found.status, found.revoked_at = "revoked", PLANNED_AT
        return found

    def _found(self, key_id: str) -> identity_pb2.Key:
        found = [each for each in self.keys_of_all if each.id == key_id]
        if not found:
            raise NotFound("Key not found.")
        return found[0]

    def _add(self, like: identity_pb2.CreateKeyRequest | identity_pb2.Key) -> identity_pb2.Key:
        made = identity_pb2.Key(
            id=self._new("key"),
            name=like.name,
            prefix="shpbndl_live_AbCd",
            mode="live",
            scopes=like.scopes,
            warehouse_id=like.warehouse_id,
            status="usable",
            created_at=PLANNED_AT,
        )
        self.keys_of_all.append(made)
        return made


def _shown(reply: Reply[identity_pb2.Key]) -> Reply[identity_pb2.Key]:
    shown = identity_pb2.Key(secret="" if reply.replayed else f"shpbndl_live_{'n' * 43}")
    shown.MergeFrom(reply.message)
    return Reply(shown, reply.replayed)
