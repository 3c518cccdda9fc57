"""What the doctor finds in a database: migrations, the login, the clock, the partitions."""

from collections.abc import Sequence
from datetime import date, timedelta

import asyncpg
import pytest

from entrygo.cli.doctor import database, reference_data
from entrygo.cli.doctor.database import database_checks
from entrygo.cli.doctor.findings import Finding, Level, run_checks
from entrygo.cli.doctor.reference_data import reference_check
from entrygo.cli.partitioning import keep_partitioned
from entrygo.cli.partitions.months import Month
from entrygo.cli.partitions.table_store import GROWING
from entrygo.process.clock import utc_now


async def found(url: str, *, is_embedded: bool = True) -> Sequence[Finding]:
    """What is found in planning's schema."""
    [check] = [
        check
        for check in database_checks(lambda _: url, embedded=url if is_embedded else "")
        if check.subject == "database planning"
    ]
    return await run_checks([check])


async def change(url: str, statement: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


def troubles(findings: Sequence[Finding]) -> list[str]:
    return [finding.text for finding in findings if finding.level is not Level.OK]


async def test_database_that_is_up_to_date_has_no_trouble(database_url: str) -> None:
    findings = await found(database_url)
    assert troubles(findings) == []
    assert [finding.text for finding in findings if "every migration" in finding.text]


async def test_migration_that_is_missing_changed_or_newer_is_named(database_url: str) -> None:
    await change(
        database_url,
        "DELETE FROM planning.applied_migrations WHERE name = 'schema_0002_see_by_warehouse.sql';"
        "UPDATE planning.applied_migrations SET sha256 = 'x' WHERE name = 'schema.sql';"
        "INSERT INTO planning.applied_migrations (name, sha256) VALUES ('9999_of_tomorrow.sql', 'x')",
    )
    assert troubles(await found(database_url)) == [
        "not applied: schema_0002_see_by_warehouse.sql",
        "applied with other content: schema.sql",
        "of a newer version: 9999_of_tomorrow.sql",
    ]


async def test_schema_that_is_not_there_lacks_every_migration(database_url: str) -> None:
    await change(database_url, "DROP SCHEMA planning CASCADE")
    [trouble] = troubles(await found(database_url))
    assert trouble.startswith("not applied: 0001_")


async def test_login_that_passes_row_security_by_fits_an_embedded_server_alone(
    database_url: str,
) -> None:
    assert troubles(await found(database_url, is_embedded=True)) == []
    [trouble] = troubles(await found(database_url, is_embedded=False))
    assert "superuser" in trouble


async def test_clock_that_is_an_hour_ahead_is_noticed(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "utc_now", lambda: utc_now() - timedelta(hours=1))
    [trouble] = troubles(await found(database_url))
    assert trouble == "its clock is +3600 s from ours"


async def test_partitions_that_end_with_this_month_are_noticed(database_url: str) -> None:
    connection = await asyncpg.connect(database_url)
    try:
        for table in GROWING:
            await keep_partitioned(connection, table, Month.of(utc_now()), 2)
        assert troubles(await found(database_url)) == []
        await connection.execute(f"DROP TABLE planning.plans_{Month.of(utc_now()).next}")
    finally:
        await connection.close()
    [trouble] = troubles(await found(database_url))
    assert trouble == "no partition of next month: planning.plans"


async def test_database_that_is_away_fails_with_advice() -> None:
    [finding] = await found("postgresql://nobody@127.0.0.1:1/none")
    assert finding.level is Level.FAILED
    assert "ENTRYGO_DATABASE_URL" in finding.advice


async def test_reference_data_that_nobody_checked_for_years_is_named(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reference_data, "today", lambda: date(2030, 1, 1))
    findings = await run_checks([reference_check(lambda: database_url)])
    assert {finding.level for finding in findings} == {Level.WARNING}
    assert any(finding.text.startswith("section_232_annexes: last checked 20") for finding in findings)
    assert all("entrygo reference import" in finding.advice for finding in findings)
