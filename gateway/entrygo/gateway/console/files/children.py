"""Files are read in processes of low priority: one that takes seconds holds up nobody but its sender."""

from entrygo.domain.errors import ServiceUnavailable
from entrygo.gateway.console.files.reading import Read, Wanted
from entrygo.process.settings import LogSettings
from entrygo.process.workers import WorkerLost, Workers
from entrygo.requests.fair_slots import FairSlots

MODULE = "entrygo.gateway.console.files"
AT_ONCE = 2
WAITING = 32
PATIENCE_SECONDS = 30.0
# The slowest file that is not refused unread takes 5 s of a core.
LONGEST_SECONDS = 60.0
NOT_READ = "The file could not be read right now; send it again."


class FileReaders:
    """A process for each file, which gives back what reading it took; an account's one after the other."""

    def __init__(self, children: Workers) -> None:
        self._children = children
        self._turns = FairSlots(
            running=AT_ONCE, per_account=1, in_company=1, waiting=WAITING, patience=PATIENCE_SECONDS
        )

    async def read(self, account: str, wanted: Wanted) -> Read:
        """As `reading.read`, whose errors it raises; ServiceUnavailable for a file that takes too long."""
        async with self._turns.hold(account):
            try:
                found: Read = await self._children.call(wanted, within_seconds=LONGEST_SECONDS, is_last=True)
            except WorkerLost as error:
                raise ServiceUnavailable(NOT_READ) from error
            return found

    def close(self) -> None:
        """Ends those that read."""
        self._children.close()


def file_readers(log: LogSettings) -> FileReaders:
    """Readers that begin with the first file; `log` says how they log."""
    return FileReaders(Workers(MODULE, log, at_once=AT_ONCE))
