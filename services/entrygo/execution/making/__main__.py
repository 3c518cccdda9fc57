"""The child process that makes packages: `python -m entrygo.execution.making`, begun by execution."""

from operator import attrgetter

from entrygo.execution.making.setup import MakerSetup
from entrygo.process.clock import Ids
from entrygo.process.workers import Handle, serve


def begin(setup: MakerSetup) -> Handle:
    """What answers a PackageOrder."""
    return setup.maker(Ids()).make


if __name__ == "__main__":
    serve(begin, attrgetter("log"))
