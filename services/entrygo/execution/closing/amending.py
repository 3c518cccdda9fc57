"""Amending an executed export: planning plans its successor with the broker's answers to the package."""

from collections.abc import Mapping
from dataclasses import dataclass

from entrygo.domain.principal import Visible
from entrygo.execution.clients.planning import PlanningAccess
from entrygo.execution.closing.filed_entries import entry_numbers_of
from entrygo.execution.state.package_store import PackageStore
from entrygo.postgres.idempotency import Reply
from entrygo.postgres.pool import Pool, transaction
from entrygo.proto.events.v1 import events_pb2
from entrygo.proto.execution.v1 import execution_pb2
from entrygo.proto.planning.v1 import planning_pb2


@dataclass(frozen=True, slots=True, kw_only=True)
class Amendments:
    """Passes amendments to planning, which owns keys, state and plan; stores nothing."""

    pool: Pool
    planning: PlanningAccess

    async def amend(self, visible: Visible, request: execution_pb2.AmendExportRequest) -> Reply:
        """Returns planning's PlanExportResponse; raises planning's refusal."""
        numbers = await self._entry_numbers(visible, request.export_id)
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
            entry_number=", ".join(dict.fromkeys(numbers.values())),
            entry_numbers=[
                events_pb2.EntryNumber(entry=entry, entry_number=number) for entry, number in numbers.items()
            ],
        )
        return await self.planning.for_caller().amend(asked)

    async def _entry_numbers(self, visible: Visible, export_id: str) -> Mapping[int, str]:
        """What the broker gave for the export's entries; none where nothing was executed."""
        async with transaction(self.pool, visible) as connection:
            package = await PackageStore(connection, visible).find_by_export(export_id)
            return {} if package is None else await entry_numbers_of(connection, visible, package)
