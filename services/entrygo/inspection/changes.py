"""Wakes the watchers in this process when an export changed. A change seen elsewhere is found by polling."""

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from entrygo.inspection.folding import ExportKey


class Changes:
    """Who waits for which export."""

    def __init__(self) -> None:
        self._watchers: defaultdict[ExportKey, set[asyncio.Event]] = defaultdict(set)

    @contextmanager
    def watch(self, key: ExportKey) -> Iterator[asyncio.Event]:
        """An event that is set at each change of the export, until the block is left."""
        changed = asyncio.Event()
        self._watchers[key].add(changed)
        try:
            yield changed
        finally:
            self._watchers[key].discard(changed)
            if not self._watchers[key]:
                del self._watchers[key]

    def wake(self, keys: Iterable[ExportKey]) -> None:
        for key in keys:
            for changed in self._watchers.get(key, ()):
                changed.set()
