"""Metrics of a process's connections to PostgreSQL."""

from typing import TYPE_CHECKING

from prometheus_client import Gauge

if TYPE_CHECKING:
    from entrygo.postgres.session_pool import SessionPool

CONNECTIONS = Gauge("entrygo_pool_connections", "Connections of a pool", ("pool", "state"))
LIMIT = Gauge("entrygo_pool_connections_limit", "Connections that a pool may hold", ("pool",))
WAITING = Gauge("entrygo_pool_waiting", "Transactions that wait for a connection, of all pools")


def watch_pool(name: str, pool: "SessionPool") -> None:
    """Reads the pool whenever the metrics are asked for."""

    def idle() -> int:
        return pool.get_idle_size() + pool.at_hand()

    CONNECTIONS.labels(name, "idle").set_function(idle)
    CONNECTIONS.labels(name, "used").set_function(lambda: pool.get_size() - idle())
    LIMIT.labels(name).set(pool.get_max_size())
