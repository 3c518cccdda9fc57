"""Named points where a fault test may kill the process: ENTRYGO_FAILPOINT=<name>:kill. Inert if unset."""

import os
from collections.abc import Callable

VARIABLE = "ENTRYGO_FAILPOINT"
KILLED = 137  # what a shell reports for SIGKILL

Reach = Callable[[str], None]


def reach(name: str) -> None:
    """Ends the process at once, without any clean-up, when the environment names this point."""
    if os.environ.get(VARIABLE) == f"{name}:kill":
        os._exit(KILLED)
