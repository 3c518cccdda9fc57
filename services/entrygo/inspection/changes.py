"""Wakes the watchers in this process when an export changed, or any of an account.

What another replica applied the lookout finds (`feed/heads.py`); who watches one export looks by itself.
"""

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from entrygo.domain.principal import Tenant
from entrygo.inspection.folding import ExportKey


class Changes:
    """Who waits for which export, or for any of which account."""

    def __init__(self) -> None:
        self._watchers: defaultdict[ExportKey | Tenant, set[asyncio.Event]] = defaultdict(set)
        # Set while somebody watches.
        self.are_watched = asyncio.Event()

    @contextmanager
    def watch(self, key: ExportKey | Tenant) -> Iterator[asyncio.Event]:
        """An event that is set at each change of what is watched, until the block is left."""
        changed = asyncio.Event()
        self._watchers[key].add(changed)
        self.are_watched.set()
        try:
            yield changed
        finally:
            self._watchers[key].discard(changed)
            if not self._watchers[key]:
                del self._watchers[key]
            if not self._watchers:
                self.are_watched.clear()

    def wake(self, keys: Iterable[ExportKey]) -> None:
        """Wakes whoever watches one of these exports, or any export of their tenant."""
        if not self._watchers:
            return
        for key in keys:
            for watched in (key, key.tenant):
                self._wake(watched)

    def watched_tenants(self) -> list[Tenant]:
        """Those whose feeds somebody watches."""
        return [key for key in self._watchers if isinstance(key, Tenant)]

    def wake_tenants(self, tenants: Iterable[Tenant]) -> None:
        """Wakes whoever watches the feed of one of these."""
        for tenant in tenants:
            self._wake(tenant)

    def _wake(self, watched: ExportKey | Tenant) -> None:
        for changed in self._watchers.get(watched, ()):
            changed.set()
