"""What would wait for the garbage collector: objects that are made and that nobody lets go."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def uncollected(*kinds: type) -> Iterator[list[object]]:
    """No collection within; afterwards the list holds what was made of these kinds and is still there."""
    gc.collect()
    before = {id(each) for each in gc.get_objects() if isinstance(each, kinds)}
    held: list[object] = []
    gc.disable()
    try:
        yield held
        held += [each for each in gc.get_objects() if isinstance(each, kinds) and id(each) not in before]
    finally:
        gc.enable()
