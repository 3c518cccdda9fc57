"""Reads what was given back of entries: a page of it, how an export stands, and what it cost landed."""

import asyncio
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass

from entrygo.domain.entry_number import parts_of
from entrygo.domain.errors import ExportNotFound, InvalidExportState
from entrygo.domain.ids import is_valid_id
from entrygo.domain.lifecycle import State
from entrygo.domain.principal import Visible
from entrygo.domain.snapshot import Snapshot
from entrygo.execution.broker.store import SubmissionStore
from entrygo.execution.clients.planning import PlanningAccess
from entrygo.execution.package.facts import PackageFacts
from entrygo.execution.package.invoicing import build_invoice
from entrygo.execution.reconciliation.costs import costs_table
from entrygo.execution.reconciliation.messages import outcome_message, reconciliation_message
from entrygo.execution.reconciliation.store import ReconciliationStore
from entrygo.execution.reconciliation.summary import EntrySummary
from entrygo.execution.state.package_store import PackageStore
from entrygo.execution.state.records import Artifact, Package, PackageState
from entrygo.execution.store import ExecutionStore
from entrygo.postgres.pool import Pool, transaction
from entrygo.process.clock import Clock
from entrygo.proto.events.v1 import events_pb2
from entrygo.proto.execution.v1 import execution_pb2
from entrygo.requests.pages import PageRequest, encode_cursor

# Of the packages with one number: an entry that was amended has several.
MAX_FOUND = 20
# What the documents of one entry of a package add to its number.
_OF_AN_ENTRY = re.compile(r"-E[0-9]+$")


@dataclass(frozen=True, slots=True, kw_only=True)
class CostsTable:
    """A table that is made when it is asked for, with what it is like a document."""

    artifact: Artifact
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryOutcomes:
    """How the entries of executed exports stand, as far as anything was given back of them."""

    pool: Pool
    clock: Clock
    planning: PlanningAccess

    async def page(
        self, visible: Visible, wanted: PageRequest, export_id: str | None
    ) -> execution_pb2.ListEntrySummariesResponse:
        """The latest summary of each entry with its tasks."""
        async with transaction(self.pool, visible) as connection:
            store = ReconciliationStore(connection, visible)
            found = await store.page(export_id, wanted.after, wanted.limit + 1)
            shown = found[: wanted.limit]
            numbers = await store.package_numbers(shown)
            tasks = await store.tasks_of(shown)
        has_more = len(found) > wanted.limit
        return execution_pb2.ListEntrySummariesResponse(
            data=[
                reconciliation_message(each, numbers[each.package_id], tasks[each.export_id, each.entry])
                for each in shown
            ],
            has_more=has_more,
            next_cursor=encode_cursor(shown[-1].id) if has_more else "",
        )

    async def find_packages(self, visible: Visible, number: str) -> execution_pb2.FindCustomsPackagesResponse:
        """The packages that somebody who was given this number means: their own, or that of an entry."""
        parts = parts_of(number.upper())
        entry_number = "-".join(parts) if parts else ""
        async with transaction(self.pool, visible) as connection:
            store = PackageStore(connection, visible)
            found = await store.find_numbered(_package_number(number), entry_number, MAX_FOUND)
        return execution_pb2.FindCustomsPackagesResponse(
            data=[
                execution_pb2.FindCustomsPackagesResponse.Package(
                    id=each.id,
                    package_number=each.number,
                    export_id=each.export_id,
                    entry_numbers=each.entry_numbers,
                )
                for each in found
            ]
        )

    async def of_export(self, visible: Visible, export_id: str) -> list[events_pb2.EntryOutcome]:
        """How each entry of an export stands of which something was given back."""
        async with transaction(self.pool, visible) as connection:
            store = ReconciliationStore(connection, visible)
            found, tasks = await store.latest_of_export(export_id), await store.tasks(export_id)
        return [outcome_message(each, [task for task in tasks if task.entry == each.entry]) for each in found]

    async def costs(self, visible: Visible, export_id: str) -> CostsTable:
        """What each order of an export cost landed, as CSV. Raises NotFound, InvalidExportState."""
        if not is_valid_id(export_id):
            raise ExportNotFound
        package, revision, _ = await executed_package(self.pool, visible, export_id)
        async with transaction(self.pool, visible) as connection:
            found = await ReconciliationStore(connection, visible).latest_of_export(export_id)
        snapshot = await self.planning.for_caller().snapshot(export_id, revision)
        summaries = {each.entry: each.summary for each in found}
        content = await asyncio.to_thread(_table, snapshot, package.facts(), summaries)
        artifact = Artifact(
            artifact_type="actual_landed_costs",
            filename=f"{package.number}_actual-landed-costs.csv",
            media_type="text/csv; charset=utf-8",
            size_bytes=len(content),
            sha256=hashlib.sha256(content).hexdigest(),
            generated_at=self.clock(),
        )
        return CostsTable(artifact=artifact, content=content)


async def executed_package(pool: Pool, visible: Visible, export_id: str) -> tuple[Package, int, str]:
    """The package of an export, the plan's revision that it was made of, and the broker who files it.

    Raises ExportNotFound; InvalidExportState before the package is made.
    """
    async with transaction(pool, visible) as connection:
        package = await PackageStore(connection, visible).find_by_export(export_id)
        if package is None:
            raise ExportNotFound
        latest = await SubmissionStore(connection, visible).latest(package.id)
        revision = await ExecutionStore(connection, visible).revision_of(package)
    if package.state is PackageState.RESERVED or latest is None or revision is None:
        raise InvalidExportState(details={"currentState": str(State.EXECUTING)})
    return package, revision, latest.broker_id


def _table(snapshot: Snapshot, facts: PackageFacts, summaries: Mapping[int, EntrySummary]) -> bytes:
    return costs_table(build_invoice(snapshot, facts), summaries)


def _package_number(written: str) -> str:
    """The number of the package in any letters, also as it stands on the papers of one of its entries."""
    base, amended, place = _OF_AN_ENTRY.sub("", written.upper()).partition("-A")
    return base.lower() + amended + place
