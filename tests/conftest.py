"""The fixtures every test may use (each in its own module of tests/harness), and the marker `kafka`."""

import pytest

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


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Marks by fixture, so that nobody has to remember to."""
    for item in items:
        if isinstance(item, pytest.Function) and MEETS_A_BROKER & set(item.fixturenames):
            item.add_marker(pytest.mark.kafka)
