"""Tracing costs nothing until somebody names a collector."""

import subprocess
import sys

import pytest

from entrygo.process import tracing
from entrygo.process.settings import TraceSettings

SAMPLED = 0b1
PROCESSES = ("gateway.app", "sync.servicer", "planning.servicer", "execution.servicer", "inspection.servicer")


def test_no_process_imports_opentelemetry_by_itself() -> None:
    imports = "; ".join(f"import entrygo.{each}" for each in (*PROCESSES, "service.run"))
    code = f"import sys; {imports}; sys.exit(any(name.startswith('opentelemetry') for name in sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_without_an_endpoint_nothing_is_traced(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in tracing.STANDARD_ENDPOINTS:
        monkeypatch.delenv(name, raising=False)
    tracing.start("sync", TraceSettings(otlp_endpoint=None))
    with tracing.span("step") as step:
        step.note("name", "value")
        assert tracing.traceparent() is None
        assert tracing.trace_metadata() == ()
    assert tracing.span("one") is tracing.span("another")


@pytest.mark.parametrize("name", tracing.STANDARD_ENDPOINTS)
def test_opentelemetrys_own_variables_are_obeyed(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, "http://127.0.0.1:1")
    monkeypatch.setenv("OTEL_TRACES_SAMPLER", "always_off")
    try:
        monkeypatch.setenv("OTEL_SDK_DISABLED", "true")
        tracing.start("sync", TraceSettings(otlp_endpoint=None))
        assert tracing.traceparent() is None
        monkeypatch.delenv("OTEL_SDK_DISABLED")
        tracing.start("sync", TraceSettings(otlp_endpoint=None))
        with tracing.span("step"):
            flags = int((tracing.traceparent() or "").rpartition("-")[2], 16)
            assert not flags & SAMPLED
    finally:
        tracing.end()
        tracing.use(None)
