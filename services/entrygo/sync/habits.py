"""What an account's last sync of orders was like: the next one is probably the same. A guess; no I/O."""

from collections import OrderedDict

from entrygo.domain.principal import Tenant, Visible

MAX_TENANTS = 10_000


class Habits:
    """Remembers, of each tenant, the epoch in which its last orders were all new."""

    def __init__(self) -> None:
        self._epochs: OrderedDict[Tenant, str] = OrderedDict()

    def epoch_if_new(self, visible: Visible) -> str | None:
        """The epoch as it was last read, where the next orders are probably new; None otherwise."""
        return self._epochs.get(visible.tenant)

    def note(self, visible: Visible, epoch: str | None) -> None:
        """The last orders were all new in this epoch; None: they were not."""
        self._epochs.pop(visible.tenant, None)
        if epoch is not None:
            self._epochs[visible.tenant] = epoch
            while len(self._epochs) > MAX_TENANTS:
                self._epochs.popitem(last=False)
