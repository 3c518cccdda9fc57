"""Plans the successor of an executed export; until that is executed nothing else changes."""

from dataclasses import dataclass

from entrygo.domain.errors import EntryFiled, ValidationFailed
from entrygo.domain.principal import Visible
from entrygo.domain.snapshot import Amendment, Snapshot
from entrygo.planning.amendments import filed_entries, successor_orders
from entrygo.planning.exports import Export
from entrygo.planning.requests import AMEND_OPERATION, AmendCommand, PlanCommand, too_many
from entrygo.planning.store import PlanningStore
from entrygo.planning.use_cases.plan_export import PlanExport
from entrygo.planning.use_cases.predecessors import check_can_be_followed, stored_snapshot
from entrygo.planning.use_cases.recording import found_export
from entrygo.postgres.idempotency import Reply, Work
from entrygo.postgres.pool import Pool, transaction
from entrygo.postgres.prepared_once import run_prepared_once


@dataclass(frozen=True, slots=True)
class AmendExport:
    """A plan like any other, but for orders that have left with the export it follows."""

    pool: Pool
    plan_export: PlanExport

    async def run(self, visible: Visible, command: AmendCommand) -> Reply:
        """The reply is a PlanExportResponse.

        Raises NotFound, InvalidExportState, EntryFiled, ValidationFailed, and what a plan raises.
        """
        async with transaction(self.pool, visible) as connection:
            store = PlanningStore(connection, visible)
            export = await found_export(store, command.amendment.supersedes)
            before = await stored_snapshot(store, export.export_id)
        if command.is_dry_run:
            return await self.plan_export.run(visible, _successor(command, export, before))

        async def prepare() -> Work:
            successor = _successor(command, export, before)
            return await self.plan_export.prepare(visible, successor)

        return await run_prepared_once(
            self.pool,
            visible,
            operation=AMEND_OPERATION,
            key=command.key,
            fingerprint=command.fingerprint,
            prepare=prepare,
            keeps_answer=True,
        )


def _successor(command: AmendCommand, export: Export, before: Snapshot) -> PlanCommand:
    """What is planned in the place of an executed export; raises where it cannot be followed."""
    check_can_be_followed(export)
    amendment = _with_filed(command, before)
    _check_entry(amendment)
    order_ids = successor_orders(before.orders, command.leave_out, command.add)
    _check_size(command, len(order_ids))
    return PlanCommand(
        warehouse_id=before.warehouse.id,
        broker_id=before.broker.id,
        order_ids=order_ids,
        external_order_ids=command.add.external_ids,
        destination_country=before.destination_country,
        batch_id="",
        is_dry_run=command.is_dry_run,
        on_blocked=command.on_blocked,
        entry_date=command.entry_date,
        entry_type=before.asked_entry_type,
        key=command.key,
        fingerprint=command.fingerprint,
        amendment=amendment,
    )


def _with_filed(command: AmendCommand, before: Snapshot) -> Amendment:
    """The amendment with every entry that was filed; one that corrected an entry has that one still."""
    filed = filed_entries(before, command.entry_numbers)
    if not filed:
        return command.amendment
    numbers = ", ".join(dict.fromkeys(each.entry_number for each in filed))
    return command.amendment.model_copy(update={"filed": filed, "entry_number": numbers})


def _check_size(command: AmendCommand, by_id: int) -> None:
    """ValidationFailed for additions that are too many beside the orders that stay."""
    orders = by_id + len(command.add.external_ids)
    if (command.add.ids or command.add.external_ids) and orders > command.max_orders:
        path = "addOrderIds" if command.add.ids else "addExternalOrderIds"
        raise ValidationFailed.of([too_many(path, command.max_orders)])


def _check_entry(amendment: Amendment) -> None:
    if amendment.entry_number and not amendment.after_entry:
        raise EntryFiled(field="afterEntry", details={"entryNumber": amendment.entry_number})
    if amendment.after_entry and not amendment.entry_number:
        message = "No entry number is known of this export: leave it out"
        raise ValidationFailed.of([("afterEntry", message, "custom")])
