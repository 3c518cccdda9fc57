"""Samples are sorted by the work that is nearest to where the processor was."""

import pytest

from tests.bench.profiles import by_kind, in_a_lifecycle


def test_what_is_called_counts_before_who_calls() -> None:
    samples = [
        "run (planning/servicer.py:1);decide (planning/decide.py:2) 3",
        "run (planning/servicer.py:1);fetch (asyncpg/connection.py:9);send (libc.so.6) 1",
    ]

    assert by_kind(samples) == {"decision": 0.75, "PostgreSQL's client": 0.25}


@pytest.mark.parametrize("leaf", ["epoll_wait (libc.so.6)", "pthread_cond_timedwait (libc.so.6)"])
def test_who_waits_takes_no_time(leaf: str) -> None:
    samples = [f"run (uvloop/loop.pyx:1);{leaf} 90", "run (uvloop/loop.pyx:1) 10"]

    assert by_kind(samples) == {"event loop": 1.0}


def test_a_kind_of_work_is_the_sum_over_all_parts_and_the_largest_comes_first() -> None:
    profiles = [
        {"part": "sync", "core_ms": 10.0, "percent": {"gRPC": 40.0, "files": 60.0}},
        {"part": "planning", "core_ms": 20.0, "percent": {"gRPC": 100.0}},
    ]

    assert list(in_a_lifecycle(profiles).items()) == [("gRPC", 24.0), ("files", 6.0)]
