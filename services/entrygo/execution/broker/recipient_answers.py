"""What is known of an account's recipients, and what the holder of a recipient's link may say."""

from collections.abc import Sequence
from dataclasses import dataclass

from entrygo.domain.principal import Mode, Tenant, Visible
from entrygo.execution.broker.recipient_store import RecipientStore
from entrygo.execution.broker.recipients import MailPolicy, Recipient, RecipientState, recipient_key
from entrygo.execution.broker.signed_links import LinkNotValid, RecipientSigner
from entrygo.postgres.pool import Connection, Pool, transaction
from entrygo.process.clock import Clock


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkedRecipient:
    """A recipient as it sees itself."""

    tenant: Tenant
    recipient: Recipient


@dataclass(frozen=True, slots=True, kw_only=True)
class MailRecipients:
    """`signer` is None in a deployment without links: then no token is valid."""

    pool: Pool
    clock: Clock
    policy: MailPolicy
    signer: RecipientSigner | None

    async def states(self, visible: Visible, emails: Sequence[str]) -> Sequence[str]:
        """The state of each address, in the order given; empty for what is no address.

        In mode test nothing leaves, and nobody is asked.
        """
        if visible.tenant.mode is Mode.TEST:
            return [RecipientState.ALLOWED] * len(emails)
        keys = [recipient_key(each) for each in emails]
        async with transaction(self.pool, visible) as connection:
            store = RecipientStore(connection, visible)
            known = {each.address: each for each in await store.list([key for key in keys if key])}
        return ["" if key is None else self.policy.state_of(key, known.get(key)) for key in keys]

    async def find(self, token: str) -> LinkedRecipient:
        """Raises LinkNotValid or LinkExpired. Changes nothing: scanners of mail follow links, too."""
        tenant, recipient_id = self._read(token)
        visible = Visible.whole(tenant)
        async with transaction(self.pool, visible) as connection:
            return await _linked(connection, tenant, recipient_id)

    async def answer(self, token: str, *, takes_mail: bool) -> LinkedRecipient:
        """Records the word of whoever reads the address' mail; it may change its mind.

        What the operator has decided stays.
        """
        tenant, recipient_id = self._read(token)
        visible = Visible.whole(tenant)
        state = RecipientState.CONFIRMED if takes_mail else RecipientState.REFUSED
        async with transaction(self.pool, visible) as connection:
            store = RecipientStore(connection, visible)
            found = (await _linked(connection, tenant, recipient_id)).recipient
            if found.state is not RecipientState.REVOKED and found.state is not state:
                await store.set_state(found.id, found.address, state)
                await store.release_held()
            return await _linked(connection, tenant, recipient_id)

    def _read(self, token: str) -> tuple[Tenant, str]:
        if self.signer is None:
            raise LinkNotValid
        return self.signer.read(token, self.clock())


async def _linked(connection: Connection, tenant: Tenant, recipient_id: str) -> LinkedRecipient:
    recipient = await RecipientStore(connection, Visible.whole(tenant)).get(recipient_id)
    if recipient is None:
        raise LinkNotValid
    return LinkedRecipient(tenant=tenant, recipient=recipient)


async def set_recipient_state(
    pool: Pool, tenant: Tenant, address: str, state: RecipientState, *, new_id: str
) -> None:
    """Records what the operator decided on an address; mail that was held back is tried at once."""
    visible = Visible.whole(tenant)
    async with transaction(pool, visible) as connection:
        store = RecipientStore(connection, visible)
        await store.set_state(new_id, address, state)
        await store.release_held()


async def list_recipients(pool: Pool, tenant: Tenant) -> Sequence[Recipient]:
    """Everybody whom the account has wanted to mail, or the operator decided on, by address."""
    visible = Visible.whole(tenant)
    async with transaction(pool, visible) as connection:
        return await RecipientStore(connection, visible).list()
