"""The two names of an upload over SFTP, and what is done by them: looked for, cleared away, written."""

import asyncio
import posixpath
from typing import TYPE_CHECKING

from entrygo.domain.facts import SftpEndpoint
from entrygo.execution.broker.channels.base import Delivery
from entrygo.process.late_imports import imported_late

if TYPE_CHECKING:
    import asyncssh
else:
    asyncssh = imported_late("asyncssh")

CHUNK_BYTES = 256 * 1024
# Of earlier attempts whose connection was lost, so many are cleared away after.
CLEARED_ATTEMPTS = 20


class Place:
    """The two names of an upload. The temporary one is this attempt's own: no other can write into it."""

    def __init__(self, endpoint: SftpEndpoint, delivery: Delivery) -> None:
        folder = endpoint.folder or ""
        self._content = delivery.content
        self.final = posixpath.join(folder, delivery.filename)
        first = max(1, delivery.attempt - CLEARED_ATTEMPTS)
        *self._earlier, self.temporary = (
            posixpath.join(folder, f".{delivery.filename}.{attempt}.part")
            for attempt in range(first, delivery.attempt + 1)
        )

    async def is_there(self, sftp: "asyncssh.SFTPClient") -> bool:
        """Whether an earlier attempt succeeded: only this submission has that name."""
        try:
            found = await sftp.stat(self.final)
        except asyncssh.SFTPNoSuchFile:
            return False
        return found.size == len(self._content)

    async def clear(self, sftp: "asyncssh.SFTPClient") -> None:
        """Takes away what earlier attempts had written when their connection was lost."""
        for name in self._earlier:
            try:
                await sftp.remove(name)
            except asyncssh.SFTPError as error:
                if not is_answer(error):
                    raise

    async def write(self, sftp: "asyncssh.SFTPClient", answer_timeout: float) -> None:
        async with asyncio.timeout(answer_timeout):
            file = await sftp.open(self.temporary, "wb")
        try:
            for start in range(0, len(self._content), CHUNK_BYTES):
                async with asyncio.timeout(answer_timeout):
                    await file.write(self._content[start : start + CHUNK_BYTES])
        finally:
            async with asyncio.timeout(answer_timeout):
                await file.close()


def is_answer(error: BaseException) -> bool:
    """Whether the error is an answer of the server rather than a failure of the connection."""
    lost = (asyncssh.SFTPConnectionLost, asyncssh.SFTPNoConnection)
    return isinstance(error, asyncssh.SFTPError) and not isinstance(error, lost)
