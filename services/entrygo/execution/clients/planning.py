"""What execution asks of planning: the claim on an export, its snapshot, the end of the claim."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from datetime import datetime
from typing import Protocol

import grpc

from entrygo.domain.errors import Kind
from entrygo.domain.money import plain
from entrygo.domain.principal import Visible
from entrygo.domain.shipment import NOTHING_STATED, Shipment, Trip
from entrygo.domain.snapshot import Snapshot, read_snapshot
from entrygo.domain.time import rfc3339
from entrygo.execution.state.records import Claim, Moved
from entrygo.identity.current import principal
from entrygo.postgres.idempotency import Reply
from entrygo.proto.planning.v1 import planning_pb2, planning_pb2_grpc
from entrygo.requests.texts import MAX_FAILURE
from entrygo.rpc.calls import Metadata, on_behalf_metadata, remaining_seconds, service_metadata
from entrygo.rpc.errors import remote_in_our_name
from entrygo.rpc.replay import is_replayed

CALL_TIMEOUT = 10.0  # seconds
SNAPSHOT_TIMEOUT = 60.0  # seconds
# Bytes of one that comes with the claim, instead of by a call of its own.
SMALL_SNAPSHOT = 256 * 1024
# Planning's answer that the export cannot be executed, now or with another try of the same call.
REFUSALS = frozenset({Kind.INVALID, Kind.NOT_FOUND, Kind.CONFLICT, Kind.FORBIDDEN})


class Planning(Protocol):
    """Every call may be repeated: planning knows the execution by its id."""

    async def claim(
        self,
        export_id: str,
        execution_id: str,
        expected_plan_hash: str,
        shipment: Shipment = NOTHING_STATED,
    ) -> Claim:
        """Moves the export to EXECUTING for this execution, unless the plan has another hash.

        A small snapshot comes with the answer. Planning judges what is stated of the truck and of discounts,
        and keeps the truck's control numbers.
        """

    async def snapshot(self, export_id: str, revision: int) -> Snapshot:
        """The facts and the plan of a revision, as they were when it was planned."""

    async def stored_snapshot(
        self, export_id: str, revision: int, *, at_most: int | None = None
    ) -> bytes | None:
        """The same as it is stored, for `read_snapshot`; None if it is longer than `at_most` bytes."""

    async def complete(
        self, export_id: str, execution_id: str, package_id: str, executed_at: datetime
    ) -> None:
        """Ends the claim: the export is COMPLETED, with this package."""

    async def fail(self, export_id: str, execution_id: str, error_code: str, message: str) -> None:
        """Ends the claim: the export is FAILED, and its orders are free again."""

    async def withdraw(self, export_id: str, withdrawal_id: str, reason: str) -> Moved:
        """Frees the orders of an executed export; InvalidExportState when it cannot be taken back."""

    async def could_withdraw(self, export_id: str, reason: str) -> Moved:
        """What `withdraw` would free; changes nothing."""

    async def amend(self, request: planning_pb2.AmendExportRequest) -> Reply:
        """Plans the successor of an executed export; the reply is a PlanExportResponse."""


class PlanningAccess(Protocol):
    """Planning in our own name: for the caller of the request at hand, or for background work."""

    def for_caller(self) -> Planning:
        """On behalf of the principal of the request at hand, with its scopes and its warehouse."""

    def in_background(self, visible: Visible) -> Planning:
        """With every scope, for the rows that `visible` includes."""


class PlanningClient:
    """PlanningAccess over gRPC."""

    def __init__(self, channel: grpc.aio.Channel, *, service_token: str | None) -> None:
        self._stub = planning_pb2_grpc.PlanningStub(channel)
        self._service_token = service_token or ""

    def for_caller(self) -> Planning:
        return RemotePlanning(self._stub, on_behalf_metadata(self._service_token, principal()))

    def in_background(self, visible: Visible) -> Planning:
        return RemotePlanning(self._stub, service_metadata(self._service_token, visible))


class RemotePlanning:
    """Planning with one fixed credential."""

    def __init__(self, stub: planning_pb2_grpc.PlanningStub, metadata: Metadata) -> None:
        self._stub = stub
        self._metadata = metadata

    async def claim(
        self,
        export_id: str,
        execution_id: str,
        expected_plan_hash: str,
        shipment: Shipment = NOTHING_STATED,
    ) -> Claim:
        trip = shipment.trip
        request = planning_pb2.ClaimExportRequest(
            export_id=export_id,
            execution_id=execution_id,
            expected_plan_hash=expected_plan_hash,
            takes_places=True,
            trip=None if trip is None else _claimed(trip),
            control_numbers=[
                planning_pb2.ControlNumber(path=path, number=number)
                for path, number in shipment.control_numbers
            ],
            carrier_scac=shipment.carrier_scac or "",
            discounts_usd=plain(shipment.discounts_usd) if shipment.discounts_usd else "",
            snapshot_at_most=SMALL_SNAPSHOT,
        )
        with remote_in_our_name("planning"):
            answer = await self._stub.ClaimExport(request, metadata=self._metadata, timeout=CALL_TIMEOUT)
        return Claim(
            answer.revision,
            answer.plan_hash,
            answer.warehouse_id or None,
            answer.supersedes or None,
            answer.snapshot,
        )

    async def snapshot(self, export_id: str, revision: int) -> Snapshot:
        content = b"".join([part async for part in self._snapshot_parts(export_id, revision)])
        return await asyncio.to_thread(read_snapshot, content)

    async def stored_snapshot(
        self, export_id: str, revision: int, *, at_most: int | None = None
    ) -> bytes | None:
        content, size = list[bytes](), 0
        async with aclosing(self._snapshot_parts(export_id, revision)) as parts:
            async for part in parts:
                content.append(part)
                size += len(part)
                if at_most is not None and size > at_most:
                    return None
        return b"".join(content)

    async def _snapshot_parts(self, export_id: str, revision: int) -> AsyncGenerator[bytes, None]:
        request = planning_pb2.GetSnapshotRequest(export_id=export_id, revision=revision)
        with remote_in_our_name("planning"):
            call = self._stub.GetSnapshot(request, metadata=self._metadata, timeout=SNAPSHOT_TIMEOUT)
            try:
                async for chunk in call:
                    yield chunk.content
            finally:
                call.cancel()

    async def complete(
        self, export_id: str, execution_id: str, package_id: str, executed_at: datetime
    ) -> None:
        outcome = planning_pb2.ReleaseExportRequest.Completed(
            customs_package_id=package_id, executed_at=rfc3339(executed_at)
        )
        await self._release(
            planning_pb2.ReleaseExportRequest(
                export_id=export_id, execution_id=execution_id, completed=outcome
            )
        )

    async def fail(self, export_id: str, execution_id: str, error_code: str, message: str) -> None:
        # One line, and no longer than planning takes: a refusal would have it tried for ever.
        outcome = planning_pb2.ReleaseExportRequest.Failed(
            error_code=error_code, message=" ".join(message.split())[:MAX_FAILURE]
        )
        await self._release(
            planning_pb2.ReleaseExportRequest(export_id=export_id, execution_id=execution_id, failed=outcome)
        )

    async def withdraw(self, export_id: str, withdrawal_id: str, reason: str) -> Moved:
        return await self._withdraw(
            planning_pb2.WithdrawExportRequest(
                export_id=export_id, withdrawal_id=withdrawal_id, reason=reason
            )
        )

    async def could_withdraw(self, export_id: str, reason: str) -> Moved:
        return await self._withdraw(
            planning_pb2.WithdrawExportRequest(export_id=export_id, reason=reason, dry_run=True)
        )

    async def amend(self, request: planning_pb2.AmendExportRequest) -> Reply:
        """Plans the successor at planning, as the caller; the reply is a serialized PlanExportResponse."""
        with remote_in_our_name("planning"):
            call = self._stub.AmendExport(request, metadata=self._metadata, timeout=remaining_seconds())
            answer = await call
            return Reply(answer.SerializeToString(), replayed=await is_replayed(call))

    async def _withdraw(self, request: planning_pb2.WithdrawExportRequest) -> Moved:
        with remote_in_our_name("planning"):
            answer = await self._stub.WithdrawExport(request, metadata=self._metadata, timeout=CALL_TIMEOUT)
        return Moved(orders=answer.orders, warehouse_id=answer.warehouse_id)

    async def _release(self, request: planning_pb2.ReleaseExportRequest) -> None:
        with remote_in_our_name("planning"):
            await self._stub.ReleaseExport(request, metadata=self._metadata, timeout=CALL_TIMEOUT)


def _claimed(trip: Trip) -> planning_pb2.ClaimedTrip:
    """What planning judges of a truck."""
    return planning_pb2.ClaimedTrip(
        states_arrival=trip.states_arrival,
        states_border_port=trip.border_port is not None,
        states_estimated_arrival=trip.estimated_arrival is not None,
        arrives_on="" if trip.arrives_on is None else trip.arrives_on.isoformat(),
        noticed_products=[each.product for each in trip.prior_notices or ()],
        noticed_entries=[each.entry or 0 for each in trip.prior_notices or ()],
        entries=[each.entry for each in trip.entries],
    )
