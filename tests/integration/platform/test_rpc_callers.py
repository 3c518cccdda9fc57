"""Who calls a service, on a real channel: keys, their scopes and end, services in the name of others."""

from datetime import datetime, timedelta
from functools import partial
from typing import Any

import grpc
import pytest

from entrygo.domain.errors import (
    InvalidApiKey,
    RemoteError,
    ServiceUnavailable,
)
from entrygo.domain.principal import Mode, Principal, ScopeName, Tenant, Visible
from entrygo.identity.authenticator import Authenticator
from entrygo.identity.use_cases import create_key, revoke_key
from entrygo.postgres.pool import EVERYONE, Pool, transaction
from entrygo.process.clock import Ids, utc_now
from entrygo.proto.events.v1 import events_pb2
from entrygo.proto.identity.v1 import identity_pb2, identity_pb2_grpc
from entrygo.proto.planning.v1 import planning_pb2
from entrygo.rpc.calls import AUTHORIZATION, Metadata, on_behalf_metadata, service_metadata
from entrygo.rpc.errors import remote, remote_in_our_name
from tests.integration.platform.rpc_probe import (
    NEXT_SERVICE_TOKEN,
    SERVICE_TOKEN,
    call,
    channel,
    key_of,
    pool,
    probed,
    refusal,
)

__all__ = ["channel", "pool", "probed"]


async def test_call_with_a_key_runs_in_the_keys_account_and_mode(
    channel: grpc.aio.Channel, pool: Pool
) -> None:
    for mode in Mode:
        answer = await call(channel).PlanExport(
            planning_pb2.PlanExportRequest(account_id="acc_alice"),
            metadata=(("authorization", await key_of(pool, mode=mode)),),
        )
        assert answer.export_id == f"acc_alice/{mode}"


async def test_who_am_i_tells_the_keys_owner(channel: grpc.aio.Channel, pool: Pool) -> None:
    answer = await identity_pb2_grpc.IdentityStub(channel).WhoAmI(
        identity_pb2.WhoAmIRequest(),
        metadata=(
            ("authorization", await key_of(pool, scopes=frozenset({ScopeName.READ}), warehouse_id="wh_1")),
        ),
    )
    assert (answer.account_id, answer.mode, list(answer.scopes), answer.warehouse_id) == (
        "acc_alice",
        "live",
        ["read"],
        "wh_1",
    )


@pytest.mark.parametrize(
    "authorization",
    [
        None,
        "",
        "Bearer",
        "Bearer x",
        "Basic eDp5",
        "Bearer shpbndl_live_" + "a" * 43,
        "Service wrong",
        "Service ",
    ],
)
async def test_call_without_a_known_key_is_refused_alike(
    channel: grpc.aio.Channel, authorization: str | None
) -> None:
    error = await refusal(channel, authorization)
    assert (error.error_code, error.message) == ("INVALID_API_KEY", "Missing or invalid API key.")


async def test_expired_key_is_refused(channel: grpc.aio.Channel, pool: Pool) -> None:
    expired = await key_of(pool, expires_in=timedelta(seconds=-1))
    assert (await refusal(channel, expired)).error_code == "INVALID_API_KEY"


async def test_a_key_expires_by_the_clock_of_the_database_whatever_the_process_takes_for_now(
    pool: Pool,
) -> None:
    async with transaction(pool, EVERYONE) as connection:
        now = await connection.fetchval("SELECT now()")
    for ahead in (timedelta(days=1), timedelta(days=-1)):
        clock = partial(_shifted, ahead)
        key, _ = await create_key(pool, Ids(), clock, account_id="acc_alice", expires_in=timedelta(hours=1))
        assert key.expires_at is not None
        assert now + timedelta(minutes=59) < key.expires_at < now + timedelta(minutes=61)


def _shifted(by: timedelta) -> datetime:
    return utc_now() + by


async def test_a_key_that_expires_soon_is_not_remembered_beyond_that(pool: Pool) -> None:
    authorization = await key_of(pool, expires_in=timedelta(seconds=0.5))
    authenticator = Authenticator(pool, service_tokens=())
    await authenticator.authenticate(authorization)
    async with transaction(pool, EVERYONE) as connection:
        await connection.execute("SELECT pg_sleep_until((SELECT max(expires_at) FROM api_keys))")
    with pytest.raises(InvalidApiKey):
        await authenticator.authenticate(authorization)


async def test_revoked_key_is_refused(channel: grpc.aio.Channel, pool: Pool) -> None:
    key, secret = await create_key(pool, Ids(), utc_now, account_id="acc_alice")
    await revoke_key(pool, utc_now, account_id="acc_alice", key_id=key.key_id)
    assert (await refusal(channel, f"Bearer {secret}")).error_code == "INVALID_API_KEY"


async def test_a_stream_ends_with_its_key(channel: grpc.aio.Channel, pool: Pool) -> None:
    authorization = await key_of(pool, expires_in=timedelta(seconds=0.5))
    events: Any = call(channel).EventsAfter(
        events_pb2.EventsAfterRequest(), metadata=(("authorization", authorization),), timeout=30
    )
    with pytest.raises(RemoteError) as refused, remote("planning"):
        # Ten seconds of them.
        for _ in range(2_000):
            assert (await events.read()).sequence == 1
    assert refused.value.error_code == "INVALID_API_KEY"


async def test_key_without_the_scope_is_refused(channel: grpc.aio.Channel, pool: Pool) -> None:
    error = await refusal(channel, await key_of(pool, scopes=frozenset({ScopeName.READ})))
    assert error.error_code == "INSUFFICIENT_SCOPE"
    assert error.details == {"requiredScope": "exports:plan", "scopes": ["read"]}


async def test_request_that_names_another_account_is_refused_with_both(
    channel: grpc.aio.Channel, pool: Pool
) -> None:
    error = await refusal(channel, await key_of(pool), account="acc_999")
    assert error.error_code == "INVALID_ACCOUNT_SCOPE"
    assert error.details == {"apiKeyAccountId": "acc_alice", "payloadAccountId": "acc_999"}


async def test_service_only_call_is_refused_to_a_key_and_open_to_the_service(
    channel: grpc.aio.Channel, pool: Pool
) -> None:
    with pytest.raises(RemoteError, match="Missing or invalid"), remote("planning"):
        async for _ in call(channel).ReplayEvents(
            events_pb2.ReplayEventsRequest(), metadata=(("authorization", await key_of(pool)),)
        ):
            pass
    events = call(channel).ReplayEvents(
        events_pb2.ReplayEventsRequest(), metadata=service_metadata(SERVICE_TOKEN, None)
    )
    assert [event async for event in events] == []


def caller(**fields: Any) -> Principal:
    known: dict[str, Any] = {
        "tenant": Tenant("acc_alice", Mode.TEST),
        "key_id": "key_1",
        "scopes": frozenset({ScopeName.EXPORTS_EXECUTE}),
        "authorization": "Bearer not sent on",
        "warehouse_id": "wh_1",
    }
    return Principal(**(known | fields))


async def claim(channel: grpc.aio.Channel, metadata: Metadata) -> planning_pb2.ClaimExportResponse:
    with remote("planning"):
        answer: planning_pb2.ClaimExportResponse = await call(channel).ClaimExport(
            planning_pb2.ClaimExportRequest(), metadata=metadata, timeout=10
        )
    return answer


async def test_step_on_behalf_runs_with_the_rights_of_the_caller(channel: grpc.aio.Channel) -> None:
    answer = await claim(channel, on_behalf_metadata(SERVICE_TOKEN, caller()))
    assert (answer.export_id, answer.plan_hash, answer.warehouse_id) == (
        "acc_alice/test",
        "key_1 exports:execute",
        "wh_1",
    )


async def test_step_on_behalf_is_refused_to_a_key_whatever_it_says_of_itself(
    channel: grpc.aio.Channel, pool: Pool
) -> None:
    _, *said = on_behalf_metadata(SERVICE_TOKEN, caller())
    with pytest.raises(RemoteError) as refused:
        await claim(channel, ((AUTHORIZATION, await key_of(pool)), *said))
    assert refused.value.error_code == "INVALID_API_KEY"


async def test_step_on_behalf_of_a_caller_without_the_scope_is_refused(channel: grpc.aio.Channel) -> None:
    for scopes in (frozenset({ScopeName.READ}), frozenset()):
        with pytest.raises(RemoteError) as refused:
            await claim(channel, on_behalf_metadata(SERVICE_TOKEN, caller(scopes=scopes)))
        assert refused.value.error_code == "INSUFFICIENT_SCOPE"


async def test_what_a_key_says_of_its_account_or_warehouse_changes_nothing(
    channel: grpc.aio.Channel, pool: Pool
) -> None:
    key = (AUTHORIZATION, await key_of(pool, warehouse_id="wh_own"))
    _, *said = on_behalf_metadata(SERVICE_TOKEN, caller(tenant=Tenant("acc_other", Mode.TEST)))
    answer = await identity_pb2_grpc.IdentityStub(channel).WhoAmI(
        identity_pb2.WhoAmIRequest(), metadata=(key, *said)
    )
    assert (answer.account_id, answer.mode, answer.warehouse_id) == ("acc_alice", "live", "wh_own")


async def test_background_work_names_the_warehouse_that_it_is_for(channel: grpc.aio.Channel) -> None:
    for warehouse_id in (None, "wh_1"):
        visible = Visible(Tenant("acc_alice", Mode.LIVE), warehouse_id)
        answer = await claim(channel, service_metadata(SERVICE_TOKEN, visible))
        assert (answer.export_id, answer.warehouse_id) == ("acc_alice/live", warehouse_id or "")


@pytest.mark.parametrize(
    "said",
    [
        ("entrygo-tenant", "acc_alice"),
        ("entrygo-tenant", "acc alice/live"),
        ("entrygo-tenant", "acc_alice/liv"),
        ("entrygo-warehouse", "wh 1"),
        ("entrygo-warehouse", ""),
    ],
)
async def test_service_that_says_badly_whom_it_acts_for_is_refused(
    channel: grpc.aio.Channel, said: tuple[str, str]
) -> None:
    metadata = dict(on_behalf_metadata(SERVICE_TOKEN, caller())) | dict([said])
    with pytest.raises(RemoteError) as refused:
        await claim(channel, tuple(metadata.items()))
    assert refused.value.error_code == "INVALID_API_KEY"


async def test_two_service_tokens_are_accepted_while_one_follows_the_other(
    channel: grpc.aio.Channel,
) -> None:
    for token in (SERVICE_TOKEN, NEXT_SERVICE_TOKEN):
        assert (await claim(channel, on_behalf_metadata(token, caller()))).export_id == "acc_alice/test"
    for token in ("", f"{SERVICE_TOKEN},{NEXT_SERVICE_TOKEN}", SERVICE_TOKEN[:-1]):
        with pytest.raises(RemoteError):
            await claim(channel, on_behalf_metadata(token, caller()))


async def test_refused_service_token_is_an_outage_and_not_the_callers_fault(
    channel: grpc.aio.Channel,
) -> None:
    with pytest.raises(ServiceUnavailable), remote_in_our_name("planning"):
        await call(channel).ClaimExport(
            planning_pb2.ClaimExportRequest(), metadata=on_behalf_metadata("old", caller()), timeout=10
        )
    with pytest.raises(RemoteError, match="lacks the scope"), remote_in_our_name("planning"):
        await call(channel).ClaimExport(
            planning_pb2.ClaimExportRequest(),
            metadata=on_behalf_metadata(SERVICE_TOKEN, caller(scopes=frozenset())),
            timeout=10,
        )
