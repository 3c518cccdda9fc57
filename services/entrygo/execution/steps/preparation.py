"""Packages in turns: a few at once, account by account, and one large one at a time.

A package whose maker stands still keeps no other one of its account waiting: that goes to a free maker.
"""

from dataclasses import dataclass, field

from entrygo.execution.broker.bulkhead import Bulkhead, Slot
from entrygo.execution.broker.routes import Route
from entrygo.execution.making.package_maker import MakesPackages, PackageOrder, Prepared
from entrygo.execution.objects.by_digest import ObjectStore, StoreUnavailable

_MAKING = Route(server="making", destination="making")


@dataclass(frozen=True, slots=True, kw_only=True)
class Preparation:
    """Has packages made by `maker`."""

    maker: MakesPackages
    # Where the maker stores; its health is known here.
    objects: ObjectStore
    # Packages made at once, of accounts in turn.
    makings: Bulkhead
    # The accounts of which one stands still and has given its turn to another: one of each, so that no
    # account has all makers that stand still.
    _aside: set[str] = field(default_factory=set)

    async def prepare(self, order: PackageOrder) -> Prepared:
        """Raises DocumentsFailed, SnapshotUnreadable, StoreUnavailable or another outage."""
        async with self.makings.slot(order.tenant.account_id, _MAKING) as slot:
            try:
                prepared = await self.maker.make(order, lambda: self._set_aside(slot))
            except StoreUnavailable:
                self.objects.noted_elsewhere(takes_writes=False)
                raise
            finally:
                if slot.is_back:
                    self._aside.remove(slot.account_id)
            self.objects.noted_elsewhere(takes_writes=True)
            return prepared

    def _set_aside(self, slot: Slot) -> None:
        if slot.account_id not in self._aside:
            self._aside.add(slot.account_id)
            self.makings.give_back(slot)
