"""What Prometheus reads of each process after a lifecycle."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence

import pytest
import pytest_asyncio
from prometheus_client.parser import text_string_to_metric_families

from tests.contract.rest.documented import Rest, key_header, planned, unique
from tests.harness.system import System

PROCESSES = ("sync", "planning", "execution", "inspection", "gateway")
WRITERS = ("sync", "planning", "execution")
SERVICES = ("sync", "planning", "execution", "inspection")
PATIENCE_SECONDS = 60.0
# What an operator is promised, and the processes that know it.
PROMISED: Mapping[str, tuple[Sequence[str], Sequence[str]]] = {
    "rates by route": (("entrygo_gateway_requests",), ("gateway",)),
    "latencies by route": (("entrygo_gateway_request_seconds",), ("gateway",)),
    "rates and latencies by method": (("entrygo_rpc_requests", "entrygo_rpc_request_seconds"), SERVICES),
    "queue at the gateway": (
        ("entrygo_gateway_requests_waiting", "entrygo_gateway_requests_running"),
        ("gateway",),
    ),
    "queue of executions": (
        ("entrygo_executions_unfinished", "entrygo_executions_oldest_seconds"),
        ("execution",),
    ),
    "queue of deliveries": (
        ("entrygo_submissions_overdue_seconds", "entrygo_delivery_slots_held"),
        ("execution",),
    ),
    "outbox and its age": (("entrygo_outbox_events", "entrygo_outbox_oldest_seconds"), WRITERS),
    "projector's lag": (
        ("entrygo_projector_lag_records", "entrygo_projection_delay_seconds"),
        ("inspection",),
    ),
    "state of breakers": (("entrygo_delivery_breaker",), ("execution",)),
    "submissions by state": (("entrygo_submissions_open", "entrygo_submissions_settled"), ("execution",)),
    "use of pools": (
        ("entrygo_pool_connections", "entrygo_pool_connections_limit", "entrygo_pool_waiting"),
        SERVICES,
    ),
    "replays": (("entrygo_idempotency_replays",), WRITERS),
    "memory, CPU and files": (
        ("process_resident_memory_bytes", "process_cpu_seconds", "process_open_fds"),
        PROCESSES,
    ),
}

# Each sample by its name and labels.
Samples = Mapping[tuple[str, frozenset[tuple[str, str]]], float]


@pytest_asyncio.fixture(scope="module")
async def executed(system: System) -> AsyncIterator[str]:
    """An export that was executed, and the same execute once more."""
    async with system.client() as client:
        export_id = await planned(Rest(client, system))
        body = {"accountId": system.account_id, "batchId": export_id}
        key = key_header(unique("metered"))
        for _ in range(2):
            answer = await client.post("/api/exports/execute", json=body, headers=key)
            assert answer.status_code == 200, answer.text
        yield export_id


async def samples(system: System, process: str) -> Samples:
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(await system.metrics(process))
        for sample in family.samples
    }


def value(found: Samples, name: str, **labels: str) -> float:
    return found[name, frozenset(labels.items())]


async def holds(system: System, process: str, condition: Callable[[Samples], bool]) -> None:
    """What other processes do and samplers read comes in its own time; there is no event to await."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not condition(await samples(system, process)):  # noqa: ASYNC110
            await asyncio.sleep(0.2)


@pytest.mark.parametrize("process", PROCESSES)
async def test_process_exports_what_is_promised_of_it(system: System, executed: str, process: str) -> None:
    promised = {name for names, processes in PROMISED.values() if process in processes for name in names}
    families = {family.name for family in text_string_to_metric_families(await system.metrics(process))}
    assert promised - families == set()


async def test_requests_are_counted_by_route_and_status(system: System, executed: str) -> None:
    found = await samples(system, "gateway")
    route = "/api/exports/execute"
    assert value(found, "entrygo_gateway_requests_total", method="POST", route=route, status="200") >= 2
    assert value(found, "entrygo_gateway_request_seconds_count", route=route) >= 2
    assert value(found, "entrygo_gateway_requests_waiting") == 0
    found = await samples(system, "execution")
    method = "/entrygo.proto.execution.v1.Execution/ExecuteExport"
    assert value(found, "entrygo_rpc_requests_total", method=method, status="OK") >= 2
    assert value(found, "entrygo_rpc_request_seconds_count", method=method) >= 2


async def test_replay_of_an_answer_is_counted(system: System, executed: str) -> None:
    assert value(await samples(system, "execution"), "entrygo_idempotency_replays_total") >= 1


@pytest.mark.parametrize("process", WRITERS)
async def test_outbox_and_its_relay_are_seen(system: System, executed: str, process: str) -> None:
    since = time.time()
    await holds(
        system,
        process,
        lambda now: (
            # One whose process was paused has to become the leader again first.
            value(now, "entrygo_relay_leading", schema=process) == 1
            and value(now, "entrygo_relay_published_total", schema=process) >= 1
            and now.get(("entrygo_sampled_timestamp_seconds", frozenset({("schema", process)})), 0) > since
            and value(now, "entrygo_outbox_events", schema=process) == 0
            and value(now, "entrygo_outbox_oldest_seconds", schema=process) == 0
        ),
    )


async def test_projection_is_seen_to_catch_up(system: System, executed: str) -> None:
    def caught_up(now: Samples) -> bool:
        lags = [number for (name, _), number in now.items() if name == "entrygo_projector_lag_records"]
        return bool(lags) and not any(lags) and value(now, "entrygo_projection_delay_seconds_count") > 0

    await holds(system, "inspection", caught_up)
    found = await samples(system, "inspection")
    assert value(found, "entrygo_projector_connected") == 1
    assert value(found, "entrygo_dead_letters") == 0


async def test_submission_is_counted_once_it_is_settled(system: System, executed: str) -> None:
    await holds(
        system,
        "execution",
        lambda now: (
            now.get(("entrygo_submissions_settled_total", frozenset({("outcome", "sent")})), 0) >= 1
            and value(now, "entrygo_submissions_open", status="sending") == 0
        ),
    )


# Execution has connections that requests cannot take; each pool has figures of its own.
OWN_POOLS = [("execution", "execution leases"), ("execution", "execution reading")]


@pytest.mark.parametrize(("process", "pool"), [*((name, name) for name in WRITERS), *OWN_POOLS])
async def test_pool_is_seen(system: System, executed: str, process: str, pool: str) -> None:
    found = await samples(system, process)
    used, idle = (
        value(found, "entrygo_pool_connections", pool=pool, state=state) for state in ("used", "idle")
    )
    assert 0 < used + idle <= value(found, "entrygo_pool_connections_limit", pool=pool)
    assert value(found, "entrygo_pool_waiting") >= 0


@pytest.mark.parametrize("process", PROCESSES)
async def test_metrics_name_no_account_and_no_record(system: System, executed: str, process: str) -> None:
    text = await system.metrics(process)
    assert "process_resident_memory_bytes" in text
    assert [known for known in (system.account_id, executed, system.api_key) if known in text] == []
