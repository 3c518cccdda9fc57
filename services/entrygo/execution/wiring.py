"""Plain constructor calls that make execution's parts from its settings, for the process and its tests."""

import secrets
from collections.abc import Mapping
from datetime import timedelta

from entrygo.execution.address_guard import AddressGuard
from entrygo.execution.channels.base import Channel
from entrygo.execution.channels.email import EmailChannel
from entrygo.execution.channels.https import HttpsChannel, UploadLimits
from entrygo.execution.channels.sftp import SftpChannel, SftpLimits
from entrygo.execution.channels.simulated import SimulatedChannel
from entrygo.execution.credentials import Credentials
from entrygo.execution.documents import DOCUMENTS
from entrygo.execution.events import EventRecorder
from entrygo.execution.execution_steps import ExecutionSteps
from entrygo.execution.ledger.delivery import BrokerDelivery, RetryPolicy
from entrygo.execution.ledger.freezing import Freezer
from entrygo.execution.ledger.links import LinkSigner
from entrygo.execution.objects import ObjectStore
from entrygo.execution.preparation import Preparation
from entrygo.execution.records import SubmissionType
from entrygo.execution.settings import Settings
from entrygo.postgres.pool import Pool
from entrygo.process.clock import Clock, Ids
from entrygo.process.failpoints import Reach

Channels = Mapping[SubmissionType, Channel]


def build_channels(settings: Settings) -> Channels:
    """The ways to real brokers."""
    guard = AddressGuard(allow_private=settings.broker_allow_private)
    credentials = Credentials(inline=settings.broker_credentials, file=settings.broker_credentials_file)
    connect, answer = settings.broker_connect_seconds, settings.broker_answer_seconds
    return {
        SubmissionType.EMAIL: EmailChannel(settings.smtp_server),
        SubmissionType.HTTPS: HttpsChannel(
            guard=guard,
            credentials=credentials,
            limits=UploadLimits(connect_timeout=connect, answer_timeout=answer),
            ca_file=settings.broker_ca_file,
        ),
        SubmissionType.SFTP: SftpChannel(
            guard=guard,
            credentials=credentials,
            limits=SftpLimits(connect_timeout=connect, answer_timeout=answer),
        ),
    }


def build_links(settings: Settings) -> LinkSigner | None:
    """None without a secret: then mails carry no link."""
    if not settings.link_secrets:
        return None
    lifetime = timedelta(days=settings.link_days)
    return LinkSigner(settings.link_secrets, public_url=settings.public_url, lifetime=lifetime)


def build_steps(
    settings: Settings, pool: Pool, channels: Channels, *, clock: Clock, ids: Ids, reach: Reach
) -> ExecutionSteps:
    """The steps of an execution, with delivery and preparation inside."""
    objects = ObjectStore(settings.objects_url, allow_http=settings.artifacts_allow_http)
    recorder = EventRecorder(ids)
    delivery = BrokerDelivery(
        pool=pool,
        clock=clock,
        lease=settings.lease,
        objects=objects,
        recorder=recorder,
        channels=channels,
        simulated=SimulatedChannel(),
        retry=RetryPolicy(
            delays=[timedelta(seconds=each) for each in settings.broker_retry_seconds],
            give_up_after=timedelta(hours=settings.broker_give_up_hours),
            jitter=secrets.SystemRandom().random,
        ),
        reach=reach,
    )
    preparation = Preparation(
        ids=ids,
        objects=objects,
        documents=DOCUMENTS,
        freezer=Freezer(objects=objects, links=build_links(settings), mail_max_bytes=settings.mail_max_bytes),
        sender=settings.mail_from,
        reach=reach,
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
