"""Looks at each schema's database: is it up to date, who are we to it, what is its clock, its next month."""

import hashlib
from collections.abc import Callable, Iterator
from datetime import UTC, timedelta
from functools import partial

import asyncpg

from entrygo.cli.doctor.findings import Check, Finding, failed, ok, warning
from entrygo.cli.partitions.months import Month
from entrygo.cli.partitions.table_store import without_month
from entrygo.cli.up.schemas import SCHEMAS, migrations_of
from entrygo.postgres.migrate import files_of
from entrygo.postgres.standing import Standing, read_standing
from entrygo.process.clock import utc_now

CONNECT_SECONDS = 5.0
# Leases and retries go by the database's clock; signed links and the entry date by ours.
MOST_SKEW = timedelta(seconds=5)

UNREACHABLE = "Start PostgreSQL, or mend the address, login or certificate in ENTRYGO_DATABASE_URL."
MIGRATE = "Run `entrygo migrate`; it may run beside the version that is in use."


def database_checks(url_of: Callable[[str], str], *, embedded: str) -> list[Check]:
    """One look a schema; `embedded` is the address of the server of `entrygo up`, which nobody shares."""
    return [
        Check(f"database {schema}", partial(_look, schema, url_of, embedded), UNREACHABLE)
        for schema in SCHEMAS
    ]


async def _look(schema: str, url_of: Callable[[str], str], embedded: str) -> list[Finding]:
    url = url_of(schema)
    connection = await asyncpg.connect(url, timeout=CONNECT_SECONDS)
    try:
        before = utc_now()
        standing = await read_standing(connection, schema)
        after = utc_now()
        bare = await _without_next_month(connection, schema, standing)
    finally:
        await connection.close()
    subject = f"database {schema}"
    skew = standing.now - (before + (after - before) / 2)
    return [
        ok(subject, f"PostgreSQL {standing.version} as {standing.login}"),
        *_of_migrations(subject, schema, standing),
        *_of_login(subject, standing, url == embedded),
        *_of_clock(subject, skew),
        *_of_partitions(subject, bare),
    ]


async def _without_next_month(
    connection: "asyncpg.Connection[asyncpg.Record]", schema: str, standing: Standing
) -> list[str]:
    """Partitioned tables whose next month is not ready; none of a schema that is not made yet."""
    month = Month.of(standing.now.astimezone(UTC)).next
    return await without_month(connection, schema, month) if standing.migrations else []


def _of_migrations(subject: str, schema: str, standing: Standing) -> Iterator[Finding]:
    expected = {
        name: hashlib.sha256(sql.encode()).hexdigest() for name, sql in files_of(migrations_of(schema))
    }
    missing = sorted(expected.keys() - standing.migrations.keys())
    changed = sorted(
        name for name, sha256 in standing.migrations.items() if expected.get(name, sha256) != sha256
    )
    newer = sorted(standing.migrations.keys() - expected.keys())
    if missing:
        yield failed(subject, f"not applied: {', '.join(missing)}", MIGRATE)
    if changed:
        yield failed(
            subject,
            f"applied with other content: {', '.join(changed)}",
            "Install the version that made them.",
        )
    if newer:
        yield warning(subject, f"of a newer version: {', '.join(newer)}", "Upgrade this installation.")
    if not missing and not changed:
        yield ok(subject, "every migration is applied")


def _of_login(subject: str, standing: Standing, is_embedded: bool) -> Iterator[Finding]:
    if standing.passes_row_security and not is_embedded:
        yield warning(
            subject,
            f"the login {standing.login} is a superuser or passes row level security by",
            "Give each service a login of its own: docs/operations.md, Logins of the database.",
        )


def _of_clock(subject: str, skew: timedelta) -> Iterator[Finding]:
    if abs(skew) > MOST_SKEW:
        yield warning(
            subject,
            f"its clock is {skew.total_seconds():+.0f} s from ours",
            "Let an NTP service set the clocks of both machines.",
        )


def _of_partitions(subject: str, bare: list[str]) -> Iterator[Finding]:
    if bare:
        yield warning(
            subject, f"no partition of next month: {', '.join(bare)}",
            "Run `entrygo partitions make`, from cron once a week: what comes meanwhile is moved later, and"
            " requests wait for that.",
        )  # fmt: skip
