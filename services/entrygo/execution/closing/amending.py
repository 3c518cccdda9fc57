"""Amending an executed export: planning plans its successor, knowing what the broker said of the package."""

from dataclasses import dataclass

from entrygo.domain.principal import Visible
from entrygo.execution.broker.store import SubmissionStore
from entrygo.execution.clients.planning import PlanningAccess
from entrygo.execution.reconciliation.store import ReconciliationStore
from entrygo.execution.state.package_store import PackageStore
from entrygo.postgres.idempotency import Reply
from entrygo.postgres.pool import Pool, transaction
from entrygo.proto.execution.v1 import execution_pb2
from entrygo.proto.planning.v1 import planning_pb2


@dataclass(frozen=True, slots=True, kw_only=True)
class Amendments:
    """Stores nothing: keys, state and plan are planning's."""

    pool: Pool
    planning: PlanningAccess

    async def amend(self, visible: Visible, request: execution_pb2.AmendExportRequest) -> Reply:
        """The reply is planning's PlanExportResponse. Raises planning's refusal."""
        asked = planning_pb2.AmendExportRequest(
            export_id=request.export_id,
            reason=request.reason,
            leave_out_order_ids=request.leave_out_order_ids,
            add_order_ids=request.add_order_ids,
            leave_out_external_order_ids=request.leave_out_external_order_ids,
            add_external_order_ids=request.add_external_order_ids,
            entry_date=request.entry_date,
            on_blocked=request.on_blocked,
            dry_run=request.dry_run,
            idempotency_key=request.idempotency_key,
            after_entry=request.after_entry,
            entry_number=await self._entry_numbers(visible, request.export_id),
        )
        return await self.planning.for_caller().amend(asked)

    async def _entry_numbers(self, visible: Visible, export_id: str) -> str:
        """What the broker gave for the export's entries; empty for none, and where nothing was executed."""
        async with transaction(self.pool, visible) as connection:
            package = await PackageStore(connection, visible).find_by_export(export_id)
            if package is None:
                return ""
            latest = await SubmissionStore(connection, visible).latest(package.id)
            given = await ReconciliationStore(connection, visible).latest_of_export(export_id)
        numbers = [each.summary.entry_number for each in given]
        if latest is not None and latest.entry_number:
            numbers.insert(0, latest.entry_number)
        return ", ".join(dict.fromkeys(numbers))
