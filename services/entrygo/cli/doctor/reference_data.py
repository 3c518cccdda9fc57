"""Looks at how old the reference data is, for entries of today."""

from collections.abc import Callable
from functools import partial

from entrygo.cli.doctor.findings import Check, Finding, ok, warning
from entrygo.cli.reference import current_tables
from entrygo.cli.reference_views import today
from entrygo.planning.reference.in_force import Book
from entrygo.planning.reference.store import ReferenceStore
from entrygo.postgres.pool import EVERYONE, open_pool, transaction

ADVICE = "Import a newer list: `entrygo reference import`, docs/reference-data.md."


def reference_check(url_of: Callable[[], str]) -> Check:
    """`url_of` gives the address of planning's database."""
    return Check("reference data", partial(_look, url_of), "It is read from planning's database: see there.")


async def _look(url_of: Callable[[], str]) -> list[Finding]:
    async with (
        await open_pool(url_of(), schema="planning", max_size=1) as pool,
        transaction(pool, EVERYONE) as connection,
    ):
        tables = await current_tables(ReferenceStore(connection))
    found = Book(tables).on(today())
    old = [
        *((table, f"its last period is over; checked {last or 'never'}") for table, last in found.outdated),
        *((table, f"last checked {last}") for table, last in found.stale),
    ]
    return [warning("reference data", f"{table}: {text}", ADVICE) for table, text in old] or [
        ok("reference data", "fresh for entries of today")
    ]
