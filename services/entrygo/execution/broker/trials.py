"""Tests the way to a broker as its record stands: something harmless goes where packages would go.

What is known is answered, and nothing is tried again. The answer that a key finds is written before anything
leaves, and again afterwards: however a caller repeats itself, one key sends one test.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import structlog

from entrygo.domain.facts import Broker
from entrygo.domain.ids import IdKind
from entrygo.domain.principal import Mode, Visible
from entrygo.domain.time import rfc3339
from entrygo.execution.broker.bulkhead import Bulkhead, DestinationSilent
from entrygo.execution.broker.channels import BY_TYPE
from entrygo.execution.broker.channels.base import Channel, Delivery, Outcome, Result
from entrygo.execution.broker.destinations import Destination, destination_of
from entrygo.execution.broker.mail_gate import EMAIL, MailGate
from entrygo.execution.broker.recipient_store import RecipientStore
from entrygo.execution.broker.resubmission import Brokers
from entrygo.execution.broker.routes import Route, place_name, route_to
from entrygo.execution.broker.trial_contents import Trial
from entrygo.execution.state.records import SubmissionType
from entrygo.postgres.idempotency import KeyStore, Reply
from entrygo.postgres.pool import Connection, Pool, transaction
from entrygo.process.clock import Clock, Ids
from entrygo.proto.execution.v1 import execution_pb2

TRIAL_OPERATION = "brokers.test"
# Tests of real brokers that an account may make in one day (UTC).
MAX_A_DAY = 50
# Among the counts of a day's mails; no address looks like it.
TRIALS = "!"
SENDING, HELD = "sending", "held"
OUTCOMES = {
    Outcome.SENT: "sent",
    Outcome.REFUSED: "refused",
    Outcome.TRANSIENT: "failed",
    Outcome.UNKNOWN: "unknown",
}
UNDER_WAY = "It is being sent, or whoever sent it was interrupted; another test shows."
TOO_MANY = f"The account has made its {MAX_A_DAY} tests of this day (UTC)."
NOT_KEPT = "A test is not kept: make another one then."
SILENT = "It did not answer the last packages; nothing is sent before it is tried again."
NO_ANSWER = "There was no answer within {seconds:.0f} seconds."

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialCommand:
    """A validated request; `fingerprint` says whether a key is used for the same request again."""

    visible: Visible
    broker_id: str
    key: str
    fingerprint: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Trials:
    """Makes tests; `answer_seconds` is how long one may take, the wait for a slot included."""

    pool: Pool
    clock: Clock
    ids: Ids
    brokers: Brokers
    gate: MailGate
    bulkhead: Bulkhead
    channels: Mapping[SubmissionType, Channel]
    simulated: Channel
    sender: str
    answer_seconds: float

    async def make(self, command: TrialCommand) -> Reply:
        """The reply is a BrokerTrial, with a key that of the first call. Raises NotFound, or an outage."""
        # First: keys are the account's.
        broker = await self.brokers.get(command.visible.tenant, command.broker_id)
        to, now = destination_of(broker), self.clock()
        begun = _Answers(broker, to, now)
        async with transaction(self.pool, command.visible) as connection:
            keys = KeyStore(connection, command.visible, TRIAL_OPERATION)
            earlier = await keys.claim(command.key, command.fingerprint) if command.key else None
            if earlier is not None and earlier.response is not None:
                return Reply(earlier.response, replayed=True)
            reason = await self._held(connection, command.visible, to)
            answer = begun.of(HELD, reason) if reason else begun.of(SENDING, UNDER_WAY)
            if command.key:
                await keys.complete(command.key, answer)
        if reason:
            return Reply(answer, replayed=False)
        result = await self._sent(command.visible, to, now)
        answer = begun.of(OUTCOMES[result.outcome], result.message)
        if command.key:
            async with transaction(self.pool, command.visible) as connection:
                await KeyStore(connection, command.visible, TRIAL_OPERATION).complete(command.key, answer)
        return Reply(answer, replayed=False)

    async def _held(self, connection: Connection, visible: Visible, to: Destination) -> str:
        """Why it does not leave; empty lets it."""
        if visible.tenant.mode is Mode.TEST:
            return ""
        # First: what is refused for it is no mail of the day.
        counts = RecipientStore(connection, visible)
        if (await counts.count(TRIALS))[TRIALS] > MAX_A_DAY:
            return TOO_MANY
        if to.type == EMAIL:
            held = await self.gate.hold_mail(connection, visible, to.recipient, prepared_at=None, counts=True)
            if held is not None:
                await counts.uncount(TRIALS)
                return f"{held.reason} {NOT_KEPT}"
        return ""

    async def _sent(self, visible: Visible, to: Destination, now: datetime) -> Result:
        tenant = visible.tenant
        trial = Trial(
            id=self.ids.new(IdKind.BROKER_TRIAL),
            tenant=tenant,
            sender=self.sender,
            recipient=to.recipient,
            written_at=now,
        )
        delivery = Delivery(
            submission_id=trial.id,
            account_id=tenant.account_id,
            sender=self.sender,
            recipient=to.recipient,
            content=BY_TYPE[to.type].compose_trial(trial),
            endpoint=to.endpoint,
            filename=trial.filename,
        )
        channel = self.simulated if tenant.mode is Mode.TEST else self.channels[to.type]
        route = route_to(place_name(tenant, to.type, recipient=to.recipient, endpoint=to.endpoint))
        result = await in_time(
            channel, delivery, bulkhead=self.bulkhead, route=route, seconds=self.answer_seconds
        )
        log.info("broker_trial.made", broker_id=to.broker_id, outcome=str(result.outcome))
        return result


async def in_time(
    channel: Channel, delivery: Delivery, *, bulkhead: Bulkhead, route: Route, seconds: float
) -> Result:
    """What is known once the attempt has ended, or once nobody waits for it any longer."""
    leaving = asyncio.Event()

    async def note() -> None:
        leaving.set()

    try:
        async with asyncio.timeout(seconds), bulkhead.slot(delivery.account_id, route) as slot:
            result = await channel.submit(delivery, note)
            slot.ended(result.silent)
            return result
    except DestinationSilent:
        return Result(Outcome.TRANSIENT, SILENT)
    except TimeoutError:
        outcome = Outcome.UNKNOWN if leaving.is_set() else Outcome.TRANSIENT
        return Result(outcome, NO_ANSWER.format(seconds=seconds))


@dataclass(frozen=True, slots=True)
class _Answers:
    """The answers of one test, which differ in what is known."""

    broker: Broker
    to: Destination
    made_at: datetime

    def of(self, outcome: str, message: str) -> bytes:
        """A serialized BrokerTrial."""
        return execution_pb2.BrokerTrial(
            broker_id=self.broker.id,
            channel=self.broker.channel,
            destination=self.to.shown,
            outcome=outcome,
            message=message,
            made_at=rfc3339(self.made_at),
        ).SerializeToString(deterministic=True)
