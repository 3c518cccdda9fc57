"""What a test of the way to a broker sends, and what is known when nobody answers."""

import asyncio
import email
import email.policy
import io
import json
import time
import zipfile
from datetime import UTC, datetime

from entrygo.domain.principal import Mode, Tenant
from entrygo.execution.broker.breaker import BreakerLimits
from entrygo.execution.broker.bulkhead import Bulkhead
from entrygo.execution.broker.channels import CHANNELS
from entrygo.execution.broker.channels.base import BeforeData, Delivery, Outcome, Result, Silent
from entrygo.execution.broker.rooms import BulkheadLimits
from entrygo.execution.broker.routes import route_to
from entrygo.execution.broker.trial_contents import Trial
from entrygo.execution.broker.trials import in_time
from entrygo.execution.broker.upload import media_type_of

TRIAL = Trial(
    id="brt_1",
    tenant=Tenant("acc_123", Mode.LIVE),
    sender="customs@example.com",
    recipient="broker@example.com",
    written_at=datetime(2026, 3, 11, 16, 10, tzinfo=UTC),
)
COMPOSED = {kind.name: kind.compose_trial(TRIAL) for kind in CHANNELS}
ROUTE = route_to("https:broker.example")


def test_every_channel_sends_something_that_says_what_it_is() -> None:
    mail = email.message_from_bytes(COMPOSED["email"], policy=email.policy.default)
    head = f"Content-Type: {media_type_of(TRIAL.id)}\r\n\r\n".encode()
    form = email.message_from_bytes(head + COMPOSED["https"], policy=email.policy.default)
    submission, package = form.iter_parts()
    assert json.loads(submission.get_content())["kind"] == "test"
    for archive in (COMPOSED["sftp"], package.get_content()):
        with zipfile.ZipFile(io.BytesIO(archive)) as unpacked:
            assert unpacked.namelist() == ["TEST.txt"]
            assert b"nothing to review" in unpacked.read("TEST.txt")
    assert "nothing to review" in mail.get_content()
    assert mail["To"] == "broker@example.com"


class _Hanging:
    """Never answers; `reaches` says whether the bytes began to leave before that."""

    def __init__(self, *, reaches: bool) -> None:
        self._reaches = reaches

    async def submit(self, delivery: Delivery, before_data: BeforeData) -> Result:
        if self._reaches:
            await before_data()
        await asyncio.Event().wait()
        raise AssertionError

    async def close(self) -> None:
        return None


class _Silent(_Hanging):
    async def submit(self, delivery: Delivery, before_data: BeforeData) -> Result:
        return Result(Outcome.TRANSIENT, "No connection.", Silent.SERVER)


async def outcome(channel: _Hanging, bulkhead: Bulkhead, seconds: float) -> Result:
    delivery = Delivery(submission_id="brt_1", account_id="acc_123", sender="", recipient=None, content=b"")
    return await in_time(channel, delivery, bulkhead=bulkhead, route=ROUTE, seconds=seconds)


async def test_nobody_waits_for_a_side_that_hangs_and_what_left_may_have_arrived() -> None:
    bulkhead = Bulkhead(BulkheadLimits(), time.monotonic)
    surely_not = await outcome(_Hanging(reaches=False), bulkhead, 0.01)
    perhaps = await outcome(_Hanging(reaches=True), bulkhead, 0.01)
    assert (surely_not.outcome, perhaps.outcome) == (Outcome.TRANSIENT, Outcome.UNKNOWN)
    assert bulkhead.holding() == {}


async def test_a_silent_destination_is_not_tried_by_a_test_either() -> None:
    limits = BulkheadLimits(breaker=BreakerLimits(threshold=1))
    bulkhead = Bulkhead(limits, time.monotonic)
    assert (await outcome(_Silent(reaches=False), bulkhead, 60)).message == "No connection."
    assert "did not answer the last packages" in (await outcome(_Silent(reaches=False), bulkhead, 60)).message
