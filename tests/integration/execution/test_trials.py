"""A test of the way to a broker: what goes there, what is answered, and what is held back."""

import asyncio
from collections.abc import Callable

import pytest

from entrygo.domain.principal import Visible
from entrygo.execution.broker import trials
from entrygo.execution.broker.channels.base import BeforeData, Delivery, Outcome, Result
from entrygo.execution.broker.recipient_answers import set_recipient_state
from entrygo.execution.broker.recipients import RecipientState
from entrygo.execution.broker.trial_contents import SUBJECT
from entrygo.execution.broker.trials import TrialCommand
from entrygo.proto.execution.v1 import execution_pb2
from tests.integration.execution.test_mail_recipients import ADDRESS, subjects
from tests.integration.execution.world import LIVE, TEST, Process, World


async def tried(process: Process, key: str, visible: Visible) -> tuple[execution_pb2.BrokerTrial, bool]:
    """The answer, and whether it is an earlier one's."""
    broker_id = process.world.planning.snapshots["batch_123"].broker.id
    command = TrialCommand(visible=visible, broker_id=broker_id, key=key, fingerprint=b"same")
    reply = await process.trials.make(command)
    return execution_pb2.BrokerTrial.FromString(reply.body), reply.replayed


async def test_a_test_asks_a_stranger_first_and_then_goes_out_once_a_key(
    make_world: Callable[..., World],
) -> None:
    world = make_world(mail_recipients="confirmed", link_secret="s" * 32, mail_daily_per_recipient=2)
    process = await world.process()
    held, _ = await tried(process, "key-1", LIVE)
    assert held.outcome == "held"
    assert f"{ADDRESS} has not confirmed yet" in held.message
    await process.deliver_due()
    [asking] = world.sink.mails
    assert "confirm" in str(asking.message["Subject"])

    await set_recipient_state(process.pool, LIVE.tenant, ADDRESS, RecipientState.ALLOWED, new_id="rcp_1")
    again, is_replayed = await tried(process, "key-1", LIVE)
    assert (again.outcome, is_replayed) == ("held", True)
    sent, _ = await tried(process, "key-2", LIVE)
    assert (sent.outcome, sent.destination, sent.channel) == ("sent", ADDRESS, "email")
    assert await tried(process, "key-2", LIVE) == (sent, True)
    assert subjects(world)[1:] == [SUBJECT.partition(":")[0]]
    assert list(world.sink.mails[-1].message.iter_attachments()) == []

    # It is one of the day's mails, and nothing of it is in the ledger.
    await tried(process, "key-3", LIVE)
    over, _ = await tried(process, "key-4", LIVE)
    assert (over.outcome, len(world.sink.mails)) == ("held", 3)
    assert "has been sent its 2 mails of this day" in over.message
    assert await process.count("broker_submissions") == 0


async def test_test_data_reaches_the_simulated_broker_alone_and_real_tests_are_counted(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trials, "MAX_A_DAY", 1)
    process = await world.process()
    for key in ("a", "b"):
        simulated, _ = await tried(process, key, TEST)
        assert (simulated.outcome, world.sink.mails) == ("sent", [])
        assert "Simulated" in simulated.message
    outcomes = [(await tried(process, key, LIVE))[0].outcome for key in ("c", "d")]
    assert outcomes == ["sent", "held"]


async def test_tests_beyond_those_of_the_day_are_none_of_its_mails_and_one_that_is_held_back_is_no_test(
    make_world: Callable[..., World], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trials, "MAX_A_DAY", 1)
    world = make_world(mail_recipients="confirmed", link_secret="s" * 32, mail_daily_per_account=3)
    process = await world.process()
    assert "has not confirmed yet" in (await tried(process, "a", LIVE))[0].message
    await set_recipient_state(process.pool, LIVE.tenant, ADDRESS, RecipientState.ALLOWED, new_id="rcp_1")
    assert (await tried(process, "b", LIVE))[0].outcome == "sent"
    assert {(await tried(process, key, LIVE))[0].message for key in "cde"} == {trials.TOO_MANY}
    assert (await process.answer()).broker_submission.status == "sent"


class _Gated:
    """Takes a delivery, and ends it when the gate is opened."""

    def __init__(self) -> None:
        self.gate, self.taken = asyncio.Event(), asyncio.Event()
        self.deliveries = 0

    async def submit(self, delivery: Delivery, before_data: BeforeData) -> Result:
        self.deliveries += 1
        self.taken.set()
        await self.gate.wait()
        return Result(Outcome.SENT, "250 OK")

    async def close(self) -> None:
        return None


async def test_a_second_call_while_the_first_is_under_way_sends_nothing(world: World) -> None:
    channel = _Gated()
    process = await world.process(channel=channel)
    first = asyncio.create_task(tried(process, "same", LIVE))
    await channel.taken.wait()
    meanwhile, _ = await tried(process, "same", LIVE)
    channel.gate.set()
    sent, _ = await first
    assert (meanwhile.outcome, sent.outcome) == ("sending", "sent")
    assert await tried(process, "same", LIVE) == (sent, True)
    assert channel.deliveries == 1
