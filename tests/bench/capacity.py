"""How many orders a day the measured costs allow on so many cores, and where the system has to split.

Pure: from the JSON of a run to figures. The model is the sum of CPU work, for that is what every row of the
benchmark was bound by; disks, network and brokers' mail servers are not in it.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

# Warehouses work by day, and their busiest hour has a quarter of it.
PEAK_SHARE_OF_HOUR = 0.25
# Above this a queue before a core grows faster than it is worth.
BUSY_SHARE = 0.6
CORES = (2, 8, 64)
# Each order is synced once and exported once, in exports of this size.
ORDERS_AN_EXPORT = 50
# Processes of one event loop use one core; planning, execution and the rest are such processes.
CORES_A_PROCESS = 1.0
# One PostgreSQL on a machine of its own serves a system until it needs about this many cores.
CORES_OF_ONE_POSTGRES = 32.0
# What a topic is made with (ENTRYGO_KAFKA_PARTITIONS).
PARTITIONS_AT_LEAST = 12
DATABASE = "postgres"
# What others bring in production; their CPU counts, but they do not grow by processes of ours.
EMBEDDED = frozenset({DATABASE, "broker", "smtp"})


@dataclass(frozen=True, slots=True)
class Capacity:
    """What so many cores carry."""

    cores: int
    orders_a_day: int
    peak_orders_a_second: float
    # Processes of each service that the peak needs, by the CPU that each of them uses.
    replicas: Mapping[str, int]
    partitions: int
    database_cores: float

    @property
    def needs_database_per_service(self) -> bool:
        return self.database_cores > CORES_OF_ONE_POSTGRES


def cost_of_an_order(run: Mapping[str, Any]) -> dict[str, float]:
    """Core-milliseconds of each part for one order in an export of fifty with three documents."""
    row = next(row for row in run["rates"] if row["name"] == f"lifecycle_{ORDERS_AN_EXPORT}")
    return {name: value / ORDERS_AN_EXPORT for name, value in row["subjects"]["ours"]["core_ms"].items()}


def capacity(cost: Mapping[str, float], cores: int) -> Capacity:
    """Orders a day whose busiest hour keeps the cores at the share that leaves queues short."""
    in_all = sum(cost.values())
    peak = cores * 1000 * BUSY_SHARE / in_all
    used = {name: peak * value / 1000 for name, value in cost.items()}
    replicas = {
        name: max(1, math.ceil(share / (CORES_A_PROCESS * BUSY_SHARE)))
        for name, share in used.items()
        if name not in EMBEDDED
    }
    return Capacity(
        cores=cores,
        orders_a_day=int(peak * 3600 / PEAK_SHARE_OF_HOUR),
        peak_orders_a_second=peak,
        replicas=replicas,
        partitions=max(PARTITIONS_AT_LEAST, *replicas.values()),
        database_cores=used.get(DATABASE, 0.0),
    )


def cores_for(cost: Mapping[str, float], orders_a_day: int) -> int:
    """The cores whose busiest hour carries so many orders a day."""
    peak = orders_a_day * PEAK_SHARE_OF_HOUR / 3600
    return math.ceil(peak * sum(cost.values()) / 1000 / BUSY_SHARE)
