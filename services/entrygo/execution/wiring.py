"""Plain constructor calls that make execution's parts from its settings, for the process and its tests."""

import secrets
from datetime import timedelta

from entrygo.execution.channels.base import Channel
from entrygo.execution.channels.simulated import SimulatedChannel
from entrygo.execution.documents import DOCUMENTS
from entrygo.execution.events import EventRecorder
from entrygo.execution.execution_steps import ExecutionSteps
from entrygo.execution.ledger.delivery import BrokerDelivery, RetryPolicy
from entrygo.execution.objects import ObjectStore
from entrygo.execution.preparation import Preparation
from entrygo.execution.settings import Settings
from entrygo.postgres.pool import Pool
from entrygo.process.clock import Clock, Ids
from entrygo.process.failpoints import Reach


def build_steps(
    settings: Settings, pool: Pool, channel: Channel, *, clock: Clock, ids: Ids, reach: Reach
) -> ExecutionSteps:
    """The steps of an execution, with delivery and preparation inside."""
    objects = ObjectStore(settings.objects_url)
    recorder = EventRecorder(ids)
    delivery = BrokerDelivery(
        pool=pool,
        clock=clock,
        lease=settings.lease,
        objects=objects,
        recorder=recorder,
        channel=channel,
        simulated=SimulatedChannel(),
        retry=RetryPolicy(
            delays=[timedelta(seconds=each) for each in settings.broker_retry_seconds],
            give_up_after=timedelta(hours=settings.broker_give_up_hours),
            jitter=secrets.SystemRandom().random,
        ),
        reach=reach,
    )
    preparation = Preparation(
        ids=ids, objects=objects, documents=DOCUMENTS, sender=settings.mail_from, reach=reach
    )
    return ExecutionSteps(
        pool=pool,
        clock=clock,
        ids=ids,
        lease=settings.lease,
        recorder=recorder,
        preparation=preparation,
        delivery=delivery,
        reach=reach,
    )
