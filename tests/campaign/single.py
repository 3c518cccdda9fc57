"""What the tests of one fault at a time share: making an export, and waiting for what other processes do."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from tests.campaign.cluster import Cluster
from tests.campaign.history import Outcome
from tests.campaign.load import Caller

PATIENCE_SECONDS = 60.0
POLL_SECONDS = 0.1


async def planned(caller: Caller) -> str:
    """The id of a new export of one order."""
    export = await caller.planned(await caller.synced(1))
    assert export is not None
    return export


async def inspected(caller: Caller, export: str) -> Mapping[str, Any]:
    """What inspect says once every owner answers it in time: on a busy machine one may be late.

    Until then it may say that it is stale, or that it cannot say anything; nothing else.
    """
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            found = await caller.inspect(export)
            assert found.outcome is Outcome.OK or found.code == "SERVICE_UNAVAILABLE", found
            if found.outcome is Outcome.OK and not found.facts["stale"]:
                return found.facts
            await asyncio.sleep(POLL_SECONDS)


async def until(holds: Callable[[], Awaitable[bool]]) -> None:
    """What is waited for happens in another process; there is no event to await."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not await holds():  # noqa: ASYNC110
            await asyncio.sleep(POLL_SECONDS)


async def listed_state(cluster: Cluster, export: str) -> str | None:
    """What lists show: the read model alone."""
    rows = await cluster.fetch("SELECT state FROM inspection.exports WHERE export_id = $1", export)
    return rows[0]["state"] if rows else None


async def until_listed(cluster: Cluster, export: str, state: str | None) -> None:
    async def is_listed() -> bool:
        return await listed_state(cluster, export) == state

    await until(is_listed)


async def until_published(cluster: Cluster) -> None:
    """Returns once planning's outbox is empty."""

    async def is_empty() -> bool:
        return not await cluster.fetch("SELECT FROM planning.outbox LIMIT 1")

    await until(is_empty)


async def submission_of(cluster: Cluster, export: str) -> tuple[str, str]:
    """Status and phase of the one submission of an export; empty texts while there is none."""
    rows = await cluster.fetch(
        "SELECT status, phase FROM execution.broker_submissions WHERE export_id = $1", export
    )
    return (rows[0]["status"], rows[0]["phase"]) if rows else ("", "")


async def until_submission_is(cluster: Cluster, export: str, status: str, phase: str | None = None) -> None:
    async def is_so() -> bool:
        found = await submission_of(cluster, export)
        return found[0] == status and phase in (None, found[1])

    await until(is_so)


def mails_of(cluster: Cluster, export: str) -> int:
    """How often the brokers' mail server took a mail about this export."""
    return sum(f"X-EntryGo-Export: {export}".encode() in mail for mail in cluster.mail.accepted)
