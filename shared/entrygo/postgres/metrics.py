"""Metrics of a process's connections to PostgreSQL."""

from typing import TYPE_CHECKING

from prometheus_client import Gauge

if TYPE_CHECKING:
    from entrygo.postgres.pool import Pool

CONNECTIONS = Gauge("entrygo_pool_connections", "Connections of a pool", ("pool", "state"))
LIMIT = Gauge("entrygo_pool_connections_limit", "Connections that a pool may hold", ("pool",))
WAITING = Gauge("entrygo_pool_waiting", "Transactions that wait for a connection, of all pools")


def watch_pool(name: str, pool: "Pool") -> None:
    """Reads the pool whenever the metrics are asked for."""
    CONNECTIONS.labels(name, "idle").set_function(pool.get_idle_size)
    CONNECTIONS.labels(name, "used").set_function(lambda: pool.get_size() - pool.get_idle_size())
    LIMIT.labels(name).set(pool.get_max_size())
