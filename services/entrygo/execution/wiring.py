"""Plain constructor calls that make execution's parts from its settings, for the process and its tests."""

import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from entrygo.execution.broker.bulkhead import Bulkhead, BulkheadLimits
from entrygo.execution.broker.channels import CHANNELS
from entrygo.execution.broker.channels.base import Channel
from entrygo.execution.broker.channels.kind import ChannelOptions
from entrygo.execution.broker.channels.simulated import SimulatedChannel
from entrygo.execution.broker.confirmations import Confirmations
from entrygo.execution.broker.credentials import Credentials
from entrygo.execution.broker.delivery import BrokerDelivery
from entrygo.execution.broker.dispatch import Dispatcher
from entrygo.execution.broker.freezing import Freezer
from entrygo.execution.broker.links import BrokerLinks
from entrygo.execution.broker.mail_gate import EMAIL, MailGate
from entrygo.execution.broker.metrics import DELIVERIES
from entrygo.execution.broker.noted_answers import NotedAnswers
from entrygo.execution.broker.recipient_answers import MailRecipients
from entrygo.execution.broker.resubmission import Brokers, Resubmission
from entrygo.execution.broker.retry_policy import RetryPolicy
from entrygo.execution.broker.signed_links import LinkSigner, RecipientSigner
from entrygo.execution.clients.planning import PlanningAccess
from entrygo.execution.closing.amending import Amendments
from entrygo.execution.closing.withdrawing import Withdrawals
from entrygo.execution.documents import DOCUMENTS
from entrygo.execution.objects.by_digest import ObjectStore
from entrygo.execution.reconciliation.use_cases import Reconciliations
from entrygo.execution.recovery.loops import Recovery, WarehouseFill
from entrygo.execution.settings import Settings
from entrygo.execution.state.events import EventRecorder
from entrygo.execution.state.records import SubmissionType
from entrygo.execution.steps.execution import ExecutionSteps
from entrygo.execution.steps.preparation import Preparation
from entrygo.execution.use_cases import Executions, Packages
from entrygo.outbound.address_guard import AddressGuard
from entrygo.postgres.pool import Pool
from entrygo.process.clock import Clock, Ids
from entrygo.process.failpoints import Reach
from entrygo.rpc.server import Ready

# How long a caller waits for the one who had the same key first.
JOIN_WAIT = timedelta(seconds=5)
# Executions of one process whose documents are made at once; one account has at most half, others take turns.
EXECUTES_AT_ONCE = 16
EXECUTES_WAITING = 400
# Documents are made in threads, which hold up the event loop by turns: of one account one at a time.
RENDERS_AT_ONCE = 2

Channels = Mapping[SubmissionType, Channel]


def build_channels(settings: Settings) -> Channels:
    """The ways to real brokers, one of each kind, by its name in the ledger."""
    uploads = settings.uploads
    options = ChannelOptions(
        smtp=settings.smtp.server,
        guard=AddressGuard(allow_private=uploads.allow_private),
        credentials=Credentials(inline=uploads.credentials, file=uploads.credentials_file),
        connect_timeout=uploads.connect_seconds,
        answer_timeout=uploads.answer_seconds,
        ca_file=uploads.ca_file,
    )
    return {kind.type: kind.build(options) for kind in CHANNELS}


def build_signer(settings: Settings) -> LinkSigner | None:
    """None without a secret: then mails carry no link."""
    if not settings.links.secrets:
        return None
    lifetime = timedelta(days=settings.links.link_days)
    return LinkSigner(settings.links.secrets, public_url=settings.links.public_url, lifetime=lifetime)


def build_recipient_signer(settings: Settings) -> RecipientSigner | None:
    """None without a secret: then only the operator can allow a recipient."""
    if not settings.links.secrets:
        return None
    lifetime = settings.mail.rules.confirm_within
    return RecipientSigner(settings.links.secrets, public_url=settings.links.public_url, lifetime=lifetime)


def _turns(at_once: int) -> BulkheadLimits:
    """Limits for rendering; silence detection is off, as no remote peer is involved."""
    return BulkheadLimits(
        destination=at_once, server=at_once, process=at_once, silent_seconds=timedelta(days=1).total_seconds()
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ExecutionParts:
    """The parts of one execution process, sharing pool, clock and object store."""

    executions: Executions
    resubmission: Resubmission
    noted_answers: NotedAnswers
    withdrawals: Withdrawals
    amendments: Amendments
    reconciliations: Reconciliations
    packages: Packages
    links: BrokerLinks
    recipients: MailRecipients
    confirmations: Confirmations
    dispatcher: Dispatcher
    recovery: Recovery
    # Whether the store of documents takes writes and gives back what was stored.
    are_artifacts_sound: Ready


def build_parts(
    settings: Settings,
    pool: Pool,
    channels: Channels,
    *,
    planning: PlanningAccess,
    brokers: Brokers,
    clock: Clock,
    ids: Ids,
    reach: Reach,
    lease_pool: Pool,
    reading_pool: Pool,
) -> ExecutionParts:
    """Everything behind the gRPC edge. `reach` is called at each failpoint.

    Leases and what deliveries write go through `lease_pool`, what inspect asks through `reading_pool`: no
    burst of executes can keep them waiting.
    """
    objects = ObjectStore(settings.storage.url, allow_http=settings.storage.artifacts_allow_http)
    recorder = EventRecorder(ids)
    signer = build_signer(settings)
    recipient_signer = build_recipient_signer(settings)
    policy = settings.mail.rules.policy(can_ask=recipient_signer is not None)
    freezer = Freezer(objects=objects, links=signer, mail_max_bytes=settings.mail.max_bytes)
    delivery = BrokerDelivery(
        pool=lease_pool,
        clock=clock,
        lease=settings.lease,
        objects=objects,
        recorder=recorder,
        channels=channels,
        simulated=SimulatedChannel(),
        retry=RetryPolicy(
            delays=[timedelta(seconds=each) for each in settings.delivery.retries.retry_seconds],
            give_up_after=timedelta(hours=settings.delivery.retries.give_up_hours),
            jitter=secrets.SystemRandom().random,
        ),
        gate=MailGate(policy=policy, ids=ids),
        reach=reach,
    )
    limits = settings.delivery.bulkhead(settings.smtp.connections)
    bulkhead = Bulkhead(limits, time.monotonic)
    DELIVERIES.watch(bulkhead)
    dispatcher = Dispatcher(delivery, bulkhead)
    confirmations = Confirmations(
        pool=lease_pool,
        clock=clock,
        signer=recipient_signer,
        channel=channels[EMAIL],
        bulkhead=bulkhead,
        sender=settings.mail.sender,
    )
    preparation = Preparation(
        ids=ids,
        objects=objects,
        documents=DOCUMENTS,
        renders=Bulkhead(_turns(RENDERS_AT_ONCE), time.monotonic),
        freezer=freezer,
        sender=settings.mail.sender,
        reach=reach,
    )
    steps = ExecutionSteps(
        pool=pool,
        clock=clock,
        ids=ids,
        lease=settings.lease,
        recorder=recorder,
        preparation=preparation,
        dispatcher=dispatcher,
        turns=Bulkhead(_turns(EXECUTES_AT_ONCE), time.monotonic),
        waiting_at_most=EXECUTES_WAITING,
        delivery_wait=timedelta(seconds=settings.delivery.wait_seconds),
        lease_pool=lease_pool,
        reach=reach,
    )
    executions = Executions(steps, planning, join_wait=JOIN_WAIT)
    withdrawals = Withdrawals(
        pool=pool,
        clock=clock,
        ids=ids,
        lease=settings.lease,
        planning=planning,
        freezer=freezer,
        recorder=recorder,
        reach=reach,
    )
    interval = timedelta(seconds=settings.recovery_interval_seconds)
    return ExecutionParts(
        executions=executions,
        resubmission=Resubmission(
            pool=pool,
            clock=clock,
            ids=ids,
            objects=objects,
            freezer=freezer,
            recorder=recorder,
            brokers=brokers,
        ),
        noted_answers=NotedAnswers(pool=pool, clock=clock, recorder=recorder, brokers=brokers),
        withdrawals=withdrawals,
        amendments=Amendments(pool=pool, planning=planning),
        reconciliations=Reconciliations(
            pool=pool, clock=clock, ids=ids, recorder=recorder, planning=planning, brokers=brokers
        ),
        packages=Packages(pool=pool, reading_pool=reading_pool, objects=objects),
        links=BrokerLinks(pool=pool, clock=clock, recorder=recorder, signer=signer, brokers=brokers),
        recipients=MailRecipients(pool=pool, clock=clock, policy=policy, signer=recipient_signer),
        confirmations=confirmations,
        dispatcher=dispatcher,
        are_artifacts_sound=objects.watch.is_sound,
        recovery=Recovery(
            executions=executions,
            delivery=delivery,
            dispatcher=dispatcher,
            confirmations=confirmations,
            warehouses=WarehouseFill(pool=pool, planning=planning),
            withdrawals=withdrawals,
            interval=interval,
        ),
    )
