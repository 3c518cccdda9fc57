"""Asks the database now and then for figures that it alone knows, and keeps them as metrics.

It has a session of its own and a bound for every look, so that neither a scrape nor a request ever waits
for it. While the database is away the last figures stand, and `entrygo_sampled_timestamp_seconds` says how
old they are.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

import structlog
from prometheus_client import Gauge

from entrygo.postgres.pool import DATABASE_ERRORS, Connection, open_background_session
from entrygo.process.ending import pause
from entrygo.process.metrics import READERS, Readers

EVERY_SECONDS = 5.0
# How often while nobody has read the metrics of this process for some minutes.
UNREAD_SECONDS = 30.0
READ_WITHIN_SECONDS = 150.0
LONGEST_SECONDS = 3.0

SAMPLED = Gauge(
    "entrygo_sampled_timestamp_seconds", "When the figures of a schema were last read from it", ("schema",)
)

Measure = Callable[[Connection], Awaitable[None]]

log = structlog.get_logger(__name__)


class Sampler:
    """Takes the measures of one schema; they see every account, and give counts and ages alone."""

    def __init__(
        self,
        *,
        database_url: str,
        schema: str,
        measures: Sequence[Measure],
        longest: float = LONGEST_SECONDS,
        readers: Readers = READERS,
    ) -> None:
        self._database_url = database_url
        self._schema = schema
        self._measures = measures
        self._longest = longest
        self._readers = readers
        self._session: Connection | None = None
        # Start at 0 so that the staleness alert fires even if sampling never succeeded.
        SAMPLED.labels(schema).set(0)

    async def run(self, stop: asyncio.Event) -> None:
        """Until `stop`; a look that fails is left out."""
        try:
            while not stop.is_set():
                await self.sample()
                is_read = self._readers.came_within(READ_WITHIN_SECONDS)
                await pause(stop, EVERY_SECONDS if is_read else UNREAD_SECONDS)
        finally:
            self.close()

    async def sample(self) -> None:
        """Reads the figures once."""
        try:
            async with asyncio.timeout(self._longest):
                session = self._session or await open_background_session(
                    self._database_url, schema=self._schema
                )
                self._session = session
                for measure in self._measures:
                    await measure(session)
        except DATABASE_ERRORS as error:
            log.info("sampler.no_answer", schema=self._schema, error=repr(error))
            self.close()
        else:
            SAMPLED.labels(self._schema).set_to_current_time()

    def close(self) -> None:
        """Leaves the database at once; the next look comes back to it."""
        if self._session is not None:
            self._session.terminate()
            self._session = None
