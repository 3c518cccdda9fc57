"""Reads the request to execute an export."""

from entrygo.domain.shipment import NOTHING_STATED, Shipment
from entrygo.execution.requests.fields import check_id
from entrygo.execution.requests.shipment import read_shipment, shipment_message
from entrygo.execution.state.records import ExecuteCommand
from entrygo.execution.steps.step_store import OPERATION
from entrygo.identity.current import check_account, principal
from entrygo.postgres.idempotency import fingerprint
from entrygo.proto.execution.v1 import execution_pb2
from entrygo.requests.idempotency_key import check_key
from entrygo.requests.issues import Issues
from entrygo.requests.texts import plan_hash


def execute_command(request: execution_pb2.ExecuteExportRequest) -> ExecuteCommand:
    """ValidationFailed with every issue of the request; Forbidden for an account that is not the caller's."""
    issues = Issues()
    issues.require(accountId=request.account_id)
    check_id("batchId", request.batch_id, issues)
    check_key(request.idempotency_key, issues)
    issues.optional(plan_hash, request.expected_plan_hash, "expectedPlanHash")
    shipment = read_shipment(request.shipment, issues)
    issues.check()
    check_account(request.account_id)
    return ExecuteCommand(
        visible=principal().visible,
        export_id=request.batch_id,
        expected_plan_hash=request.expected_plan_hash,
        key=request.idempotency_key,
        fingerprint=fingerprint(OPERATION, normalised(request, shipment)),
        shipment=shipment,
    )


def normalised(
    request: execution_pb2.ExecuteExportRequest, shipment: Shipment
) -> execution_pb2.ExecuteExportRequest:
    """The request with one spelling of its shipment, so that it is known when it is repeated.

    One of which nothing is stated is left out, as in the requests from before there was any.
    """
    normal = execution_pb2.ExecuteExportRequest()
    normal.CopyFrom(request)
    normal.ClearField("shipment")
    if shipment != NOTHING_STATED:
        normal.shipment.CopyFrom(shipment_message(shipment))
    return normal
