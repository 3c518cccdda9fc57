"""What planning takes of the steps of an execution: ids, instants and texts that can be stored."""

from typing import Any

import pytest

from entrygo.domain.errors import ValidationFailed
from entrygo.planning.requests import check_claim, check_release
from entrygo.proto.planning.v1 import planning_pb2

NAMED: dict[str, Any] = {"export_id": "batch_1", "execution_id": "exe_1"}
COMPLETED: dict[str, Any] = {"customs_package_id": "cp_1", "executed_at": "2026-03-11T16:10:00.000Z"}
FAILED: dict[str, Any] = {
    "error_code": "DOCUMENT_GENERATION_FAILED",
    "message": "The documents could not be made.",
}


def issues_of(check: Any, request: Any) -> list[str]:
    with pytest.raises(ValidationFailed) as refused:
        check(request)
    assert refused.value.details is not None
    return [issue["path"] for issue in refused.value.details["issues"]]


def test_whole_claim_and_release_are_taken() -> None:
    check_claim(planning_pb2.ClaimExportRequest(**NAMED, expected_plan_hash="planhash_" + "0" * 64))
    check_claim(planning_pb2.ClaimExportRequest(**NAMED))
    check_release(planning_pb2.ReleaseExportRequest(**NAMED, completed=COMPLETED))
    check_release(planning_pb2.ReleaseExportRequest(**NAMED, failed=FAILED))


@pytest.mark.parametrize("expected", ["nul\0", "p" * 129])
def test_claim_of_a_hash_that_none_can_be_is_refused(expected: str) -> None:
    request = planning_pb2.ClaimExportRequest(**NAMED, expected_plan_hash=expected)
    assert issues_of(check_claim, request) == ["expectedPlanHash"]


def test_release_without_an_outcome_is_refused() -> None:
    assert issues_of(check_release, planning_pb2.ReleaseExportRequest()) == [
        "exportId",
        "executionId",
        "outcome",
    ]


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"customs_package_id": ""}, "completed.customsPackageId"),
        ({"customs_package_id": "cp_1\0"}, "completed.customsPackageId"),
        ({"customs_package_id": "c" * 65}, "completed.customsPackageId"),
        ({"executed_at": ""}, "completed.executedAt"),
        ({"executed_at": "yesterday"}, "completed.executedAt"),
        ({"executed_at": "2026-03-11T16:10:00"}, "completed.executedAt"),
        ({"executed_at": "0001-01-01T00:00:00+23:00"}, "completed.executedAt"),
    ],
)
def test_completion_with_a_bad_package_or_time_is_refused(changes: dict[str, str], path: str) -> None:
    request = planning_pb2.ReleaseExportRequest(**NAMED, completed=COMPLETED | changes)
    assert issues_of(check_release, request) == [path]


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"error_code": ""}, "failed.errorCode"),
        ({"error_code": "NO SUCH\nCODE"}, "failed.errorCode"),
        ({"message": "nul\0"}, "failed.message"),
        ({"message": "m" * 2001}, "failed.message"),
    ],
)
def test_failure_with_a_bad_code_or_text_is_refused(changes: dict[str, str], path: str) -> None:
    request = planning_pb2.ReleaseExportRequest(**NAMED, failed=FAILED | changes)
    assert issues_of(check_release, request) == [path]
