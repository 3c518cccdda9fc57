"""Spans: what a request does on its way through the processes, as OpenTelemetry collects it.

Off until an endpoint is named; then `entrygo.process.otlp` is imported, and OpenTelemetry with it. The
context of a span travels as W3C `traceparent`: with requests, calls and records.
Attributes name methods, ids and outcomes; never a key, a body or what it holds.
"""

import os
from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from importlib import import_module
from types import MappingProxyType
from typing import Literal, Protocol

from entrygo.process.settings import TraceSettings

TRACEPARENT = "traceparent"
# Where OpenTelemetry's own variables name an endpoint.
STANDARD_ENDPOINTS = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")

Kind = Literal["server", "client", "producer", "consumer", "internal"]
Value = str | int
Noted = Mapping[str, Value]
NOTHING_NOTED: Noted = MappingProxyType({})


class Span(Protocol):
    """One step, while it lasts."""

    def note(self, name: str, value: Value) -> None:
        """Adds what is known by now."""

    def rename(self, name: str) -> None:
        """Gives the name that is known by now."""

    def fail(self) -> None:
        """Marks the step as one that failed."""


class Tracer(Protocol):
    """Makes spans and sends them on."""

    def span(self, name: str, kind: Kind, parent: str | None, noted: Noted) -> AbstractContextManager[Span]:
        """A step inside the current one, or inside `parent` (a W3C traceparent) where one is given."""

    def traceparent(self) -> str | None:
        """The current step as a W3C traceparent; None outside of any."""

    def end(self) -> None:
        """Sends what is left and stops."""


class NoSpan:
    """Stands in where nothing is traced."""

    def note(self, name: str, value: Value) -> None: ...

    def rename(self, name: str) -> None: ...

    def fail(self) -> None: ...


_NO_SPAN: AbstractContextManager[Span] = nullcontext(NoSpan())
_tracer: Tracer | None = None


def start(process: str, settings: TraceSettings) -> None:
    """Begins to trace, where an endpoint is named and OTEL_SDK_DISABLED does not forbid it."""
    is_named = settings.otlp_endpoint or any(map(os.environ.get, STANDARD_ENDPOINTS))
    if is_named and os.environ.get("OTEL_SDK_DISABLED", "").lower() != "true":
        use(import_module("entrygo.process.otlp").OtlpTracer(process, settings.otlp_endpoint))


def use(tracer: Tracer | None) -> None:
    """Traces with `tracer` from now on; None: not at all."""
    global _tracer  # noqa: PLW0603 - of the process, as its log and its metrics are
    _tracer = tracer


def end() -> None:
    """Sends what is left, at the end of the process."""
    if _tracer is not None:
        _tracer.end()


def span(
    name: str, kind: Kind = "internal", parent: str | None = None, noted: Noted = NOTHING_NOTED
) -> AbstractContextManager[Span]:
    """A step within the one at hand, or within `parent`, which is a `traceparent` of elsewhere."""
    return _NO_SPAN if _tracer is None else _tracer.span(name, kind, parent, noted)


def inner_span(
    name: str, kind: Kind = "internal", noted: Noted = NOTHING_NOTED
) -> AbstractContextManager[Span]:
    """A step of something that is traced; background work that serves nobody has none."""
    return _NO_SPAN if traceparent() is None else span(name, kind, None, noted)


def traceparent() -> str | None:
    """The context of the step at hand, to be sent on; None where nothing is traced."""
    return None if _tracer is None else _tracer.traceparent()


def trace_metadata() -> tuple[tuple[str, str], ...]:
    """The same as metadata of a call."""
    context = traceparent()
    return () if context is None else ((TRACEPARENT, context),)
