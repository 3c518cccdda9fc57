"""The execution process as a gRPC caller meets it: its own main, real parts, planning over gRPC."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import UUID

import grpc
import pytest
import pytest_asyncio
from pydantic import SecretStr

from entrygo.domain.errors import EntryGoError, RemoteError
from entrygo.domain.principal import Mode, ScopeName, Tenant, Visible
from entrygo.domain.time import parse_rfc3339
from entrygo.execution.__main__ import wire
from entrygo.execution.objects.by_digest import CHUNK_BYTES
from entrygo.execution.settings import (
    LinkSettings,
    MailSettings,
    RecipientSettings,
    Settings,
    SmtpSettings,
    StorageSettings,
)
from entrygo.identity.authenticator import SERVICE_SCHEME
from entrygo.identity.on_behalf import CALLER_SCOPES, TENANT
from entrygo.identity.use_cases import create_account, create_key
from entrygo.postgres.pool import open_pool
from entrygo.process.clock import Ids, utc_now
from entrygo.process.settings import IdentitySettings, KafkaSettings, RpcClientSettings, StopSettings
from entrygo.proto.events.v1 import events_pb2
from entrygo.proto.execution.v1 import execution_pb2, execution_pb2_grpc
from entrygo.proto.planning.v1 import planning_pb2, planning_pb2_grpc
from entrygo.proto.sync.v1 import sync_pb2, sync_pb2_grpc
from entrygo.rpc.calls import AUTHORIZATION, Metadata, service_metadata
from entrygo.rpc.channel import open_channel
from entrygo.rpc.errors import remote
from entrygo.rpc.replay import is_replayed
from entrygo.service.run import serve
from tests.harness.mail import SmtpSink
from tests.harness.processes import LOOPBACK, free_port
from tests.unit.execution.snapshots import make_large_snapshot, make_snapshot

ACCOUNT = "acc_123"
TOKEN = "service-token-of-this-test"
LINK_SECRET = "s" * 32
REQUEST = execution_pb2.ExecuteExportRequest(
    account_id=ACCOUNT, batch_id="batch_123", idempotency_key="key-1"
)
NOTICE = execution_pb2.MailWebhookNoticeRequest(
    id="evt_1", recipient="ops@example.com", webhook_id="wh_1", host="wms.example.com"
)
Context = grpc.aio.ServicerContext[Any, Any]


class PlanningServicer(planning_pb2_grpc.PlanningServicer):
    """Grants every claim and remembers for whom it was asked."""

    def __init__(self) -> None:
        self.snapshot = make_snapshot()
        self.asked: list[dict[str, str]] = []
        self.claims: list[planning_pb2.ClaimExportRequest] = []
        self.released: list[planning_pb2.ReleaseExportRequest] = []

    async def ClaimExport(
        self, request: planning_pb2.ClaimExportRequest, context: Context
    ) -> planning_pb2.ClaimExportResponse:
        self.asked.append({name: str(value) for name, value in context.invocation_metadata() or ()})
        self.claims.append(request)
        return planning_pb2.ClaimExportResponse(
            export_id=request.export_id, revision=1, plan_hash=self.snapshot.plan_hash
        )

    async def GetSnapshot(
        self, request: planning_pb2.GetSnapshotRequest, context: Context
    ) -> AsyncIterator[planning_pb2.SnapshotChunk]:
        content = self.snapshot.model_dump_json().encode()
        for start in range(0, len(content), 1000):
            yield planning_pb2.SnapshotChunk(content=content[start : start + 1000])

    async def ReleaseExport(
        self, request: planning_pb2.ReleaseExportRequest, context: Context
    ) -> planning_pb2.ReleaseExportResponse:
        self.released.append(request)
        return planning_pb2.ReleaseExportResponse(state="COMPLETED")

    async def WithdrawExport(
        self, request: planning_pb2.WithdrawExportRequest, context: Context
    ) -> planning_pb2.WithdrawExportResponse:
        return planning_pb2.WithdrawExportResponse(orders=1, warehouse_id="wh_1")


class SyncServicer(sync_pb2_grpc.SyncServicer):
    """Knows one broker, and with which credential it was asked for which account."""

    def __init__(self) -> None:
        self.email = "broker@example.com"
        self.asked: list[tuple[str, str]] = []

    async def GetBroker(self, request: sync_pb2.GetRequest, context: Context) -> sync_pb2.Broker:
        metadata = dict(context.invocation_metadata() or ())
        self.asked.append((str(metadata["authorization"]), str(metadata[TENANT])))
        endpoint = sync_pb2.SftpEndpoint(host="sftp.broker.example")
        return sync_pb2.Broker(id=request.id, external_id="b", email=self.email, sftp=endpoint)


@dataclass
class Client:
    stub: execution_pb2_grpc.ExecutionStub
    key: Metadata
    narrow: Metadata
    planning: PlanningServicer
    sync: SyncServicer

    async def execute(
        self, request: execution_pb2.ExecuteExportRequest = REQUEST, metadata: Metadata | None = None
    ) -> tuple[execution_pb2.ExecuteExportResponse, bool]:
        call = self.stub.ExecuteExport(request, metadata=metadata or self.key, timeout=20)
        with remote("execution"):
            return await call, await is_replayed(call)


@pytest_asyncio.fixture
async def client(database_url: str, smtp_sink: SmtpSink, tmp_path: Path) -> AsyncIterator[Client]:
    planning, sync, peers_port = PlanningServicer(), SyncServicer(), free_port()
    peers = grpc.aio.server()
    planning_pb2_grpc.add_PlanningServicer_to_server(planning, peers)
    sync_pb2_grpc.add_SyncServicer_to_server(sync, peers)
    peers.add_insecure_port(f"{LOOPBACK}:{peers_port}")
    await peers.start()
    key, narrow = await _keys(database_url)
    settings = Settings.model_validate(
        {
            "port": free_port(),
            "database_url": SecretStr(database_url),
            "identity": IdentitySettings(
                database_url=SecretStr(database_url), service_token=SecretStr(TOKEN)
            ),
            "planning_target": f"{LOOPBACK}:{peers_port}",
            "sync_target": f"{LOOPBACK}:{peers_port}",
            "smtp": SmtpSettings(url=SecretStr(smtp_sink.url)),
            "mail": MailSettings(rules=RecipientSettings(recipients="open")),
            "storage": StorageSettings(home=tmp_path),
            "stop": StopSettings(drain_seconds=0),
            "kafka": KafkaSettings(bootstrap=f"{LOOPBACK}:{free_port()}"),
            "links": LinkSettings(link_secret=SecretStr(LINK_SECRET)),
        }
    )
    stop = asyncio.Event()
    running = asyncio.create_task(serve("execution", settings, wire, stop))
    async with open_channel(f"{LOOPBACK}:{settings.port}", RpcClientSettings()) as channel:
        await channel.channel_ready()
        yield Client(execution_pb2_grpc.ExecutionStub(channel), key, narrow, planning, sync)
    stop.set()
    await running
    await peers.stop(None)


async def _keys(database_url: str) -> tuple[Metadata, Metadata]:
    async with await open_pool(database_url, schema="identity", max_size=2) as pool:
        ids = Ids()
        await create_account(pool, ids, name="A", account_id=ACCOUNT)
        _, full = await create_key(pool, ids, utc_now, account_id=ACCOUNT)
        read = frozenset({ScopeName.READ})
        _, narrow = await create_key(pool, ids, utc_now, account_id=ACCOUNT, scopes=read)
    return (("authorization", f"Bearer {full}"),), (("authorization", f"Bearer {narrow}"),)


async def test_planning_is_told_all_discounts_together_and_none_where_none_is_stated(client: Client) -> None:
    charges = [
        execution_pb2.Charge(kind=kind, amount_usd=amount)
        for kind, amount in (("discount", "20.50"), ("freight", "9"), ("discount", "5"))
    ]
    stated = execution_pb2.ExecuteExportRequest()
    stated.CopyFrom(REQUEST)
    stated.shipment.charges.extend(charges)
    await client.execute(stated)
    await client.execute(execution_pb2.ExecuteExportRequest(account_id=ACCOUNT, batch_id="batch_124"))
    assert [claim.discounts_usd for claim in client.planning.claims] == ["25.5", ""]


async def test_execute_answers_replays_and_asks_planning_on_the_callers_behalf(
    client: Client, smtp_sink: SmtpSink
) -> None:
    answer, replayed = await client.execute()
    again, replayed_again = await client.execute()
    assert (answer.status, replayed, replayed_again) == ("COMPLETED", False, True)
    assert answer == again
    [asked] = client.planning.asked
    assert asked[AUTHORIZATION] == f"{SERVICE_SCHEME}{TOKEN}"
    assert asked[TENANT] == f"{ACCOUNT}/live"
    assert asked[CALLER_SCOPES] == "exports:execute exports:plan orders:write read setup"
    assert client.key[0][1] not in asked.values()
    [release] = client.planning.released
    assert release.completed.customs_package_id == answer.customs_package_id
    assert isinstance(parse_rfc3339(answer.execution_timestamp), datetime)
    assert len(smtp_sink.mails) == 1


def _with_shipment(amount: str, **shipment: Any) -> execution_pb2.ExecuteExportRequest:
    charges = [execution_pb2.Charge(kind="freight", amount_usd=amount)]
    request = execution_pb2.ExecuteExportRequest(shipment={"charges": charges, **shipment})
    request.MergeFrom(REQUEST)
    return request


async def test_a_service_has_a_webhooks_notice_mailed_and_no_key_has(
    client: Client, smtp_sink: SmtpSink
) -> None:
    with pytest.raises(EntryGoError), remote("execution"):
        await client.stub.MailWebhookNotice(NOTICE, metadata=client.key, timeout=10)
    visible = Visible.whole(Tenant(ACCOUNT, Mode.LIVE))
    metadata = service_metadata(TOKEN, visible)
    for _ in range(2):
        await client.stub.MailWebhookNotice(NOTICE, metadata=metadata, timeout=10)
    [mail] = await smtp_sink.wait_for(1)
    assert mail.recipients == ("ops@example.com",)
    assert mail.message["Subject"] == "Webhook disabled: wms.example.com"


async def test_a_key_is_for_one_shipment_however_it_is_spelt(client: Client) -> None:
    answer, _ = await client.execute(_with_shipment("180.50"))
    again, replayed = await client.execute(_with_shipment("180.5"))
    assert (again, replayed) == (answer, True)
    for other in (REQUEST, _with_shipment("180.51"), _with_shipment("180.50", packages=3)):
        with pytest.raises(EntryGoError) as conflict:
            await client.execute(other)
        assert conflict.value.error_code == "IDEMPOTENCY_CONFLICT"


async def test_a_shipment_of_which_nothing_is_stated_is_the_request_without_one(client: Client) -> None:
    answer, _ = await client.execute()
    empty = execution_pb2.ExecuteExportRequest(shipment=execution_pb2.Shipment())
    empty.MergeFrom(REQUEST)
    again, replayed = await client.execute(empty)
    assert (again, replayed) == (answer, True)


async def test_everything_wrong_with_a_request_and_its_shipment_is_told_at_once(client: Client) -> None:
    request = _with_shipment("-1", reason="gift")
    request.batch_id = "no id"
    with pytest.raises(EntryGoError) as refused:
        await client.execute(request)
    assert refused.value.details is not None
    reported = [each["path"] for each in refused.value.details["issues"]]
    assert reported == ["batchId", "shipment.reason", "shipment.charges.0.amountUsd"]
    assert client.planning.asked == []


async def test_an_artifact_streams_its_metadata_and_then_bytes_with_that_digest(client: Client) -> None:
    client.planning.snapshot = make_large_snapshot(300)
    answer, _ = await client.execute()
    request = execution_pb2.GetArtifactRequest(
        customs_package_id=answer.customs_package_id, filename="manifest.json"
    )
    chunks = [chunk async for chunk in client.stub.GetArtifact(request, metadata=client.narrow, timeout=10)]
    content = b"".join(chunk.content for chunk in chunks[1:])
    assert chunks[0].artifact.sha256 == sha256(content).hexdigest()
    assert chunks[0].artifact.size_bytes == len(content)
    assert len(chunks) > 2
    assert max(len(chunk.content) for chunk in chunks) <= CHUNK_BYTES


async def test_events_can_be_read_after_a_sequence_and_replayed_by_a_service(client: Client) -> None:
    await client.execute()
    after = events_pb2.EventsAfterRequest(stream_id="batch_123", after_sequence=3)
    some = [event async for event in client.stub.EventsAfter(after, metadata=client.narrow, timeout=10)]
    assert [event.sequence for event in some] == [4, 5, 6]
    after.after_event_id = "evt_of_another_life"
    with pytest.raises(RemoteError, match="Another event"), remote("execution"):
        async for _ in client.stub.EventsAfter(after, metadata=client.narrow, timeout=10):
            pass
    everything = client.stub.ReplayEvents(
        events_pb2.ReplayEventsRequest(), metadata=service_metadata(TOKEN, None), timeout=10
    )
    assert len([event async for event in everything]) == 6
    history = await client.stub.GetHistory(
        events_pb2.GetHistoryRequest(), metadata=service_metadata(TOKEN, None), timeout=10
    )
    assert UUID(history.epoch)


@pytest.mark.parametrize(("known", "expected"), [(True, [1, 2, 3, 4, 5, 6]), (False, [])])
async def test_events_of_an_export_are_found_by_its_package(
    client: Client, known: bool, expected: list[int]
) -> None:
    answer, _ = await client.execute()
    asked = events_pb2.EventsAfterRequest(
        customs_package_id=answer.customs_package_id if known else "cp_of_nobody"
    )
    events = client.stub.EventsAfter(asked, metadata=client.narrow, timeout=10)
    assert [event.sequence async for event in events] == expected


async def test_sending_again_over_rpc_needs_a_reason_and_reaches_the_broker(
    client: Client, smtp_sink: SmtpSink
) -> None:
    await client.execute()
    client.sync.email = "entries@broker.example"
    request = execution_pb2.ResubmitToBrokerRequest(export_id="batch_123", reason="broker lost it")
    with remote("execution"):
        answer = await client.stub.ResubmitToBroker(request, metadata=client.key, timeout=10)
    assert answer.broker_submission.reason == "broker lost it"
    first, second = await smtp_sink.wait_for(2)
    assert (first.recipients, second.recipients) == (("broker@example.com",), ("entries@broker.example",))
    assert client.sync.asked == [(f"{SERVICE_SCHEME}{TOKEN}", f"{ACCOUNT}/live")]
    request.reason = "  "
    with pytest.raises(EntryGoError) as caught, remote("execution"):
        await client.stub.ResubmitToBroker(request, metadata=client.key, timeout=10)
    assert (caught.value.error_code, caught.value.field) == ("VALIDATION_ERROR", "reason")


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"account_id": "acc_999"}, "INVALID_ACCOUNT_SCOPE"),
        ({"batch_id": ""}, "VALIDATION_ERROR"),
        ({"batch_id": "no such\nid"}, "VALIDATION_ERROR"),
        ({"idempotency_key": "x" * 256}, "VALIDATION_ERROR"),
        ({"expected_plan_hash": "nul\0"}, "VALIDATION_ERROR"),
    ],
)
async def test_a_bad_request_says_what_is_wrong(client: Client, changes: dict[str, str], code: str) -> None:
    request = execution_pb2.ExecuteExportRequest()
    request.CopyFrom(REQUEST)
    for name, value in changes.items():
        setattr(request, name, value)
    with pytest.raises(EntryGoError) as caught:
        await client.execute(request)
    assert caught.value.error_code == code


async def test_a_key_without_the_scope_cannot_execute(client: Client) -> None:
    with pytest.raises(EntryGoError) as caught:
        await client.execute(metadata=client.narrow)
    assert caught.value.error_code == "INSUFFICIENT_SCOPE"


async def test_an_artifact_of_another_account_is_not_found(client: Client) -> None:
    answer, _ = await client.execute()
    request = execution_pb2.GetArtifactRequest(
        customs_package_id=answer.customs_package_id, filename="manifest.json"
    )
    foreign = service_metadata(TOKEN, Visible.whole(Tenant("acc_other", Mode.LIVE)))
    with pytest.raises(EntryGoError) as caught, remote("execution"):
        _ = [chunk async for chunk in client.stub.GetArtifact(request, metadata=foreign, timeout=10)]
    assert caught.value.error_code == "NOT_FOUND"


@pytest.mark.parametrize(
    ("damage", "code"),
    [
        ("gone", "INTERNAL_ERROR"),
        ("altered", "INTERNAL_ERROR"),
        ("shorter", "INTERNAL_ERROR"),
        ("unreadable", "SERVICE_UNAVAILABLE"),
    ],
)
async def test_a_document_that_cannot_be_read_is_an_error_before_anything_of_it(
    client: Client, tmp_path: Path, damage: str, code: str
) -> None:
    answer, _ = await client.execute()
    asked = execution_pb2.GetArtifactRequest(
        customs_package_id=answer.customs_package_id, filename="manifest.json"
    )
    [manifest] = [each for each in answer.artifacts if each.filename == "manifest.json"]
    _damage(tmp_path / "artifacts", manifest.sha256, damage)
    chunks = client.stub.GetArtifact(asked, metadata=client.key, timeout=10)
    with pytest.raises(EntryGoError) as caught, remote("execution"):
        await anext(aiter(chunks))
    assert caught.value.error_code == code


def _damage(folder: Path, sha256: str, damage: str) -> None:
    """Takes an object away, puts other bytes in its place, or makes its place one that cannot be read."""
    [stored] = folder.glob(f"**/{sha256}")
    content = stored.read_bytes()
    stored.unlink()
    match damage:
        case "altered":
            stored.write_bytes(content[:-1] + b"?")
        case "shorter":
            stored.write_bytes(content[:-1])
        case "unreadable":
            shutil.rmtree(stored.parent)  # another document's digest may begin with the same two digits
            stored.parent.write_text("in the way")
