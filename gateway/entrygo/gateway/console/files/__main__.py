"""Reads files for the gateway, as a child of it: `python -m entrygo.gateway.console.files`."""

from entrygo.gateway.console.files.reading import Read, Wanted, read
from entrygo.process.settings import LogSettings
from entrygo.process.working import Handle, serve


def _begin(log: LogSettings) -> Handle:
    async def handle(wanted: Wanted) -> Read:
        return read(wanted)

    return handle


if __name__ == "__main__":
    serve("gateway worker", _begin, lambda log: log)
