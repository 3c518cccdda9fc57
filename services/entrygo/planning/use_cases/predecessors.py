"""The export that another one follows: found for a plan, and moved when the successor is executed."""

from dataclasses import dataclass, replace
from datetime import datetime

from entrygo.domain.errors import InvalidExportState
from entrygo.domain.lifecycle import State, advance
from entrygo.domain.principal import Visible
from entrygo.domain.snapshot import Amendment, Snapshot, read_snapshot
from entrygo.planning.exports import Export
from entrygo.planning.importer_costs_store import ImporterCosts
from entrygo.planning.requests import PlanCommand
from entrygo.planning.snapshots import unpack
from entrygo.planning.store import PlanningStore
from entrygo.planning.use_cases.recording import Recorder, found_export, locked_export
from entrygo.postgres.pool import Connection
from entrygo.proto.events.v1 import events_pb2


@dataclass(frozen=True, slots=True, kw_only=True)
class Predecessor:
    """Why an export is followed, and the plan that it left with."""

    amendment: Amendment
    snapshot: Snapshot


async def find_predecessor(store: PlanningStore, command: PlanCommand) -> Predecessor | None:
    """For the first plan of a successor, and for each plan after it; None for any other export."""
    amendment = command.amendment
    if amendment is None and command.batch_id:
        export = await found_export(store, command.batch_id)
        if export.supersedes is not None:
            amendment = (await stored_snapshot(store, export.export_id)).amendment
    if amendment is None:
        return None
    return Predecessor(amendment=amendment, snapshot=await stored_snapshot(store, amendment.supersedes))


async def stored_snapshot(store: PlanningStore, export_id: str) -> Snapshot:
    """The current plan of an export that is there."""
    packed = await store.find_snapshot(export_id, 0)
    assert packed is not None, "an export has its plan"
    return read_snapshot(unpack(packed))


def check_can_be_followed(export: Export) -> None:
    """InvalidExportState unless it is executed, and no other export is taking its place."""
    advance(export.state, State.SUPERSEDED)
    check_not_followed(export)


def check_not_followed(export: Export, *, but_by: str | None = None) -> None:
    """InvalidExportState while another export, but for `but_by`, is taking the place of this one."""
    if export.superseded_by not in (None, but_by):
        raise InvalidExportState(
            "Another export is taking the place of this one at this moment.",
            details={"currentState": str(export.state), "supersededBy": export.superseded_by},
        )


async def hold(store: PlanningStore, successor: Export, now: datetime) -> None:
    """Keeps the predecessor for this successor while it is executed: nobody withdraws or follows it.

    The caller has locked the successor: the later export of two is always locked first.
    """
    assert successor.supersedes is not None
    held = await locked_export(store, successor.supersedes)
    if held.state is not State.COMPLETED:
        raise _without_predecessor(held)
    check_not_followed(held, but_by=successor.export_id)
    await store.note_successor(held.export_id, successor.export_id, now)


def _without_predecessor(held: Export) -> InvalidExportState:
    """Who executes a successor named that one alone and has to learn which export stands in the way."""
    by = "" if held.superseded_by is None else f" by {held.superseded_by}"
    return InvalidExportState(
        f"This export was to take the place of {held.export_id}, which is {held.state.lower()}{by}:"
        " cancel it, and plan its orders again.",
        details={"currentState": str(held.state), "supersedes": held.export_id},
    )


async def let_go(store: PlanningStore, successor: Export, now: datetime) -> None:
    """The successor failed: the predecessor has its orders as before."""
    assert successor.supersedes is not None
    await store.remove_orders(successor.export_id)
    held = await locked_export(store, successor.supersedes)
    if held.superseded_by == successor.export_id and held.state is State.COMPLETED:
        await store.note_successor(held.export_id, None, now)


async def supersede(connection: Connection, visible: Visible, recorder: Recorder, successor: Export) -> None:
    """COMPLETED to SUPERSEDED: the successor has its orders from now on, and those left out are free."""
    assert successor.supersedes is not None
    store = PlanningStore(connection, visible)
    held = await locked_export(store, successor.supersedes)
    superseded = replace(held, state=advance(held.state, State.SUPERSEDED), superseded_by=successor.export_id)
    await store.move_orders(held.export_id, successor)
    await ImporterCosts(connection, visible).uncount(held.export_id)
    snapshot = await stored_snapshot(store, successor.export_id)
    reason = "" if snapshot.amendment is None else snapshot.amendment.reason
    data = events_pb2.ExportSuperseded(
        batch_id=held.export_id, superseded_by=successor.export_id, reason=reason
    )
    await recorder.save(connection, visible, superseded, "export.superseded", data)
