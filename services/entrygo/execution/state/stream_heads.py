"""What this process wrote last to the streams of exports' events that it wrote to last."""

from collections import OrderedDict

from entrygo.domain.principal import Tenant
from entrygo.messaging.heads import Head

# Exports that are executed at the moment, many times over.
REMEMBERED = 1000


class Heads:
    """A memory, never the truth: events follow a head only where the database says that it still is one."""

    def __init__(self) -> None:
        self._by_stream: OrderedDict[tuple[Tenant, str], Head] = OrderedDict()
        self._epoch: str | None = None

    def of(self, tenant: Tenant, export_id: str, *, are_first: bool) -> Head | None:
        """Where the stream may stand: the database has to check it. None where there is no telling.

        `are_first` as `EventRecorder.record` says.
        """
        known = self._by_stream.get((tenant, export_id))
        if known is None and are_first and self._epoch is not None:
            return Head(0, "", self._epoch)
        return known

    def note(self, tenant: Tenant, export_id: str, head: Head) -> None:
        """What was written and is committed."""
        self._epoch = head.epoch
        self._by_stream[tenant, export_id] = head
        self._by_stream.move_to_end((tenant, export_id))
        if len(self._by_stream) > REMEMBERED:
            self._by_stream.popitem(last=False)
