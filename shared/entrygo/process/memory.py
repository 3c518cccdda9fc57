"""What the C library keeps of memory that is free."""

import ctypes
import sys
from typing import Final

# From malloc.h of glibc.
_M_ARENA_MAX: Final = -8
# One for the event loop and one for the threads beside it: what one thread frees another one takes.
_ARENAS: Final = 2


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
