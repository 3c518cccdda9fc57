"""What this process wrote last to the streams of exports' events that it wrote to last."""

from entrygo.domain.principal import Tenant
from entrygo.messaging.heads import Head
from entrygo.process.remembered import Remembered


class Heads:
    """A memory, never the truth: events follow a head only where the database says that it still is one."""

    def __init__(self) -> None:
        self._by_stream: Remembered[tuple[Tenant, str], Head] = Remembered()
        self._epoch: str | None = None

    def of(self, tenant: Tenant, export_id: str, *, are_first: bool) -> Head | None:
        """Where the stream may stand: the database has to check it. None where there is no telling.

        `are_first` as `EventRecorder.record` says.
        """
        known = self._by_stream.of((tenant, export_id))
        if known is None and are_first and self._epoch is not None:
            return Head(0, "", self._epoch)
        return known

    def note(self, tenant: Tenant, export_id: str, head: Head) -> None:
        """What was written and is committed."""
        self._epoch = head.epoch
        self._by_stream.note((tenant, export_id), head)
