"""Execution on real PostgreSQL and a real SMTP sink; planning is a fake of execution's own port."""

from collections.abc import AsyncIterator, Callable, Iterator
from functools import cache
from pathlib import Path

import pytest
import pytest_asyncio
from pydantic import SecretStr

from entrygo.execution.broker.channels import https
from entrygo.execution.settings import Settings
from tests.harness.mail import SmtpSink
from tests.integration.execution.world import World


@pytest.fixture(scope="package", autouse=True)
def authorities_are_read_once() -> Iterator[None]:
    """As a process of the service does; here hundreds of them begin."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(https, "tls_context", cache(https.tls_context))
        yield


@pytest_asyncio.fixture
async def make_world(
    database_url: str, smtp_sink: SmtpSink, tmp_path: Path
) -> AsyncIterator[Callable[..., World]]:
    """Makes processes of execution that share one database, one planning and one broker."""
    worlds: list[World] = []

    def make(**changes: object) -> World:
        fields: dict[str, object] = {
            "database_url": database_url,
            "artifacts_url": (tmp_path / "artifacts").as_uri(),
            "smtp_url": smtp_sink.url,
            "mail_from": "customs@northshore.example.com",
            "mail_recipients": "open",
        }
        with pytest.MonkeyPatch.context() as environment:
            for name, value in (fields | changes).items():
                environment.setenv(f"ENTRYGO_{name.upper()}", _text(value))
            world = World(Settings(), smtp_sink)
        worlds.append(world)
        return world

    yield make
    for world in worlds:
        await world.close()


@pytest_asyncio.fixture
async def world(make_world: Callable[..., World]) -> World:
    return make_world()


def _text(value: object) -> str:
    return value.get_secret_value() if isinstance(value, SecretStr) else str(value)
