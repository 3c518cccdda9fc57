"""What an idle process looks at: each kind of work is seen when it is due, and how long it is until then."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
import pytest_asyncio

from entrygo.execution.recovery.backlog_store import Backlog, due_in
from entrygo.postgres.pool import EVERYONE, Pool, open_pool, transaction
from tests.harness.rows import insert_row

NOW, LATER, PAST = "now", "tomorrow", "yesterday"
OWN = {"account_id": "acc_1", "mode": "test"}
EXECUTION = {
    **OWN,
    "id": "exe_1",
    "export_id": "batch_1",
    "step": "claimed",
    "idempotency_key": "",
    "expected_plan_hash": "h",
    "attempt": 1,
    "created_at": NOW,
}
WITHDRAWAL = {**OWN, "id": "wdr_1", "export_id": "batch_1", "reason": "r", "idempotency_key": ""}
PACKAGE = {
    **OWN,
    "id": "cp_1",
    "export_id": "batch_1",
    "number": "1",
    "state": "generated",
    "generated_at": NOW,
}
SUBMISSION = {
    **OWN,
    "id": "bes_1",
    "export_id": "batch_1",
    "package_id": "cp_1",
    "notification_id": "n",
    "submission_type": "EMAIL",
    "phase": "envelope",
    "sender": "s",
    "subject": "s",
    "message_id": "m",
    "content_sha256": "0",
    "reason": "r",
    "attempts": 0,
    "created_at": NOW,
}
RECIPIENT = {**OWN, "id": "rcp_1", "address": "a@example.com", "state": "unconfirmed", "changed_at": NOW}
NOTICE = {**OWN, "id": "evt_1", "sender": "s", "recipient": "a@example.com", "content": r"\x6d"}


@pytest_asyncio.fixture
async def pool(database_url: str) -> AsyncIterator[Pool]:
    opened = await open_pool(database_url, schema="execution", max_size=1)
    yield opened
    await opened.close()


@pytest.mark.parametrize(
    ("table", "row", "kind"),
    [
        ("executions", {**EXECUTION, "lease_until": PAST}, Backlog.EXECUTIONS),
        ("executions", {**EXECUTION, "lease_until": LATER}, None),
        ("executions", {**EXECUTION, "lease_until": PAST, "finished_at": NOW}, None),
        ("withdrawals", {**WITHDRAWAL, "due_at": PAST, "created_at": NOW}, Backlog.WITHDRAWALS),
        ("withdrawals", {**WITHDRAWAL, "due_at": LATER, "created_at": NOW}, None),
        ("broker_submissions", {"status": "prepared", "next_attempt_at": PAST}, Backlog.DELIVERIES),
        ("broker_submissions", {"status": "prepared", "next_attempt_at": LATER}, None),
        ("broker_submissions", {"status": "sending", "lease_until": PAST}, Backlog.DELIVERIES),
        ("broker_submissions", {"status": "sending", "lease_until": LATER}, None),
        ("broker_submissions", {"status": "sent", "reaction_at": PAST}, Backlog.DELIVERIES),
        ("broker_submissions", {"status": "sent", "reaction_at": LATER}, None),
        ("mail_recipients", {**RECIPIENT, "ask_due_at": PAST}, Backlog.DELIVERIES),
        ("mail_recipients", {**RECIPIENT, "ask_due_at": LATER}, None),
        ("notice_mails", {**NOTICE, "due_at": PAST}, Backlog.DELIVERIES),
        ("notice_mails", {**NOTICE, "due_at": LATER}, None),
    ],
)
async def test_work_is_seen_when_it_is_due_and_before_with_the_time_until_then(
    pool: Pool, table: str, row: dict[str, Any], kind: Backlog | None
) -> None:
    async with transaction(pool, EVERYONE) as connection:
        rows = {"customs_packages": PACKAGE, table: {**SUBMISSION, **row} if "status" in row else row}
        for name, columns in rows.items():
            await insert_row(connection, name, columns)
        ahead = await due_in(connection)
    is_ahead = LATER in row.values()
    assert {each for each, until in ahead.items() if until <= timedelta()} == ({kind} if kind else set())
    assert [timedelta() < until <= timedelta(days=1) for until in ahead.values() if not kind] == (
        [True] if is_ahead else []
    )
