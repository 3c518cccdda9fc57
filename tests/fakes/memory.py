"""What the fake services share: who calls, facts and exports by account, answers by idempotency key."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any, TypeVar

from google.protobuf.message import Message

from entrygo.domain.errors import (
    IdempotencyConflict,
    InvalidAccountScope,
    InvalidApiKey,
    InvalidExportState,
    NotFound,
    ValidationFailed,
)
from entrygo.domain.principal import ALL_SCOPES
from entrygo.domain.time import rfc3339
from entrygo.gateway.services import Call, Reply
from entrygo.process.clock import utc_now
from entrygo.proto.events.v1 import events_pb2
from entrygo.proto.execution.v1 import execution_pb2
from entrygo.proto.identity.v1 import identity_pb2
from entrygo.proto.inspection.v1 import inspection_pb2

M = TypeVar("M", bound=Message)

ACCOUNT = "acc_123"
KEY = "shpbndl_live_" + "k" * 43
OTHER_ACCOUNT = "acc_999"
OTHER_KEY = "shpbndl_live_" + "o" * 43
PLANNED_AT = "2026-03-11T16:00:00.000Z"
EXECUTED_AT = "2026-03-11T16:10:00.000Z"


class Memory:
    """Accounts see their own facts only, as with the real services."""

    def __init__(self) -> None:
        self.accounts = {KEY: ACCOUNT, OTHER_KEY: OTHER_ACCOUNT}
        self.requests: list[Message] = []
        self.calls: list[Call] = []
        self.failure: Exception | None = None
        self._facts: dict[tuple[str, str, str], Any] = {}
        self._exports: dict[tuple[str, str], inspection_pb2.Export] = {}
        self._answers: dict[tuple[str, str, str], tuple[bytes, Message]] = {}
        self.reconciliations: dict[str, list[execution_pb2.EntryReconciliation]] = {}
        self._count = 0

    async def WhoAmI(self, request: identity_pb2.WhoAmIRequest, call: Call) -> identity_pb2.WhoAmIResponse:
        account = self._account(call)
        return identity_pb2.WhoAmIResponse(
            account_id=account, mode="live", key_id=f"key_of_{account}", scopes=sorted(map(str, ALL_SCOPES))
        )

    async def OpenSession(
        self, request: identity_pb2.OpenSessionRequest, call: Call
    ) -> identity_pb2.OpenSessionResponse:
        secret = f"shpbndl_session_{self._new('s')}"
        self.accounts[secret] = self._account(call)
        lasts = rfc3339(utc_now() + timedelta(hours=12))
        return identity_pb2.OpenSessionResponse(secret=secret, expires_at=lasts)

    async def EndSession(
        self, request: identity_pb2.EndSessionRequest, call: Call
    ) -> identity_pb2.EndSessionResponse:
        del self.accounts[call.authorization.removeprefix("Bearer ")]
        return identity_pb2.EndSessionResponse()

    def _account(self, call: Call) -> str:
        self.calls.append(call)
        if self.failure is not None:
            raise self.failure
        key = call.authorization.removeprefix("Bearer ")
        if key not in self.accounts:
            raise InvalidApiKey
        return self.accounts[key]

    def _enter(self, request: Message, call: Call, payload_account: str | None = None) -> str:
        account = self._account(call)
        if payload_account is not None and payload_account != account:
            details = {"apiKeyAccountId": account, "payloadAccountId": payload_account}
            raise InvalidAccountScope(details=details)
        self.requests.append(request)
        return account

    def _once(self, account: str, operation: str, request: Any, work: Callable[[], M]) -> Reply[M]:
        key: str = request.idempotency_key
        payload = type(request)()
        payload.CopyFrom(request)
        payload.ClearField("idempotency_key")
        fingerprint: bytes = payload.SerializeToString(deterministic=True)
        known = self._answers.get((account, operation, key)) if key else None
        if known is None:
            answer = work()
            self._answers[account, operation, key] = (fingerprint, answer)
            return Reply(answer)
        if known[0] != fingerprint:
            raise IdempotencyConflict
        stored: Any = known[1]
        return Reply(stored, replayed=True)

    def _new(self, prefix: str) -> str:
        self._count += 1
        return f"{prefix}_{self._count:026d}"

    def _put(self, kind: str, account: str, fact: M) -> M:
        stamped: Any = fact
        stamped.created_at = stamped.updated_at = PLANNED_AT
        self._facts[kind, account, stamped.id] = fact
        return fact

    def _id_of(self, kind: str, account: str, external_id: str) -> str | None:
        owned = (fact for (of, owner, _), fact in self._facts.items() if (of, owner) == (kind, account))
        return next((str(fact.id) for fact in owned if fact.external_id == external_id), None)

    def _export(self, account: str, export_id: str) -> inspection_pb2.Export:
        if (account, export_id) not in self._exports:
            raise NotFound("Export batch not found.")
        return self._exports[account, export_id]

    def _package(self, account: str, id: str) -> events_pb2.CustomsPackage:
        for (owner, _), export in self._exports.items():
            if owner == account and export.customs_package.id == id:
                return export.customs_package
        raise NotFound("Customs package not found.")

    def _advance(self, export: inspection_pb2.Export, state: str, event: str) -> None:
        if export.state != ("COMPLETED" if state == "WITHDRAWN" else "BATCHED"):
            details = {"currentState": export.state}
            raise InvalidExportState("Export batch cannot be executed from current state.", details=details)
        export.state = state
        export.version += 1
        export.events.append(self._entry(event))

    def _entry(self, type_: str) -> inspection_pb2.TimelineEntry:
        return inspection_pb2.TimelineEntry(
            id=self._new("evt"), type=type_, created_at=PLANNED_AT, payload_json='{"batchId":"batch"}'
        )


def start_of(cursor: str) -> int:
    if cursor and not (cursor.isascii() and cursor.isdecimal()):
        raise ValidationFailed.of([("cursor", "Not a cursor of this list", "invalid_string")])
    return int(cursor or 0)
