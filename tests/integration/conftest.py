"""What every integration test does as a service does it, but with less in advance."""

from collections.abc import Iterator

import pytest

from entrygo.postgres import pool


@pytest.fixture(scope="package", autouse=True)
def sessions_are_opened_when_they_are_needed() -> Iterator[None]:
    """A pool lives for one test, which seldom asks for four at once."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(pool, "WARM_SESSIONS", 1)
        yield
