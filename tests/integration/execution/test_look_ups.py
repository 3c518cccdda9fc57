"""What belongs to a package is looked up by what there is an index for, whatever else its account has."""

from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest_asyncio

from entrygo.domain.principal import Mode, Tenant, Visible
from entrygo.execution.broker.attempt_store import AttemptStore
from entrygo.execution.broker.store import SubmissionStore
from entrygo.execution.reconciliation.store import ReconciliationStore
from entrygo.execution.state.package_store import PackageStore
from entrygo.execution.store import ExecutionStore
from tests.harness.query_plans import planning_only

WHOLE = Visible.whole(Tenant("acc_1", Mode.LIVE))
SUBMISSION: Any = SimpleNamespace(id="sub_1", status="failed", error_message=None)
PACKAGE: Any = SimpleNamespace(id="cp_1", export_id="batch_1", number="cp_ch100001")


@pytest_asyncio.fixture
async def planned(database_url: str) -> AsyncIterator[Any]:
    async with planning_only(database_url, "execution", WHOLE) as planned:
        yield planned


async def test_packages_are_found_by_a_number_before_any_is_read(planned: Any) -> None:
    await PackageStore(planned, WHOLE).find_numbered("cp_ch100001", "ABC-1234567-6", 10)
    assert planned.searches("number = $4")
    assert planned.searches("entry_number = $5")
    assert any("broker_submissions_several" in line for line in planned.lines)
    assert planned.looked_up_by == {"id"}
    assert planned.compared_with_each == []


async def test_suffixes_of_a_number_are_not_compared_with_all_numbers_of_the_account(planned: Any) -> None:
    with suppress(AssertionError):  # the plan is no number
        await PackageStore(planned, WHOLE).suffixed(PACKAGE)
    assert any("SubPlan" in line for line in planned.lines)
    assert planned.compared_with_each == []


async def test_the_revision_of_a_package_is_found_by_its_export(planned: Any) -> None:
    await ExecutionStore(planned, WHOLE).revision_of(PACKAGE)
    assert planned.searches("export_id = $3")


async def test_tasks_of_a_page_of_entries_are_looked_up_by_their_exports(planned: Any) -> None:
    await ReconciliationStore(planned, WHOLE).tasks_of([])
    assert planned.looked_up_by == {"export_id"}
    assert planned.compared_with_each == []


async def test_a_submission_is_looked_up_by_its_id_and_not_among_all_that_wait(planned: Any) -> None:
    await AttemptStore(planned, WHOLE).begin("sub_1", timedelta(seconds=30))
    await SubmissionStore(planned, WHOLE).give_up(SUBMISSION)
    assert not any("broker_submissions_due" in line for line in planned.lines)
