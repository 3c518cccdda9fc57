"""Reads the requests that end a package: to withdraw an export, to amend it."""

from entrygo.execution.closing.withdrawing import WITHDRAW_OPERATION, WithdrawCommand
from entrygo.execution.requests.fields import check_id, reason_of
from entrygo.identity.current import principal
from entrygo.postgres.idempotency import fingerprint
from entrygo.proto.execution.v1 import execution_pb2
from entrygo.requests.issues import Issues


def withdraw_command(request: execution_pb2.WithdrawExportRequest) -> WithdrawCommand:
    """ValidationFailed with every issue of the request."""
    reason = reason_of(request)
    return WithdrawCommand(
        visible=principal().visible,
        export_id=request.export_id,
        reason=reason,
        is_dry_run=request.dry_run,
        key=request.idempotency_key,
        fingerprint=fingerprint(WITHDRAW_OPERATION, request),
    )


def check_amend(request: execution_pb2.AmendExportRequest) -> None:
    """ValidationFailed for an id that can be none; planning checks the rest."""
    issues = Issues()
    check_id("exportId", request.export_id, issues)
    issues.check()
