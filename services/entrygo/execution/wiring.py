"""Plain constructor calls that make execution's parts from its settings, for the process and its tests.

Each part is made in one place here; what several need is made first, and handed to each.
"""

import secrets
import time
from dataclasses import dataclass
from datetime import timedelta

from entrygo.execution.broker.bulkhead import Bulkhead
from entrygo.execution.broker.channels.simulated import SimulatedChannel
from entrygo.execution.broker.confirmations import Confirmations
from entrygo.execution.broker.delivery import BrokerDelivery
from entrygo.execution.broker.dispatch import Dispatcher
from entrygo.execution.broker.freezing import Freezer
from entrygo.execution.broker.links import BrokerLinks
from entrygo.execution.broker.mail_gate import EMAIL, MailGate
from entrygo.execution.broker.metrics import DELIVERIES
from entrygo.execution.broker.noted_answers import NotedAnswers
from entrygo.execution.broker.notices import WebhookNotices
from entrygo.execution.broker.recipient_answers import MailRecipients
from entrygo.execution.broker.recipients import MailPolicy
from entrygo.execution.broker.resubmission import Brokers, Resubmission
from entrygo.execution.broker.retry_policy import RetryPolicy
from entrygo.execution.broker.rooms import BulkheadLimits
from entrygo.execution.broker.trials import Trials
from entrygo.execution.clients.planning import PlanningAccess
from entrygo.execution.closing.amending import Amendments
from entrygo.execution.closing.withdrawing import Withdrawals
from entrygo.execution.making.package_maker import MakesPackages
from entrygo.execution.objects.by_digest import ObjectStore
from entrygo.execution.reconciliation.reading import EntryOutcomes
from entrygo.execution.reconciliation.use_cases import Reconciliations
from entrygo.execution.recovery.loops import Recovery, WarehouseFill
from entrygo.execution.settings import Settings
from entrygo.execution.state.events import EventRecorder
from entrygo.execution.steps.execution import ExecutionSteps
from entrygo.execution.steps.leases import ExecutionLeases
from entrygo.execution.steps.preparation import Preparation
from entrygo.execution.steps.writing import Writing
from entrygo.execution.use_cases import Executions, ExecutionUseCases, Packages, TemplatePreviews
from entrygo.execution.ways import Channels
from entrygo.postgres.pool import Pool
from entrygo.process.clock import Clock, Ids
from entrygo.process.failpoints import Reach
from entrygo.rpc.server import Ready

# How long a caller waits for what became of a test.
TRIAL_SECONDS = 10.0
# How long a caller waits for the one who had the same key first.
JOIN_WAIT = timedelta(seconds=5)
# Executions of one process whose documents are made at once; one account has at most half, others take turns.
EXECUTES_AT_ONCE = 8
EXECUTES_WAITING = 400
# Half of them of one account, too: while one waits for the disk another is made. What is left is for others.
PACKAGES_AT_ONCE = 4
LARGE_PACKAGES_AT_ONCE = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What the process, or a test, gives to all parts. `reach` is called at each failpoint.

    Leases and what deliveries write go through `lease_pool`, what inspect asks through `reading_pool`: no
    burst of executes can keep them waiting.
    """

    settings: Settings
    pool: Pool
    lease_pool: Pool
    reading_pool: Pool
    channels: Channels
    planning: PlanningAccess
    brokers: Brokers
    maker: MakesPackages
    clock: Clock
    ids: Ids
    reach: Reach


@dataclass(frozen=True, slots=True, kw_only=True)
class ExecutionParts:
    """The parts of one execution process, sharing pool, clock and object store."""

    use_cases: ExecutionUseCases
    confirmations: Confirmations
    notices: WebhookNotices
    dispatcher: Dispatcher
    recovery: Recovery
    # Whether the store of documents takes writes and gives back what was stored.
    are_artifacts_sound: Ready

    async def drain(self, seconds: float) -> None:
        """At the end of the process: each kind of work gets this time to finish; others resume the rest."""
        for part in (self.use_cases.executions, self.dispatcher, self.confirmations, self.notices):
            await part.drain(seconds)


def build_parts(around: Surroundings) -> ExecutionParts:
    """Everything behind the gRPC edge."""
    return _Builder(around).parts()


class _Builder:
    """Makes each part once, from the surroundings and from the parts that several others share."""

    def __init__(self, around: Surroundings) -> None:
        self._around = around
        self._settings = settings = around.settings
        storage = settings.storage
        self._objects = ObjectStore(storage.url, allow_http=storage.artifacts_allow_http)
        self._recorder = EventRecorder(around.ids)
        self._signer = settings.links.signer()
        self._recipient_signer = settings.links.recipient_signer(settings.mail.rules.confirm_within)
        self._freezer = Freezer(
            objects=self._objects, links=self._signer, mail_max_bytes=settings.mail.max_bytes
        )
        limits = settings.delivery.bulkhead(settings.smtp.connections)
        self._bulkhead = Bulkhead(limits, time.monotonic)
        DELIVERIES.watch(self._bulkhead)

    def parts(self) -> ExecutionParts:
        around, policy = self._around, self._mail_policy()
        delivery = self._delivery(policy)
        dispatcher, withdrawals = Dispatcher(delivery, self._bulkhead), self._withdrawals()
        confirmations, notices = self._confirmations(), self._notices(policy)
        leases = ExecutionLeases(
            pool=around.pool,
            lease_pool=around.lease_pool,
            clock=around.clock,
            ids=around.ids,
            lease=self._settings.lease,
        )
        executions = Executions(
            self._steps(dispatcher, delivery, leases),
            leases,
            around.planning,
            join_wait=JOIN_WAIT,
            answer_wait=timedelta(seconds=self._settings.executes.execute_wait_seconds),
        )
        return ExecutionParts(
            use_cases=self._use_cases(executions, withdrawals, notices, policy),
            confirmations=confirmations,
            notices=notices,
            dispatcher=dispatcher,
            are_artifacts_sound=self._objects.is_sound,
            recovery=Recovery(
                pool=around.pool,
                executions=executions,
                delivery=delivery,
                dispatcher=dispatcher,
                confirmations=confirmations,
                notices=notices,
                warehouses=WarehouseFill(pool=around.pool, planning=around.planning),
                withdrawals=withdrawals,
                interval=timedelta(seconds=self._settings.recovery_interval_seconds),
            ),
        )

    def _use_cases(
        self, executions: Executions, withdrawals: Withdrawals, notices: WebhookNotices, policy: MailPolicy
    ) -> ExecutionUseCases:
        around, recorder = self._around, self._recorder
        pool, clock, brokers = around.pool, around.clock, around.brokers
        return ExecutionUseCases(
            executions=executions,
            resubmission=Resubmission(
                pool=pool,
                clock=clock,
                ids=around.ids,
                objects=self._objects,
                freezer=self._freezer,
                recorder=recorder,
                brokers=brokers,
            ),
            noted_answers=NotedAnswers(pool=pool, clock=clock, recorder=recorder, brokers=brokers),
            withdrawals=withdrawals,
            amendments=Amendments(pool=pool, planning=around.planning),
            reconciliations=Reconciliations(
                pool=pool,
                clock=clock,
                ids=around.ids,
                recorder=recorder,
                planning=around.planning,
                brokers=brokers,
            ),
            entry_outcomes=EntryOutcomes(pool=pool, clock=clock, planning=around.planning),
            packages=Packages(pool=pool, reading_pool=around.reading_pool, objects=self._objects),
            links=BrokerLinks(
                pool=pool, clock=clock, recorder=recorder, signer=self._signer, brokers=brokers
            ),
            recipients=MailRecipients(pool=pool, clock=clock, policy=policy, signer=self._recipient_signer),
            notices=notices,
            template_previews=TemplatePreviews(brokers, around.planning),
            trials=self._trials(policy),
        )

    def _trials(self, policy: MailPolicy) -> Trials:
        around = self._around
        return Trials(
            pool=around.pool,
            clock=around.clock,
            ids=around.ids,
            brokers=around.brokers,
            gate=MailGate(policy=policy, ids=around.ids),
            bulkhead=self._bulkhead,
            channels=around.channels,
            simulated=SimulatedChannel(),
            sender=self._settings.mail.sender,
            answer_seconds=TRIAL_SECONDS,
        )

    def _mail_policy(self) -> MailPolicy:
        return self._settings.mail.rules.policy(can_ask=self._recipient_signer is not None)

    def _delivery(self, policy: MailPolicy) -> BrokerDelivery:
        around, retries = self._around, self._settings.delivery.retries
        return BrokerDelivery(
            pool=around.lease_pool,
            clock=around.clock,
            lease=self._settings.lease,
            objects=self._objects,
            recorder=self._recorder,
            channels=around.channels,
            simulated=SimulatedChannel(),
            retry=RetryPolicy(
                delays=[timedelta(seconds=each) for each in retries.retry_seconds],
                give_up_after=timedelta(hours=retries.give_up_hours),
                jitter=secrets.SystemRandom().random,
            ),
            gate=MailGate(policy=policy, ids=around.ids),
            reach=around.reach,
        )

    def _confirmations(self) -> Confirmations:
        return Confirmations(
            pool=self._around.lease_pool,
            clock=self._around.clock,
            signer=self._recipient_signer,
            channel=self._around.channels[EMAIL],
            bulkhead=self._bulkhead,
            sender=self._settings.mail.sender,
        )

    def _notices(self, policy: MailPolicy) -> WebhookNotices:
        return WebhookNotices(
            pool=self._around.lease_pool,
            clock=self._around.clock,
            gate=MailGate(policy=policy, ids=self._around.ids),
            channel=self._around.channels[EMAIL],
            bulkhead=self._bulkhead,
            sender=self._settings.mail.sender,
            public_url=self._settings.links.public_url,
        )

    def _steps(
        self, dispatcher: Dispatcher, delivery: BrokerDelivery, leases: ExecutionLeases
    ) -> ExecutionSteps:
        around, settings = self._around, self._settings
        makings = _turns(PACKAGES_AT_ONCE)
        return ExecutionSteps(
            pool=around.pool,
            clock=around.clock,
            ids=around.ids,
            leases=leases,
            preparation=Preparation(maker=around.maker, objects=self._objects, makings=makings),
            writing=Writing(
                pool=around.pool,
                clock=around.clock,
                leases=leases,
                recorder=self._recorder,
                dispatcher=dispatcher,
                delivery=delivery,
            ),
            dispatcher=dispatcher,
            turns=_turns(EXECUTES_AT_ONCE),
            large_turns=_turns(LARGE_PACKAGES_AT_ONCE),
            waiting_at_most=EXECUTES_WAITING,
            delivery_wait=timedelta(seconds=settings.delivery.wait_seconds),
            reach=around.reach,
        )

    def _withdrawals(self) -> Withdrawals:
        around = self._around
        return Withdrawals(
            pool=around.pool,
            clock=around.clock,
            ids=around.ids,
            lease=self._settings.lease,
            planning=around.planning,
            freezer=self._freezer,
            recorder=self._recorder,
            reach=around.reach,
        )


def _turns(at_once: int) -> Bulkhead:
    """Of work within this process, of accounts in turn."""
    return Bulkhead(BulkheadLimits.of_turns(at_once), time.monotonic)
