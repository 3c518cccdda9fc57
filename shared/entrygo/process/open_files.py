"""How many files and connections the system lets a process have at once."""

import resource
from typing import Final

# Every connection is one. Shells and service managers start with 1,024, macOS with 256, fewer than the
# gateway's own limits, and allow whoever asks more. macOS takes no larger number where it names no limit.
_ENOUGH: Final = 10_240


def allow_enough() -> None:
    """Before anything is opened: the limits of connections are then ours, which answer, not the system's."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY:
        return
    most = _ENOUGH if hard == resource.RLIM_INFINITY else min(_ENOUGH, hard)
    if soft < most:
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
