"""Tracing by OpenTelemetry: imported by `entrygo.process.tracing` alone, and only where it is wanted.

Sampling, batching, headers and further attributes are by its standard variables (OTEL_TRACES_SAMPLER, …).
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager

from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import SERVICE_NAME, Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import SpanKind, Status, StatusCode
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from entrygo.process.tracing import TRACEPARENT, Kind, Noted, Span, Value

KINDS: dict[Kind, SpanKind] = {
    "server": SpanKind.SERVER,
    "client": SpanKind.CLIENT,
    "producer": SpanKind.PRODUCER,
    "consumer": SpanKind.CONSUMER,
    "internal": SpanKind.INTERNAL,
}


class OtlpTracer:
    """Sends spans in batches from a thread of its own to a collector, as OTLP over HTTP."""

    def __init__(self, process: str, endpoint: str | None) -> None:
        name = os.environ.get("OTEL_SERVICE_NAME") or f"entrygo-{process}"
        self._provider = TracerProvider(resource=Resource.create({SERVICE_NAME: name}))
        url = None if endpoint is None else f"{endpoint.rstrip('/')}/v1/traces"
        self._provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=url)))
        self._tracer = self._provider.get_tracer("entrygo")
        self._propagator = TraceContextTextMapPropagator()

    @contextmanager
    def span(self, name: str, kind: Kind, parent: str | None, noted: Noted) -> Iterator[Span]:
        """As Tracer.span. A step that raises has failed; what it says is not recorded, it may hold data."""
        context = None if parent is None else self._propagator.extract({TRACEPARENT: parent})
        with self._tracer.start_as_current_span(
            name,
            context=context,
            kind=KINDS[kind],
            attributes=noted,
            record_exception=False,
            set_status_on_exception=False,
        ) as made:
            step = _OtlpSpan(made)
            try:
                yield step
            except Exception:
                step.fail()
                raise

    def traceparent(self) -> str | None:
        """As Tracer.traceparent."""
        carrier: dict[str, str] = {}
        self._propagator.inject(carrier)
        return carrier.get(TRACEPARENT)

    def end(self) -> None:
        """Sends what is left and stops, as Tracer.end says."""
        self._provider.shutdown()


class _OtlpSpan:
    def __init__(self, span: trace.Span) -> None:
        self._span = span

    def note(self, name: str, value: Value) -> None:
        self._span.set_attribute(name, value)

    def rename(self, name: str) -> None:
        self._span.update_name(name)

    def fail(self) -> None:
        self._span.set_status(Status(StatusCode.ERROR))
