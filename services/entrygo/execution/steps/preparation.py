"""Packages in turns: a few at once, account by account, and one large one at a time."""

from dataclasses import dataclass

from entrygo.execution.broker.bulkhead import Bulkhead
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

    async def prepare(self, order: PackageOrder) -> Prepared:
        """Raises DocumentsFailed, SnapshotUnreadable, StoreUnavailable or another outage."""
        async with self.makings.slot(order.tenant.account_id, _MAKING):
            try:
                prepared = await self.maker.make(order)
            except StoreUnavailable:
                self.objects.noted_elsewhere(takes_writes=False)
                raise
            self.objects.noted_elsewhere(takes_writes=True)
            return prepared
