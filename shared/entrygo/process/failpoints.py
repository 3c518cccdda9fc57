"""Named points where a fault test may kill the process. Inert unless ENTRYGO_FAILPOINT is set.

`<name>:kill` names the point for the whole life of the process; `file:<path>` names a file that holds the
point's name and goes with the process, so that a restarted one passes the point.
"""

import os
from collections.abc import Callable
from pathlib import Path

VARIABLE = "ENTRYGO_FAILPOINT"
FILE_PREFIX = "file:"
KILLED = 137  # what a shell reports for SIGKILL

Reach = Callable[[str], None]


def reach(name: str) -> None:
    """Ends the process at once, without any clean-up, when the environment names this point."""
    armed = os.environ.get(VARIABLE, "")
    if armed == f"{name}:kill" or (armed.startswith(FILE_PREFIX) and _taken(armed, name)):
        os._exit(KILLED)


def _taken(armed: str, name: str) -> bool:
    """Whether the file names this point; it is gone then."""
    file = Path(armed.removeprefix(FILE_PREFIX))
    try:
        is_named = file.read_text(encoding="utf-8") == name
    except FileNotFoundError:
        return False
    if is_named:
        file.unlink()
    return is_named
