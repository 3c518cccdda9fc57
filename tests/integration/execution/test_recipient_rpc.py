"""The RPCs of a recipient's link over gRPC: no key, the token alone, and for its own recipient alone."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta

import pytest
import pytest_asyncio

from entrygo.domain.errors import EntryGoError
from entrygo.domain.principal import Mode, Tenant
from entrygo.execution.broker.recipient_answers import list_recipients, set_recipient_state
from entrygo.execution.broker.recipients import RecipientState
from entrygo.execution.broker.signed_links import LinkSigner, RecipientSigner
from entrygo.postgres.pool import Pool, open_pool
from entrygo.process.clock import utc_now
from entrygo.proto.execution.v1 import execution_pb2
from entrygo.rpc.errors import remote
from tests.integration.execution import test_rpc
from tests.integration.execution.test_rpc import ACCOUNT, LINK_SECRET, Client

client = test_rpc.client
ADDRESS, NEIGHBOUR = "broker@example.com", "neighbour@example.com"
LIVE = Tenant(ACCOUNT, Mode.LIVE)
# Whose account, mode and recipient the token of a stranger names.
STRANGERS = (Tenant("acc_456", Mode.LIVE), Tenant(ACCOUNT, Mode.TEST))
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Recipients:
    """Two recipients of one account, and the client that asks about them without a key."""

    pool: Pool
    client: Client

    async def find(self, token: str) -> execution_pb2.MailRecipient:
        request = execution_pb2.FindMailRecipientRequest(token=token)
        with remote("execution"):
            found: execution_pb2.MailRecipient = await self.client.stub.FindMailRecipient(request, timeout=10)
        return found

    async def answer(self, token: str, *, takes_mail: bool) -> execution_pb2.MailRecipient:
        request = execution_pb2.AnswerMailRecipientRequest(token=token, takes_mail=takes_mail)
        with remote("execution"):
            found: execution_pb2.MailRecipient = await self.client.stub.AnswerMailRecipient(
                request, timeout=10
            )
        return found

    async def states(self) -> dict[str, str]:
        return {each.address: each.state for each in await list_recipients(self.pool, LIVE)}


@pytest_asyncio.fixture
async def recipients(client: Client, database_url: str) -> AsyncIterator[Recipients]:
    async with await open_pool(database_url, schema="execution", max_size=1) as pool:
        for number, address in enumerate((ADDRESS, NEIGHBOUR), 1):
            state = RecipientState.UNCONFIRMED
            await set_recipient_state(pool, LIVE, address, state, new_id=f"rcp_{number}")
        yield Recipients(pool, client)


def token_of(
    tenant: Tenant, recipient_id: str, *, secret: str = LINK_SECRET, age: timedelta = timedelta()
) -> str:
    signer = RecipientSigner([secret], public_url="http://localhost:3000", lifetime=DAY)
    return signer.link(tenant, recipient_id, utc_now() - age).url.rpartition("/")[2]


async def test_a_recipient_needs_no_key_looks_without_an_answer_and_may_change_its_mind(
    recipients: Recipients,
) -> None:
    token = token_of(LIVE, "rcp_1")
    found = await recipients.find(token)
    assert (found.address, found.state, found.account_id) == (ADDRESS, "unconfirmed", ACCOUNT)
    assert (await recipients.answer(token, takes_mail=True)).state == "confirmed"
    assert (await recipients.answer(token, takes_mail=False)).state == "refused"
    assert (await recipients.find(token)).state == "refused"
    assert await recipients.states() == {ADDRESS: "refused", NEIGHBOUR: "unconfirmed"}


async def test_whoever_has_no_token_of_a_recipient_learns_and_changes_nothing(recipients: Recipients) -> None:
    submission = LinkSigner([LINK_SECRET], public_url="http://localhost:3000", lifetime=DAY)
    tokens = {
        "none": "",
        "not signed": "a.b",
        "signed by somebody else": token_of(LIVE, "rcp_1", secret="x" * 32),
        "expired": token_of(LIVE, "rcp_1", age=2 * DAY),
        "of nobody": token_of(LIVE, "rcp_3"),
        "another account's": token_of(STRANGERS[0], "rcp_1"),
        "the other mode's": token_of(STRANGERS[1], "rcp_1"),
        "a submission's": submission.link(LIVE, "cp_1", "rcp_1", utc_now()).url.rpartition("/")[2],
    }
    refused: dict[str, set[str]] = {}
    for name, token in tokens.items():
        for ask in (recipients.find(token), recipients.answer(token, takes_mail=True)):
            with pytest.raises(EntryGoError) as caught:
                await ask
            refused.setdefault(name, set()).add(caught.value.error_code)
    assert refused == {name: {"LINK_EXPIRED" if name == "expired" else "LINK_NOT_VALID"} for name in tokens}
    assert await recipients.states() == {ADDRESS: "unconfirmed", NEIGHBOUR: "unconfirmed"}


async def test_a_recipients_token_opens_no_other_rpc(recipients: Recipients) -> None:
    token = token_of(LIVE, "rcp_1")
    stub = recipients.client.stub
    with pytest.raises(EntryGoError) as of_link, remote("execution"):
        await stub.FindBrokerLink(execution_pb2.FindBrokerLinkRequest(token=token), timeout=10)
    assert of_link.value.error_code == "LINK_NOT_VALID"
    asked = execution_pb2.ListMailRecipientsRequest(addresses=[ADDRESS])
    with pytest.raises(EntryGoError) as as_key, remote("execution"):
        await stub.ListMailRecipients(asked, metadata=(("authorization", f"Bearer {token}"),), timeout=10)
    assert as_key.value.error_code == "INVALID_API_KEY"
