"""A fault of Python 3.11 kept away: two syntax trees may not be built within each other."""

import gc
import threading
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")

_one_at_a_time = threading.RLock()


def uninterrupted(parse: Callable[P, R]) -> Callable[P, R]:
    """`ast.parse`, within which no garbage is collected.

    One depth is counted for all trees of a process. A collection within may run a finalizer whose traceback
    is drawn, for which its line is parsed, or let another thread go on that parses: the outer one then fails
    with "AST constructor recursion depth mismatch" (python/cpython issue 106905).
    """

    @wraps(parse)
    def parse_whole(*args: P.args, **kwargs: P.kwargs) -> R:
        with _one_at_a_time:
            was_enabled = gc.isenabled()
            gc.disable()
            try:
                return parse(*args, **kwargs)
            finally:
                if was_enabled:
                    gc.enable()

    return parse_whole
