"""The inspection process: `python -m entrygo.inspection`."""

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial

import grpc

from entrygo.inspection.changes import Changes
from entrygo.inspection.clients.execution import ExecutionMailer
from entrygo.inspection.consumers import ExportEvents
from entrygo.inspection.dead_letters import are_none
from entrygo.inspection.epochs import Epochs
from entrygo.inspection.feed.heads import Lookout
from entrygo.inspection.feed.use_cases import Feed
from entrygo.inspection.measures import measure
from entrygo.inspection.owners import Owner, check_serving, execution_owner, planning_owner
from entrygo.inspection.read_model import ReadModel
from entrygo.inspection.reconciler import Reconciler
from entrygo.inspection.servicer import REQUIRED_SCOPES, SERVICE_NAME, InspectionServicer
from entrygo.inspection.settings import Settings
from entrygo.inspection.settling import Settler
from entrygo.inspection.system_health import Probe
from entrygo.inspection.use_cases import Inspector
from entrygo.inspection.webhooks.servicer import WebhooksServicer
from entrygo.inspection.webhooks.wiring import wire_webhooks
from entrygo.messaging.events import EXECUTION, PLANNING, SYNC
from entrygo.messaging.projector import Projector
from entrygo.messaging.seal import Seal
from entrygo.postgres.pool import Pool
from entrygo.postgres.readiness import is_ready
from entrygo.process.refusals import read_or_exit
from entrygo.proto.inspection.v1 import inspection_pb2_grpc
from entrygo.rpc.conditions import ARTIFACTS
from entrygo.rpc.local.channel import channel_to
from entrygo.service.run import Parts, Runtime, run_service

Channels = Mapping[str, grpc.aio.Channel]


@asynccontextmanager
async def wire(settings: Settings, runtime: Runtime) -> AsyncIterator[Parts]:
    """Puts the parts of the service together. It records no events: the read model is made of others'."""
    targets = {
        SYNC: settings.sync_target,
        PLANNING: settings.planning_target,
        EXECUTION: settings.execution_target,
    }
    to = partial(channel_to, security=settings.rpc.peers, neighbours=runtime.neighbours)
    async with AsyncExitStack() as stack:
        channels = {
            name: await stack.enter_async_context(to(name, target)) for name, target in targets.items()
        }
        yield _parts(settings, runtime, channels)


def _parts(settings: Settings, runtime: Runtime, channels: Channels) -> Parts:
    pool = runtime.pool
    owners = {
        PLANNING: planning_owner(channels[PLANNING]),
        EXECUTION: execution_owner(channels[EXECUTION]),
    }
    changes = Changes()
    mailer = ExecutionMailer(channels[EXECUTION], service_token=settings.identity.token)
    hooks = wire_webhooks(settings.webhooks, pool, runtime.ids, mailer)
    read_model = ReadModel(pool, changes, hooks.announcer)
    settler = Settler(read_model, owners, service_token=settings.identity.token)
    reconciler = _reconciler(settings, pool, read_model, owners, settler)
    sink = _sink(settings, pool, read_model=read_model, owners=owners, settler=settler, reconciler=reconciler)
    projector = Projector(kafka=settings.kafka, group=settings.kafka_group or None, sink=sink)
    inspector = Inspector(
        pool,
        read_model,
        changes,
        owners,
        settler,
        poll_seconds=settings.watch_poll_seconds,
        stop=runtime.stop,
    )
    lookout = Lookout(pool, changes, poll_seconds=settings.watch_poll_seconds)
    servicer = InspectionServicer(
        inspector,
        Feed(pool, changes, stop=runtime.stop),
        _all_probes(pool, projector, channels, settings.probe_seconds),
        owner_seconds=settings.owner_seconds,
        probe_seconds=settings.probe_seconds,
    )
    return Parts(
        rpc_services=(SERVICE_NAME,),
        required_scopes={**REQUIRED_SCOPES, **hooks.required_scopes},
        register=partial(_register, servicer, hooks.servicer),
        background=(projector.run, reconciler.run, lookout.run, *hooks.background),
        measures=(measure,),
        records_events=False,
    )


def _reconciler(
    settings: Settings, pool: Pool, read_model: ReadModel, owners: Mapping[str, Owner], settler: Settler
) -> Reconciler:
    return Reconciler(
        pool,
        read_model,
        tuple(owners.values()),
        settler,
        service_token=settings.identity.token,
        every_seconds=settings.reconcile_seconds,
    )


def _sink(
    settings: Settings,
    pool: Pool,
    *,
    read_model: ReadModel,
    owners: Mapping[str, Owner],
    settler: Settler,
    reconciler: Reconciler,
) -> ExportEvents:
    return ExportEvents(
        pool,
        read_model,
        reconciler,
        settler=settler,
        epochs=Epochs(owners, service_token=settings.identity.token),
        seal=Seal(settings.identity.tokens),
    )


def _all_probes(pool: Pool, projector: Projector, channels: Channels, seconds: float) -> tuple[Probe, ...]:
    """What the health of the system is made of, in the order in which it is shown."""
    return (
        Probe("database", partial(is_ready, pool)),
        Probe("kafka", projector.is_connected),
        Probe(
            "projections",
            partial(are_none, pool),
            "Events could not be applied: `entrygo projections dead-letters list` shows them.",
        ),
        *_probes(channels, seconds),
        Probe(
            "artifacts",
            partial(check_serving, channels[EXECUTION], seconds, ARTIFACTS),
            "Documents cannot be written, or some are missing or altered: execution's log names them.",
        ),
    )


def _register(servicer: InspectionServicer, webhooks: WebhooksServicer, server: grpc.aio.Server) -> None:
    inspection_pb2_grpc.add_InspectionServicer_to_server(servicer, server)
    inspection_pb2_grpc.add_WebhooksServicer_to_server(webhooks, server)


def _probes(channels: Channels, seconds: float) -> tuple[Probe, ...]:
    return tuple(Probe(name, partial(check_serving, channel, seconds)) for name, channel in channels.items())


if __name__ == "__main__":
    run_service("inspection", read_or_exit(Settings), wire)
