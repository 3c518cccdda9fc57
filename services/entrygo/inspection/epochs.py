"""Which life of its database each owner is in, as it last said."""

from collections.abc import Mapping, Sequence

from entrygo.domain.errors import EntryGoError, ServiceUnavailable
from entrygo.inspection.folding import ExportKey, key_of
from entrygo.inspection.owners import Owner
from entrygo.proto.events.v1 import events_pb2
from entrygo.rpc.calls import service_metadata

ASK_SECONDS = 5.0


class Epochs:
    """The current epoch of each owner, asked again when an event carries another one: it may be newer."""

    def __init__(self, owners: Mapping[str, Owner], *, service_token: str | None) -> None:
        self._owners = owners
        self._token = service_token
        self._known: dict[str, str | None] = dict.fromkeys(owners)

    async def foreign(self, events: Sequence[events_pb2.Event]) -> set[ExportKey]:
        """The exports with an event that was not written in the life its owner's database is in.

        Raises ServiceUnavailable when an owner that must be asked does not say.
        """
        for source in {event.source for event in events if event.epoch != self._known[event.source]}:
            self._known[source] = await self._ask(self._owners[source])
        return {key_of(event) for event in events if event.epoch != self._known[event.source]}

    async def _ask(self, owner: Owner) -> str:
        metadata = service_metadata(self._token or "", None)
        try:
            return (await owner.history(metadata, ASK_SECONDS)).epoch
        except EntryGoError as error:
            # Also one of the previous release, which does not know the question.
            raise ServiceUnavailable(f"The {owner.source} service does not say its epoch.") from error
