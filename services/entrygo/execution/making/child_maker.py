"""Packages made by child processes: the parent's side."""

from dataclasses import dataclass

from entrygo.domain.errors import ServiceUnavailable
from entrygo.execution.making.package_maker import PackageOrder, Prepared, StandsStill
from entrygo.process.workers import WorkerLost, Workers

MODULE = "entrygo.execution.making"
# About three hundred orders: makes documents in a tenth of a second and more.
LARGE_BYTES = 512 * 1024
# A child that hangs is ended. Twenty thousand orders (20 MB) take fifteen seconds of a core, after others.
PATIENCE_SECONDS = 60.0
PATIENCE_SECONDS_PER_MEGABYTE = 90.0
MEGABYTE = 1_000_000


class MakingInterrupted(ServiceUnavailable):
    """The process that made the documents ended; retry shortly with the same key."""


@dataclass(frozen=True, slots=True)
class ChildMaker:
    """Gives each order to one child; the child of a large package ends with it, and its memory."""

    workers: Workers

    async def make(self, order: PackageOrder, stands_still: StandsStill, /) -> Prepared:
        """As PackageMaker; raises MakingInterrupted for a child that died or hung."""
        size = len(order.snapshot)
        try:
            prepared: Prepared = await self.workers.call(
                order,
                within_seconds=PATIENCE_SECONDS + PATIENCE_SECONDS_PER_MEGABYTE * size / MEGABYTE,
                is_last=size >= LARGE_BYTES,
                stands_still=stands_still,
            )
        except WorkerLost as lost:
            raise MakingInterrupted from lost
        return prepared
