"""Puts the parts of webhooks together."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from entrygo.inspection.announcing import Announcer
from entrygo.inspection.feed.store import sweep_feeds
from entrygo.inspection.settings import WebhookSettings
from entrygo.inspection.webhooks.mailing import Mailer, Mailing
from entrygo.inspection.webhooks.queue_store import sweep_deliveries, sweep_lanes
from entrygo.inspection.webhooks.rooms import Slots
from entrygo.inspection.webhooks.sender import Sender
from entrygo.inspection.webhooks.servicer import REQUIRED_SCOPES, WebhooksServicer
from entrygo.inspection.webhooks.signing import Signer
from entrygo.inspection.webhooks.use_cases import Webhooks
from entrygo.inspection.webhooks.worker import Worker
from entrygo.outbound.address_guard import AddressGuard
from entrygo.postgres.pool import Pool
from entrygo.postgres.sweeping import keep_swept
from entrygo.process.clock import Ids
from entrygo.rpc.interceptors.auth import RequiredScopes
from entrygo.service.run import Work


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookParts:
    """What the process runs, serves and gives to the read model."""

    announcer: Announcer
    servicer: WebhooksServicer
    required_scopes: RequiredScopes
    background: Sequence[Work]


def wire_webhooks(settings: WebhookSettings, pool: Pool, ids: Ids, mailer: Mailer) -> WebhookParts:
    """Without a secret nothing is sent: what was queued waits until there is one again."""
    signer = Signer(settings.secrets)
    guard = AddressGuard(
        allow_private=settings.allow_private,
        allow_plain=settings.allow_private,
        sent="Webhooks",
        setting="ENTRYGO_WEBHOOK_ALLOW_PRIVATE",
    )
    sender = Sender(
        guard,
        answer_seconds=settings.answer_seconds,
        ca_file=str(settings.ca_file) if settings.ca_file else None,
    )
    mailing = Mailing(pool=pool, mailer=mailer)
    worker = Worker(
        pool,
        ids,
        signer,
        sender,
        slots=Slots(process=settings.slots, endpoint=settings.slots_an_endpoint),
        answer_seconds=settings.answer_seconds,
        on_disabled=mailing.wake,
    )
    sweeps = (
        partial(sweep_feeds, older_than=settings.keep),
        partial(sweep_deliveries, older_than=settings.keep),
        sweep_lanes,
    )
    sweep = partial(keep_swept, pool, sweeps)
    webhooks = Webhooks(pool, ids, signer, sender, wake=worker.wake, max_endpoints=settings.max_endpoints)
    return WebhookParts(
        announcer=Announcer(settings.keep, worker.wake),
        servicer=WebhooksServicer(webhooks),
        required_scopes=REQUIRED_SCOPES,
        background=(worker.run, mailing.run, sweep) if signer.is_able else (mailing.run, sweep),
    )
