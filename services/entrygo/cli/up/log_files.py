"""The log files of the parts, kept within bounds while they are written to.

The parts hold their files open for appending, so a full one is copied and emptied in its place, as
logrotate's `copytruncate` does: what is written between the two, some milliseconds, is lost.
"""

import os
import shutil
from pathlib import Path

MAX_LOG_BYTES = 20 * 1024 * 1024


def is_full(log: Path, *, max_bytes: int = MAX_LOG_BYTES) -> bool:
    """Whether its content is to be moved."""
    try:
        return log.stat().st_size > max_bytes
    except FileNotFoundError:
        return False


def rotate(log: Path, *, max_bytes: int = MAX_LOG_BYTES) -> bool:
    """Moves the content of a log that is larger into `<name>.log.1`, over what was there; whether it did."""
    if not is_full(log, max_bytes=max_bytes):
        return False
    earlier = log.with_suffix(".log.1")
    shutil.copyfile(log, earlier)
    earlier.chmod(0o600)
    os.truncate(log, 0)
    return True
