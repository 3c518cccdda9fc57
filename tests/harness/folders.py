"""Where tests keep what nobody reads after them."""

import shutil
import tempfile
from pathlib import Path

MEMORY = Path("/dev/shm")
ROOM_BYTES = 4 * 1024**3


def short_lived_folder(prefix: str) -> Path:
    """A new folder in memory where there is room, else on the disk: a cloned database is many small files."""
    has_room = MEMORY.is_dir() and shutil.disk_usage(MEMORY).free >= ROOM_BYTES
    return Path(tempfile.mkdtemp(prefix=prefix, dir=MEMORY if has_room else None))
