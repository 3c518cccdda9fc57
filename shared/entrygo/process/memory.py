"""What the C library keeps of memory that is free, and how often Python looks for cycles."""

import ctypes
import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

# From malloc.h of glibc.
_M_ARENA_MAX: Final = -8
# One for the event loop and one for the threads beside it: what one thread frees another one takes.
_ARENAS: Final = 2
# New objects before the youngest are looked at; the default is 700.
_GARBAGE_THRESHOLD: Final = 20_000
# The same while millions of objects are made that are all alive: no look finds anything, and looks are a
# tenth of what a large plan takes. A limit all the same: others go on beside it and may leave cycles.
_GARBAGE_THRESHOLD_OF_MILLIONS: Final = 1_000_000


def share_arenas() -> None:
    """Before threads start: else each keeps free memory of its own, up to as much as its largest work took.

    Does nothing where the C library is not glibc.
    """
    library = _glibc()
    if library is not None:
        library.mallopt(_M_ARENA_MAX, _ARENAS)


def _glibc() -> ctypes.CDLL | None:
    if not sys.platform.startswith("linux"):
        return None
    library = ctypes.CDLL(None)
    return library if hasattr(library, "mallopt") else None


# The thresholds that stand again afterwards, once for each who makes millions of objects.
_makers: list[tuple[int, int, int]] = []


@contextmanager
def making_millions() -> Iterator[None]:
    """Has the collector look for cycles once a million objects are new. May be entered at once by several."""
    _makers.append(_makers[0] if _makers else gc.get_threshold())
    gc.set_threshold(_GARBAGE_THRESHOLD_OF_MILLIONS, *_makers[0][1:])
    try:
        yield
    finally:
        usual = _makers.pop()
        if not _makers:
            gc.set_threshold(*usual)


def collect_seldom() -> None:
    """Leaves what is alive now out of every collection, and collects the rest less often."""
    # It stays alive: the collector need not walk it again and again.
    gc.freeze()
    # A plan or a package of ten thousand orders lives long and in millions of objects.
    gc.set_threshold(_GARBAGE_THRESHOLD, 10, 10)
