"""The gate that every mail to a broker passes: its recipient takes it, and the day has room for it.

What is held back waits in the ledger, with the reason; it has not been attempted.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from entrygo.domain.ids import IdKind
from entrygo.domain.principal import Mode, Tenant, Visible
from entrygo.execution.broker.channels import BY_NAME
from entrygo.execution.broker.recipient_store import RecipientStore
from entrygo.execution.broker.recipients import WHOLE_ACCOUNT, Hold, MailPolicy, RecipientState, recipient_key
from entrygo.execution.state.records import Submission
from entrygo.postgres.clock import transaction_time
from entrygo.postgres.pool import Connection
from entrygo.process.clock import Ids

EMAIL = BY_NAME["email"].type


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """What has to hold of the address of a mail that leaves at once; of none where there is no address.

    `caps` as `MailPolicy.caps`.
    """

    address: str | None = None
    states: Collection[RecipientState] = ()
    caps: Mapping[str, int | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class MailGate:
    """Decides in the transaction that begins an attempt."""

    policy: MailPolicy
    ids: Ids

    def passage(self, attempt: Submission) -> Passage:
        """What lets a first attempt through, for the statement that writes it; where that does not hold,
        `hold` says why."""
        address = _gated_address(attempt.tenant, attempt.recipient_email)
        if attempt.submission_type != EMAIL or address is None:
            return Passage()
        return Passage(
            address=address, states=self.policy.let_through(address), caps=self.policy.caps(address)
        )

    async def hold(self, connection: Connection, attempt: Submission) -> Hold | None:
        """The reason to hold the mail, or None. Schedules a confirmation request for a new recipient.

        Uploads always pass.
        """
        if attempt.submission_type != EMAIL:
            return None
        # A mail is counted once, however often it is tried.
        return await self.hold_mail(
            connection,
            attempt.visible,
            attempt.recipient_email,
            prepared_at=attempt.prepared_at,
            counts=attempt.attempts <= 1,
        )

    async def hold_mail(
        self,
        connection: Connection,
        visible: Visible,
        recipient: str | None,
        *,
        prepared_at: datetime | None,
        counts: bool,
    ) -> Hold | None:
        """The same of any mail to this address; one that is prepared now has no `prepared_at` yet."""
        address = _gated_address(visible.tenant, recipient)
        if address is None:
            return None
        store = RecipientStore(connection, visible)
        held = await self._not_taken(connection, store, address, prepared_at)
        if held is not None or not counts or not self.policy.counts:
            return held
        return await self._over_cap(store, address)

    async def uncount(self, connection: Connection, visible: Visible, recipient: str | None) -> None:
        """A mail that `hold_mail` counted was not tried: it is counted when it is."""
        address = _gated_address(visible.tenant, recipient)
        if address is not None and self.policy.counts:
            await RecipientStore(connection, visible).uncount(WHOLE_ACCOUNT, address)

    async def _not_taken(
        self, connection: Connection, store: RecipientStore, address: str, prepared_at: datetime | None
    ) -> Hold | None:
        recipient = await store.find(address)
        if recipient is None and not self.policy.needs_word(address):
            return None
        now = await transaction_time(connection)
        if self.policy.should_ask(address, recipient, now):
            await store.want_asked(self.ids.new(IdKind.MAIL_RECIPIENT), address)
        return self.policy.hold(address, recipient, prepared_at=prepared_at or now, now=now)

    async def _over_cap(self, store: RecipientStore, address: str) -> Hold | None:
        mails = await store.count(WHOLE_ACCOUNT, address)
        held = self.policy.over_cap(address, mails, await store.tomorrow())
        if held is not None:
            await store.uncount(WHOLE_ACCOUNT, address)
        return held


def _gated_address(tenant: Tenant, recipient: str | None) -> str | None:
    """The address whose word and counts decide; None for test data and for no address, which always pass."""
    return None if tenant.mode is Mode.TEST else recipient_key(recipient)
