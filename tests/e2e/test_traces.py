"""One trace from the REST call to the projection and the delivery, as a collector gets it."""

import asyncio
import secrets
from collections.abc import Callable

import pytest

from tests.contract.rest.documented import Rest, key_header, planned, unique
from tests.harness.otlp import Collector, SentSpan
from tests.harness.system import System

PATIENCE_SECONDS = 60.0
Spans = list[SentSpan]


async def spans_of(collector: Collector, trace_id: str, are_there: Callable[[Spans], bool]) -> Spans:
    """The spans of a trace once they are there: processes send them in their own time."""
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not are_there(found := collector.of_trace(trace_id)):  # noqa: ASYNC110
                await asyncio.sleep(0.05)
    except TimeoutError:
        sent = sorted({f"{span.process}: {span.name}" for span in collector.of_trace(trace_id)})
        pytest.fail(f"these alone were sent: {sent}, without {strangers_among(collector.of_trace(trace_id))}")
    return found


def has(spans: Spans, system: System, part: str, name: str) -> bool:
    process = named(system, part)
    return any(span.process == process and span.name.startswith(name) for span in spans)


def named(system: System, part: str) -> str:
    """The process of a part, as its traces name it."""
    return f"entrygo-{system.part(part).name}"


def is_whole(spans: Spans, system: System) -> bool:
    return (
        has(spans, system, "gateway", "POST /api/exports/execute")
        and has(spans, system, "execution", "/entrygo.proto.execution.v1.Execution/ExecuteExport")
        and has(spans, system, "planning", "/entrygo.proto.planning.v1.Planning/ClaimExport")
        and has(spans, system, "execution", "transaction")
        and has(spans, system, "execution", "deliver EMAIL")
        and has(spans, system, "inspection", "process entrygo.exports.v1")
    )


def strangers_among(spans: Spans) -> set[str]:
    """Parents that are not there."""
    return {span.parent_id for span in spans} - {span.span_id for span in spans}


async def test_one_trace_leads_from_the_rest_call_to_the_projection_and_to_the_delivery(
    system: System, collector: Collector
) -> None:
    trace_id, caller_id = secrets.token_hex(16), secrets.token_hex(8)
    asked = {"traceparent": f"00-{trace_id}-{caller_id}-01", "x-request-id": unique("traced")}
    async with system.client() as client:
        export_id = await planned(Rest(client, system))
        body = {"accountId": system.account_id, "batchId": export_id}
        answer = await client.post(
            "/api/exports/execute", json=body, headers={**asked, **key_header(unique("traced"))}
        )
        assert answer.status_code == 200, answer.text
    # Each has its parent among them, but the one within what the caller began.
    spans = await spans_of(
        collector, trace_id, lambda found: is_whole(found, system) and strangers_among(found) == {caller_id}
    )
    [first] = [span for span in spans if span.parent_id == caller_id]
    assert (first.process, first.name) == (named(system, "gateway"), "POST /api/exports/execute")
    assert asked["x-request-id"] in first.attributes["entrygo.request_id"]
    noted = " ".join(value for span in spans for value in span.attributes.values())
    for secret in (system.api_key, system.account_id, *system.product_ids):
        assert secret not in noted


async def test_request_that_is_not_sampled_leaves_no_trace(system: System, collector: Collector) -> None:
    trace_id = secrets.token_hex(16)
    async with system.client() as client:
        unsampled = f"00-{trace_id}-{secrets.token_hex(8)}-00"
        await client.get("/api/system/health", headers={"traceparent": unsampled})
        sampled = secrets.token_hex(16)
        asked = f"00-{sampled}-{secrets.token_hex(8)}-01"
        await client.get("/api/system/health", headers={"traceparent": asked})
    await spans_of(collector, sampled, lambda found: has(found, system, "gateway", "GET /api/system/health"))
    assert collector.of_trace(trace_id) == []
