"""Tests that share a running system stay in one process, and the longest begin first."""

from pathlib import Path

import pytest

from tests.harness.groups import FAULTS, SYSTEM, check_ids, check_sharing, claim_for_the_run, group_of, rank


@pytest.mark.parametrize(
    ("nodeid", "group"),
    [
        ("tests/faults/test_ending.py::test_a[broker]", FAULTS),
        ("tests/isolation/test_matrix.py::test_a", SYSTEM),
        ("tests/e2e/test_logs.py::test_a", SYSTEM),
        ("tests/e2e/test_up.py::test_a", "tests/e2e/test_up.py"),
        ("tests/contract/rest/test_openapi.py::test_a[GET /a::b]", SYSTEM),
        ("tests/contract/test_channels.py::test_a", "tests/contract/test_channels.py"),
        ("tests/unit/domain/test_ids.py::test_a", "tests/unit/domain/test_ids.py"),
    ],
)
def test_group_is_that_of_the_system_which_a_test_shares_else_its_module(nodeid: str, group: str) -> None:
    assert group_of(nodeid) == group


def test_longest_groups_are_begun_first_in_their_order() -> None:
    short, system, faults = (
        "tests/unit/domain/test_ids.py::a",
        "tests/e2e/test_logs.py::a",
        "tests/faults/test_x.py::a",
    )
    assert sorted([short, faults, system], key=rank) == [system, faults, short]


def test_who_leaves_thousands_of_records_is_the_last_of_its_group() -> None:
    much, little = "tests/contract/rest/test_openapi.py::a", "tests/isolation/test_matrix.py::a"
    assert group_of(much) == group_of(little)
    assert sorted([much, little], key=rank) == [little, much]


def test_second_process_that_starts_what_one_group_shares_is_stopped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTEST_XDIST_WORKER", "gw100")
    claim_for_the_run(tmp_path / "gw100", "a test's own")
    monkeypatch.setenv("PYTEST_XDIST_WORKER", "gw101")
    with pytest.raises(RuntimeError, match="a test's own was started in gw100 already"):
        claim_for_the_run(tmp_path / "gw101", "a test's own")


def test_test_with_the_system_outside_its_group_is_refused(request: pytest.FixtureRequest) -> None:
    stray = pytest.Function.from_parent(request.node.parent, name="stray", callobj=lambda system: None)
    with pytest.raises(pytest.UsageError, match=r"test_groups\.py"):
        check_sharing([stray])


def test_tests_that_share_an_id_are_refused(request: pytest.FixtureRequest) -> None:
    twins = [
        pytest.Function.from_parent(request.node.parent, name="a", callobj=lambda: None) for _ in range(2)
    ]
    check_ids(twins[:1])
    with pytest.raises(pytest.UsageError, match=r"test_groups\.py::a"):
        check_ids(twins)
