"""Where the metrics of a process are."""

import socket

import pytest

from entrygo.process.metrics import serve_metrics
from entrygo.process.settings import MetricsSettings
from tests.harness.processes import LOOPBACK


def test_a_port_of_metrics_that_is_taken_is_said_in_words() -> None:
    with socket.create_server((LOOPBACK, 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(SystemExit, match=rf"^ENTRYGO_METRICS_PORT: {LOOPBACK}:{port} is not to be had: "):
            serve_metrics(MetricsSettings(host=LOOPBACK, port=port))
