"""The gate that every mail to a broker passes: its recipient takes it, and the day has room for it.

What is held back waits in the ledger, with the reason; it has not been attempted.
"""

from dataclasses import dataclass

from entrygo.domain.ids import IdKind
from entrygo.domain.principal import Mode
from entrygo.execution.broker.channels import BY_NAME
from entrygo.execution.broker.recipient_store import RecipientStore
from entrygo.execution.broker.recipients import WHOLE_ACCOUNT, Hold, MailPolicy, recipient_key
from entrygo.execution.state.records import Submission
from entrygo.postgres.clock import transaction_time
from entrygo.postgres.pool import Connection
from entrygo.process.clock import Ids

EMAIL = BY_NAME["email"].type


@dataclass(frozen=True, slots=True, kw_only=True)
class MailGate:
    """Decides in the transaction that begins an attempt."""

    policy: MailPolicy
    ids: Ids

    async def hold(self, connection: Connection, attempt: Submission) -> Hold | None:
        """The reason to hold the mail, or None. Schedules a confirmation request for a new recipient.

        Uploads and test data always pass.
        """
        address = recipient_key(attempt.recipient_email)
        if attempt.submission_type != EMAIL or attempt.tenant.mode is Mode.TEST or address is None:
            return None
        store = RecipientStore(connection, attempt.visible)
        held = await self._not_taken(connection, store, attempt, address)
        # A mail is counted once, however often it is tried.
        if held is not None or attempt.attempts > 1 or not self.policy.counts:
            return held
        return await self._over_cap(store, address)

    async def _not_taken(
        self, connection: Connection, store: RecipientStore, attempt: Submission, address: str
    ) -> Hold | None:
        recipient = await store.find(address)
        if recipient is None and not self.policy.needs_word(address):
            return None
        now = await transaction_time(connection)
        if self.policy.should_ask(address, recipient, now):
            await store.want_asked(self.ids.new(IdKind.MAIL_RECIPIENT), address)
        assert attempt.prepared_at is not None
        return self.policy.hold(address, recipient, prepared_at=attempt.prepared_at, now=now)

    async def _over_cap(self, store: RecipientStore, address: str) -> Hold | None:
        mails = await store.count(WHOLE_ACCOUNT, address)
        held = self.policy.over_cap(address, mails, await store.tomorrow())
        if held is not None:
            await store.uncount(WHOLE_ACCOUNT, address)
        return held
