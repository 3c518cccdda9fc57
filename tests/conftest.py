"""The fixtures every test may use (each in its own module of tests/harness), the marker `kafka`, and who
runs beside whom when several processes share the tests (tests/harness/groups.py)."""

import signal

import pytest
import structlog
from xdist.remote import Producer

from tests.harness.groups import GroupScheduling, check_sharing, rank

pytest_plugins = (
    "tests.harness.postgres",
    "tests.harness.brokers",
    "tests.harness.mail",
    "tests.harness.object_store",
    "tests.harness.system",
)

# The fixtures that follow ENTRYGO_TEST_KAFKA.
MEETS_A_BROKER = frozenset({"kafka_bootstrap", "system"})


def pytest_configure(config: pytest.Config) -> None:
    """Registers the marker here, beside the code that sets it."""
    config.addinivalue_line("markers", "kafka: meets a Kafka broker; runs once more against Apache Kafka")
    # A run that a shell put into the background ignores SIGINT, and so would every server that it starts.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    # By default structlog has rich draw each traceback, with the source around it: up to a second for one.
    plain = structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)
    structlog.configure(processors=[*structlog.get_config()["processors"][:-1], plain])


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Marks by fixture, so that nobody has to remember to."""
    for item in items:
        if isinstance(item, pytest.Function) and MEETS_A_BROKER & set(item.fixturenames):
            item.add_marker(pytest.mark.kafka)
    check_sharing(items)
    if hasattr(config, "workerinput"):
        items.sort(key=lambda item: rank(item.nodeid))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> GroupScheduling:
    """Hands out the tests group by group."""
    return GroupScheduling(config, log)
