"""The child process that makes packages: `python -m entrygo.execution.making`, begun by execution."""

import gc
from dataclasses import replace
from operator import attrgetter

from entrygo.domain.snapshot import Snapshot, read_snapshot
from entrygo.execution.making.child_maker import LARGE_BYTES
from entrygo.execution.making.setup import MakerSetup
from entrygo.process.clock import Ids
from entrygo.process.working import Handle, serve


def begin(setup: MakerSetup) -> Handle:
    """What answers a PackageOrder; a sample was made before, so that no caller waits for fonts."""
    maker = replace(setup.maker(Ids()), read=read)
    maker.get_ready()
    return maker.make


def read(content: bytes) -> Snapshot:
    """The snapshot. This process ends with a large one, so nothing of that is looked through for cycles."""
    if len(content) < LARGE_BYTES:
        return read_snapshot(content)
    gc.disable()
    try:
        return read_snapshot(content)
    finally:
        gc.freeze()
        gc.enable()


if __name__ == "__main__":
    serve("execution worker", begin, attrgetter("log"))
