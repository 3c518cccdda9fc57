"""All SQL of entry summaries and their tasks. Methods run in the caller's transaction."""

from collections.abc import Mapping, Sequence

import asyncpg

from entrygo.domain.principal import Visible
from entrygo.execution.reconciliation.summary import (
    EntrySummary,
    Estimated,
    GivenBy,
    Recorded,
    Task,
    TaskState,
)
from entrygo.postgres.conditions import looked_up, when_given
from entrygo.postgres.pool import Connection

_SUMMARY = (
    "id, export_id, package_id, entry, revision, summary, estimated_duty_low_usd, estimated_duty_high_usd,"
    " estimated_fees_usd, given_by, recorded_at"
)
_TASK = (
    "id, export_id, package_id, entry, code, place, message, expected, actual, state, note, opened_at,"
    " closed_at"
)
_PACKAGE_NUMBERS = f"""
SELECT package.id, number FROM unnest($4::text[]) AS named (id),
    {looked_up("customs_packages", "id", "named.id", "id, number, warehouse_id")} AS package
WHERE $3::text IS NULL OR warehouse_id = $3
"""  # noqa: S608
_TASKS = f"""
SELECT task.* FROM unnest($4::text[], $5::integer[]) AS named (export_id, entry),
    {looked_up("entry_tasks", "export_id", "named.export_id", f"{_TASK}, warehouse_id")} AS task
WHERE task.entry = named.entry AND ($3::text IS NULL OR warehouse_id = $3) ORDER BY opened_at, id
"""  # noqa: S608
# Of a package that was replaced, the entries that were given back with the one that took its place.
_NOT_CORRECTED = """
NOT EXISTS (SELECT 1 FROM entry_summaries AS corrected, customs_packages AS replaced
  WHERE corrected.account_id = $1 AND corrected.mode = $2 AND corrected.entry_number = one.entry_number
  AND corrected.export_id <> one.export_id AND corrected.id > one.id
  AND replaced.account_id = $1 AND replaced.mode = $2 AND replaced.id = one.package_id
  AND replaced.state = 'superseded')"""


class ReconciliationStore:
    """Summaries and tasks that `visible` includes."""

    def __init__(self, connection: Connection, visible: Visible) -> None:
        self._connection = connection
        self._scope = (visible.tenant.account_id, str(visible.tenant.mode))
        self._warehouse_id = visible.warehouse_id

    async def add(self, recorded: Recorded) -> None:
        """A further summary; none is ever changed."""
        await self._connection.execute(
            "INSERT INTO entry_summaries (account_id, mode, id, export_id, package_id, entry, revision,"
            " entry_number, summary, estimated_duty_low_usd, estimated_duty_high_usd, estimated_fees_usd,"
            " given_by, recorded_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
            *self._scope,
            recorded.id,
            recorded.export_id,
            recorded.package_id,
            recorded.entry,
            recorded.revision,
            recorded.summary.entry_number,
            recorded.summary.model_dump_json(exclude_none=True),
            recorded.estimated.duty_low_usd,
            recorded.estimated.duty_high_usd,
            recorded.estimated.fees_usd,
            recorded.given_by,
            recorded.recorded_at,
        )

    async def latest(self, export_id: str, entry: int) -> Recorded | None:
        """The newest summary of an entry."""
        row = await self._connection.fetchrow(
            f"SELECT {_SUMMARY} FROM entry_summaries"  # noqa: S608
            " WHERE account_id = $1 AND mode = $2 AND export_id = $3 AND entry = $4"
            " AND ($5::text IS NULL OR warehouse_id = $5) ORDER BY revision DESC LIMIT 1",
            *self._scope,
            export_id,
            entry,
            self._warehouse_id,
        )
        return None if row is None else _recorded_from_row(row)

    async def latest_of_export(self, export_id: str) -> list[Recorded]:
        """The newest summary of each entry of an export, in the order of the entries."""
        rows = await self._connection.fetch(
            f"SELECT DISTINCT ON (entry) {_SUMMARY} FROM entry_summaries"  # noqa: S608
            " WHERE account_id = $1 AND mode = $2 AND export_id = $3"
            " AND ($4::text IS NULL OR warehouse_id = $4) ORDER BY entry, revision DESC",
            *self._scope,
            export_id,
            self._warehouse_id,
        )
        return [_recorded_from_row(row) for row in rows]

    async def page(self, export_id: str | None, after: str, limit: int) -> list[Recorded]:
        """The newest of each entry, of one export or of all, in the order in which they were given.

        Of all, an entry that was corrected counts once: the package that was replaced has its number, too.
        """
        of_export = when_given("export_id = $4", "$4::text", export_id)
        counts = _NOT_CORRECTED if export_id is None else "TRUE"
        rows = await self._connection.fetch(
            f"SELECT {_SUMMARY} FROM entry_summaries AS one"  # noqa: S608
            " WHERE account_id = $1 AND mode = $2 AND ($3::text IS NULL OR warehouse_id = $3)"
            f" AND {of_export} AND {counts} AND id > $5"
            " AND NOT EXISTS (SELECT 1 FROM entry_summaries AS newer"
            "  WHERE newer.account_id = $1 AND newer.mode = $2 AND newer.export_id = one.export_id"
            "  AND newer.entry = one.entry AND newer.revision > one.revision)"
            " ORDER BY id LIMIT $6",
            *self._scope,
            self._warehouse_id,
            export_id,
            after,
            limit,
        )
        return [_recorded_from_row(row) for row in rows]

    async def add_tasks(self, tasks: Sequence[Task]) -> None:
        """New tasks, each under its own id."""
        await self._connection.executemany(
            "INSERT INTO entry_tasks (account_id, mode, id, export_id, package_id, entry, code, place,"
            " message, expected, actual, state, note, opened_at)"
            " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
            [
                (
                    *self._scope,
                    task.id,
                    task.export_id,
                    task.package_id,
                    task.entry,
                    task.code,
                    task.place,
                    task.message,
                    task.expected,
                    task.actual,
                    task.state,
                    task.note,
                    task.opened_at,
                )
                for task in tasks
            ],
        )

    async def change_tasks(self, tasks: Sequence[Task]) -> None:
        """Where these stand by now, and why."""
        await self._connection.executemany(
            "UPDATE entry_tasks SET state = $4, note = $5, closed_at = $6"
            " WHERE account_id = $1 AND mode = $2 AND id = $3",
            [(*self._scope, task.id, task.state, task.note, task.closed_at) for task in tasks],
        )

    async def tasks(self, export_id: str, entry: int | None = None) -> list[Task]:
        """Those of an entry, or of all entries of an export, oldest first."""
        of_entry = when_given("entry = $5", "$5::integer", entry)
        rows = await self._connection.fetch(
            f"SELECT {_TASK} FROM entry_tasks"  # noqa: S608
            " WHERE account_id = $1 AND mode = $2 AND export_id = $3"
            f" AND ($4::text IS NULL OR warehouse_id = $4) AND {of_entry}"
            " ORDER BY entry, opened_at, id",
            *self._scope,
            export_id,
            self._warehouse_id,
            entry,
        )
        return [_task_from_row(row) for row in rows]

    async def tasks_of(self, given: Sequence[Recorded]) -> Mapping[tuple[str, int], list[Task]]:
        """Those of several entries, each oldest first, by export and entry; an empty list for none."""
        rows = await self._connection.fetch(
            _TASKS,
            *self._scope,
            self._warehouse_id,
            [each.export_id for each in given],
            [each.entry for each in given],
        )
        found: dict[tuple[str, int], list[Task]] = {(each.export_id, each.entry): [] for each in given}
        for row in rows:
            found[row["export_id"], row["entry"]].append(_task_from_row(row))
        return found

    async def package_numbers(self, given: Sequence[Recorded]) -> Mapping[str, str]:
        """The numbers of the packages that these are of, by package id."""
        rows = await self._connection.fetch(
            _PACKAGE_NUMBERS,
            *self._scope,
            self._warehouse_id,
            list({each.package_id for each in given}),
        )
        return {row["id"]: row["number"] for row in rows}


def _recorded_from_row(row: asyncpg.Record) -> Recorded:
    return Recorded(
        id=row["id"],
        export_id=row["export_id"],
        package_id=row["package_id"],
        entry=row["entry"],
        revision=row["revision"],
        summary=EntrySummary.model_validate_json(row["summary"]),
        estimated=Estimated(
            duty_low_usd=row["estimated_duty_low_usd"],
            duty_high_usd=row["estimated_duty_high_usd"],
            fees_usd=row["estimated_fees_usd"],
        ),
        given_by=GivenBy(row["given_by"]),
        recorded_at=row["recorded_at"],
    )


def _task_from_row(row: asyncpg.Record) -> Task:
    fields = {name: value for name, value in row.items() if name not in ("state", "warehouse_id")}
    return Task(state=TaskState(row["state"]), **fields)
