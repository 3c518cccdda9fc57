"""The fixtures every test may use (each in its own module of tests/harness), the marker `kafka`, and who
runs beside whom when several processes share the tests (tests/harness/groups.py). With
ENTRYGO_TEST_TOGETHER those alone run that meet the session's system."""

import ast
import gc
import os
import signal
from collections.abc import Generator

from tests.harness.parsing import uninterrupted

# Before anything else is imported: pytest parses by it whatever it rewrites.
ast.parse = uninterrupted(ast.parse)

import pytest  # noqa: E402
import structlog  # noqa: E402
from hypothesis import settings  # noqa: E402
from xdist.remote import Producer  # noqa: E402

from tests.harness.groups import (  # noqa: E402
    SYSTEM,
    TOGETHER_SETTING,
    GroupScheduling,
    check_ids,
    check_sharing,
    group_of,
    rank,
)

pytest_plugins = (
    "tests.harness.postgres",
    "tests.harness.brokers",
    "tests.harness.mail",
    "tests.harness.object_store",
    "tests.harness.system",
)

# The fixtures that follow ENTRYGO_TEST_KAFKA.
MEETS_A_BROKER = frozenset({"kafka_bootstrap", "system"})


# How long an example may take says more about the machine than about the code.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")


def pytest_configure(config: pytest.Config) -> None:
    """Registers the marker here, beside the code that sets it."""
    config.addinivalue_line("markers", "kafka: meets a Kafka broker; runs once more against Apache Kafka")
    # A run that a shell put into the background ignores SIGINT, and so would every server that it starts.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    # By default structlog has rich draw each traceback, with the source around it: up to a second for one.
    plain = structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)
    structlog.configure(processors=[*structlog.get_config()["processors"][:-1], plain])


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Without the garbage collector, as nearly all that is made is kept; nor is it looked at ever again."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.collect()
        gc.freeze()
        gc.enable()


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Marks by fixture, so that nobody has to remember to."""
    for item in items:
        if isinstance(item, pytest.Function) and MEETS_A_BROKER & set(item.fixturenames):
            item.add_marker(pytest.mark.kafka)
    is_of_this_run = _is_of_one_process if os.environ.get(TOGETHER_SETTING) else _is_of_any_or_several
    others = {item for item in items if not is_of_this_run(item)}
    config.hook.pytest_deselected(items=list(others))
    items[:] = [item for item in items if item not in others]
    check_ids(items)
    check_sharing(items)
    if hasattr(config, "workerinput"):
        items.sort(key=lambda item: rank(item.nodeid))


def _is_of_one_process(item: pytest.Item) -> bool:
    """Whether it says something of a system whose services share a process."""
    is_of_a_system = {"system", "world"} & set(getattr(item, "fixturenames", ()))
    return bool(is_of_a_system) and item.get_closest_marker("apart") is None


def _is_of_any_or_several(item: pytest.Item) -> bool:
    """Whether it says something without a system whose services share a process."""
    return item.get_closest_marker("together") is None


@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> None:
    """The shared system ends with its group, not with the session: idle, it takes a fifth of a core."""
    is_a_worker = hasattr(item.config, "workerinput")
    if is_a_worker and group_of(item.nodeid) == SYSTEM != group_of(nextitem.nodeid if nextitem else ""):
        for shared in item.session._fixturemanager.getfixturedefs("system", item) or ():
            shared.finish(item._request)  # type: ignore[attr-defined]


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> GroupScheduling:
    """Hands out the tests group by group."""
    return GroupScheduling(config, log)
