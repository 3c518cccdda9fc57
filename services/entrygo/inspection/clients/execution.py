"""Execution, which holds the mail server."""

import grpc

from entrygo.domain.principal import Visible
from entrygo.inspection.webhooks.mailing import notice_of
from entrygo.inspection.webhooks.records import OwedMail
from entrygo.proto.execution.v1 import execution_pb2_grpc
from entrygo.rpc.calls import service_metadata
from entrygo.rpc.errors import remote_in_our_name

CALL_SECONDS = 10.0


class ExecutionMailer:
    """The mailer behind execution's gRPC service."""

    def __init__(self, channel: grpc.aio.Channel, *, service_token: str | None) -> None:
        self._stub = execution_pb2_grpc.ExecutionStub(channel)
        self._token = service_token or ""

    async def mail(self, owed: OwedMail) -> None:
        metadata = service_metadata(self._token, Visible.whole(owed.endpoint.tenant))
        with remote_in_our_name("execution"):
            await self._stub.MailWebhookNotice(notice_of(owed), metadata=metadata, timeout=CALL_SECONDS)
