"""The fixtures every test may use (each in its own module of tests/harness), the marker `kafka`, and who
runs beside whom when several processes share the tests."""

from pathlib import Path

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

FAULTS = Path(__file__).parent / "faults"
CAMPAIGN = Path(__file__).parent / "campaign"
# Begun first, in this order: they take the longest, and no process is to wait for another at the end.
LONGEST = ("faults", "system", "campaign", "test_up.py", "test_warehouse_week.py", "test_documents_in_s3.py")


def pytest_configure(config: pytest.Config) -> None:
    """Registers the markers here, beside the code that sets them."""
    config.addinivalue_line("markers", "kafka: meets a Kafka broker; runs once more against Apache Kafka")
    config.addinivalue_line("markers", "xdist_group(name): runs in one process with the others of its group")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Marks by fixture, so that nobody has to remember to."""
    for item in items:
        if isinstance(item, pytest.Function) and MEETS_A_BROKER & set(item.fixturenames):
            item.add_marker(pytest.mark.kafka)
    for item in items:
        item.add_marker(pytest.mark.xdist_group(group_of(item)))
    if hasattr(config, "workerinput"):
        items.sort(key=_rank)


def group_of(item: pytest.Item) -> str:
    """Tests of one group run in one process: those that share a running system, else those of a module."""
    if FAULTS in item.path.parents:
        return "faults"
    if CAMPAIGN in item.path.parents:
        return "campaign"
    if "system" in getattr(item, "fixturenames", ()):
        return "system"
    return item.path.name


def _rank(item: pytest.Item) -> int:
    group = group_of(item)
    return LONGEST.index(group) if group in LONGEST else len(LONGEST)
