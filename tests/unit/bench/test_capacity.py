"""The capacity model: what measured core-milliseconds mean for cores, processes and clusters."""

import pytest

from tests.bench.capacity import capacity, cores_for, cost_of_an_order

# 10 core-ms an order: 6 of them execution's, 3 PostgreSQL's.
COST = {"execution": 6.0, "postgres": 3.0, "gateway": 1.0}


def test_an_order_costs_its_share_of_an_export_of_fifty() -> None:
    run = {"rates": [{"name": "lifecycle_50", "subjects": {"ours": {"core_ms": {"execution": 300.0}}}}]}

    assert cost_of_an_order(run) == {"execution": 6.0}


def test_the_busiest_hour_keeps_cores_below_the_share_that_leaves_queues_short() -> None:
    found = capacity(COST, cores=2)

    # 2 cores x 60 % busy = 1,200 core-ms a second; a quarter of the day comes in its busiest hour.
    assert found.peak_orders_a_second == pytest.approx(120)
    assert found.orders_a_day == 120 * 3600 * 4


def test_what_uses_more_than_a_core_gets_processes_and_partitions_for_them() -> None:
    found = capacity(COST, cores=64)

    # 3,840 orders a second x 6 ms = 23.04 cores of execution, 0.6 of a core a process.
    assert found.replicas == {"execution": 39, "gateway": 7}
    assert found.partitions == 39
    assert found.database_cores == pytest.approx(11.52)


def test_small_systems_keep_one_process_a_service() -> None:
    assert capacity(COST, cores=1).replicas == {"execution": 1, "gateway": 1}


def test_the_broker_and_the_mail_server_cost_cores_and_are_not_multiplied() -> None:
    found = capacity({**COST, "broker": 5.0, "smtp": 5.0}, cores=64)

    assert found.peak_orders_a_second == pytest.approx(1920)
    assert set(found.replicas) == {"execution", "gateway"}


def test_one_cluster_is_no_longer_enough_where_postgresql_needs_more_cores_than_a_machine_gives() -> None:
    heavy = {"postgres": 9.0, "execution": 1.0}

    assert not capacity(heavy, cores=8).needs_database_per_service
    assert capacity(heavy, cores=64).needs_database_per_service


def test_cores_for_a_day_are_those_whose_capacity_reaches_it() -> None:
    cores = cores_for(COST, 10_000_000)

    assert capacity(COST, cores).orders_a_day >= 10_000_000 > capacity(COST, cores - 1).orders_a_day
