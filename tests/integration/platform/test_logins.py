"""A service's login: its own schema, behind row level security, and nothing of anybody else's."""

import asyncio
import base64
import re
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
import pytest
import pytest_asyncio
from pydantic import SecretStr

from entrygo.cli.backup.restoring import restore
from entrygo.cli.backup.taking import take_backup
from entrygo.cli.migration import MigrationSettings, as_owner
from entrygo.cli.up.home import Home
from entrygo.cli.up.schemas import SCHEMAS, SERVICES, ensure_logins, migrate_all
from entrygo.domain.errors import InvalidApiKey, ServiceUnavailable
from entrygo.domain.principal import Mode, Tenant, Visible
from entrygo.identity.authenticator import Authenticator
from entrygo.identity.own_keys import Once, OwnKeys
from entrygo.identity.use_cases import create_account, create_key
from entrygo.postgres.logins import LoginRefused, ensure_login, own, scram_verifier
from entrygo.postgres.pool import Pool, open_pool, transaction
from entrygo.process.clock import Ids, utc_now
from entrygo.sync.planning_store import PlanningStore
from tests.architecture.sources import ROOT
from tests.harness.postgres import temporary_database

ALICE = Tenant("acc_alice", Mode.LIVE)
BOB = Tenant("acc_bob", Mode.LIVE)
CAROL = Tenant("acc_carol", Mode.LIVE)
INSERT = "INSERT INTO event_log (account_id, mode, stream_id, sequence, payload) VALUES ($1, $2, 's', 1, '')"
COUNT = "SELECT count(*) FROM event_log"
IS_ANALYZED = "SELECT last_analyze IS NOT NULL FROM pg_stat_user_tables WHERE relname = 'products'"
KNOWN = "SELECT reltuples FROM pg_class WHERE oid = 'products'::regclass"


@dataclass(frozen=True, slots=True)
class Deployment:
    """A database whose tables belong to `owner`, which is no superuser, and the services' URLs."""

    owner: str
    services: dict[str, str]

    def login_of(self, schema: str) -> str:
        return self.services[schema]

    async def ensure(self) -> list[str]:
        return [schema async for schema in ensure_logins(lambda _: self.owner, self.login_of)]


@asynccontextmanager
async def deployed(postgres_url: str) -> AsyncIterator[Deployment]:
    mark = secrets.token_hex(4)
    names = {schema: f"{schema}_{mark}" for schema in SERVICES}
    owner = f"owner_{mark}"
    server = await asyncpg.connect(postgres_url)
    try:
        await server.execute(f"CREATE ROLE {owner} LOGIN CREATEROLE PASSWORD 'of the owner'")
        async with temporary_database(postgres_url) as url:
            await server.execute(f'GRANT CREATE ON DATABASE "{urlsplit(url).path[1:]}" TO {owner}')
            settings = MigrationSettings(migration_user=owner, migration_password=SecretStr("of the owner"))
            deployed = Deployment(
                as_owner(url, settings), {schema: _as(url, name) for schema, name in names.items()}
            )
            async for _ in migrate_all(lambda _: deployed.owner):
                pass
            await deployed.ensure()
            yield deployed
        await server.execute(f"DROP ROLE {', '.join([*names.values(), owner])}")
    finally:
        await server.close()


@pytest_asyncio.fixture(scope="module")
async def shared_deployment(postgres_url: str) -> AsyncIterator[Deployment]:
    """For tests that change neither a login nor what others count."""
    async with deployed(postgres_url) as made:
        yield made


@pytest_asyncio.fixture
async def deployment(postgres_url: str) -> AsyncIterator[Deployment]:
    async with deployed(postgres_url) as made:
        yield made


def _as(url: str, name: str, password: str = "of a service") -> str:
    settings = MigrationSettings(migration_user=name, migration_password=SecretStr(password))
    return as_owner(url, settings)


@pytest.mark.parametrize("schema", SERVICES)
async def test_service_login_works_in_its_own_schema(shared_deployment: Deployment, schema: str) -> None:
    async with (
        await open_pool(shared_deployment.login_of(schema), schema=schema) as pool,
        transaction(pool, Visible.whole(ALICE)) as connection,
    ):
        await connection.execute(INSERT, ALICE.account_id, ALICE.mode)
        assert await connection.fetchval(COUNT) == 1
        assert await connection.execute("DELETE FROM outbox") == "DELETE 0"


async def test_an_owner_that_is_no_superuser_backs_up_and_restores_the_rows_of_every_account(
    deployment: Deployment, postgres_url: str, tmp_path: Path
) -> None:
    async with await open_pool(deployment.login_of("sync"), schema="sync") as pool:
        for tenant in (ALICE, BOB):
            async with transaction(pool, Visible.whole(tenant)) as connection:
                await connection.execute(INSERT, tenant.account_id, tenant.mode)
    folder, home = tmp_path / "backup", Home(tmp_path / "home")
    await asyncio.to_thread(take_backup, folder, home, lambda _: deployment.owner, "s3://elsewhere")
    owner = urlsplit(deployment.owner)
    async with temporary_database(postgres_url) as empty:
        server = await asyncpg.connect(postgres_url)
        await server.execute(f'GRANT CREATE ON DATABASE "{urlsplit(empty).path[1:]}" TO {owner.username}')
        await server.close()
        url = owner._replace(path=urlsplit(empty).path).geturl()
        await restore(folder, home, lambda _: url, resend=False)
        restored = await asyncpg.connect(url, server_settings={"entrygo.account_id": "*"})
        rows = await restored.fetch("SELECT account_id FROM sync.event_log ORDER BY account_id")
        assert [row["account_id"] for row in rows] == [ALICE.account_id, BOB.account_id]
        await restored.close()


async def test_the_sql_of_a_runbook_shows_its_owner_the_rows_of_every_account(deployment: Deployment) -> None:
    page = (ROOT / "docs/runbooks/entry-go-dead-letters.md").read_text(encoding="utf-8")
    [setting, query] = re.findall(r"`(SET .*?); (SELECT .*?)`", page)[0]
    async with await open_pool(deployment.login_of("inspection"), schema="inspection") as pool:
        for tenant in (ALICE, BOB):
            async with transaction(pool, Visible.whole(tenant)) as connection:
                await connection.execute(
                    "INSERT INTO dead_letters (account_id, mode, digest, origin, error, payload)"
                    " VALUES ($1, $2, 'd', $1, 'e', 'p')",
                    tenant.account_id,
                    tenant.mode,
                )
    owner = await asyncpg.connect(deployment.owner)
    assert await owner.fetch(query) == []
    await owner.execute(setting)
    assert {row["origin"] for row in await owner.fetch(query)} == {ALICE.account_id, BOB.account_id}
    await owner.close()


@pytest.mark.parametrize("schema", SERVICES)
async def test_service_login_reads_no_table_of_another_service(
    shared_deployment: Deployment, schema: str
) -> None:
    owner = await asyncpg.connect(shared_deployment.owner)
    login = await asyncpg.connect(shared_deployment.login_of(schema))
    try:
        tables = await owner.fetch(
            "SELECT schemaname, tablename FROM pg_tables WHERE schemaname = ANY($1)", [*SCHEMAS]
        )
        readable = {
            table["schemaname"]
            for table in tables
            if await _may(login, f"SELECT FROM {table['schemaname']}.{table['tablename']} LIMIT 1")
        }
    finally:
        await owner.close()
        await login.close()
    assert readable == {schema, "identity"}


@pytest.mark.parametrize("schema", SERVICES)
async def test_service_login_sees_only_the_account_of_its_transaction(
    shared_deployment: Deployment, schema: str
) -> None:
    async with await open_pool(shared_deployment.login_of(schema), schema=schema) as pool:
        async with transaction(pool, Visible.whole(CAROL)) as connection:
            await connection.execute(INSERT, CAROL.account_id, CAROL.mode)
        async with transaction(pool, Visible.whole(BOB)) as connection:
            assert await connection.fetchval(COUNT) == 0
        assert await pool.fetchval(COUNT) == 0


async def test_service_login_has_postgresql_look_at_tables_that_have_grown(deployment: Deployment) -> None:
    alice = Visible.whole(ALICE)
    async with await open_pool(deployment.login_of("sync"), schema="sync", max_size=1) as pool:
        known = []
        # The second lot is no more than what PostgreSQL knows of, the third is more.
        for count in (1_000, 500, 3_000):
            await _add_products(pool, count)
            async with transaction(pool, alice) as connection:
                await PlanningStore(connection, alice).analyze_grown_tables()
            known.append(await pool.fetchval(KNOWN))
    assert known == [1_000, 1_000, 4_500]


async def test_service_login_has_postgresql_look_at_tables_whose_pages_alone_are_counted(
    deployment: Deployment,
) -> None:
    alice, owner = Visible.whole(ALICE), await asyncpg.connect(deployment.owner)
    async with await open_pool(deployment.login_of("sync"), schema="sync", max_size=1) as pool:
        await _add_products(pool, 1_000)
        await owner.execute("VACUUM sync.products")
        assert await pool.fetchval(KNOWN) == 1_000
        assert not await owner.fetchval(IS_ANALYZED)
        async with transaction(pool, alice) as connection:
            await PlanningStore(connection, alice).analyze_grown_tables()
        assert await owner.fetchval(IS_ANALYZED)
    await owner.close()


async def test_service_login_waits_for_no_table_that_somebody_else_looks_at(deployment: Deployment) -> None:
    alice = Visible.whole(ALICE)
    owner = await asyncpg.connect(deployment.owner)
    async with await open_pool(deployment.login_of("sync"), schema="sync", max_size=1) as pool:
        await _add_products(pool, 100)
        async with owner.transaction():
            await owner.execute("LOCK TABLE sync.products IN SHARE UPDATE EXCLUSIVE MODE")
            async with transaction(pool, alice) as connection:
                await PlanningStore(connection, alice).analyze_grown_tables()
                assert await connection.fetchval("SELECT count(*) FROM products") == 100
    await owner.close()


async def _add_products(pool: Pool, count: int) -> None:
    async with transaction(pool, Visible.whole(ALICE)) as connection:
        await connection.execute(
            "INSERT INTO products (account_id, mode, id, external_id, facts, created_at, updated_at)"
            " SELECT $1, $2, id, id, jsonb_build_object('name', repeat(id, 5)), now(), now()"
            " FROM (SELECT gen_random_uuid()::text AS id FROM generate_series(1, $3::int)) AS made",
            ALICE.account_id,
            ALICE.mode,
            count,
        )


@pytest.mark.parametrize(
    "statement",
    [
        "SET ROLE entrygo_app",
        "ALTER ROLE CURRENT_USER BYPASSRLS",
        "ALTER TABLE sync.event_log NO FORCE ROW LEVEL SECURITY",
        "DROP POLICY in_scope ON sync.event_log",
        "CREATE OR REPLACE FUNCTION sync.entrygo_in_scope(a text, b text) RETURNS boolean RETURN true",
        "TRUNCATE sync.event_log",
        "CREATE TABLE sync.mine (id int)",
        "CREATE SCHEMA mine",
        "CREATE ROLE mine",
        "INSERT INTO sync.applied_migrations VALUES ('9999_mine.sql', '')",
        "INSERT INTO identity.accounts VALUES ('acc_mine', 'Mine')",
        "UPDATE identity.api_keys SET scopes = '{}'",
        "UPDATE identity.api_keys SET warehouse_id = NULL",
        "DELETE FROM identity.api_keys",
    ],
)
async def test_service_login_changes_nothing_that_guards_it(
    shared_deployment: Deployment, statement: str
) -> None:
    login = await asyncpg.connect(shared_deployment.login_of("sync"))
    try:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await login.execute(statement)
    finally:
        await login.close()


async def test_service_login_finds_whose_key_it_is(deployment: Deployment) -> None:
    async with await open_pool(deployment.owner, schema="identity", max_size=1) as pool:
        await create_account(pool, Ids(), name="Alice", account_id=ALICE.account_id)
        _, secret = await create_key(pool, Ids(), utc_now, account_id=ALICE.account_id)
    async with await open_pool(deployment.login_of("planning"), schema="identity", max_size=1) as pool:
        authenticator = Authenticator(pool, service_tokens=())
        principal = await authenticator.authenticate(f"Bearer {secret}")
        assert principal.tenant == ALICE
        with pytest.raises(InvalidApiKey):
            await authenticator.authenticate(f"Bearer {secret[:-1]}x")
        session, _ = await authenticator.open_session(principal)
        caller = await authenticator.authenticate(f"Bearer {session}")
        assert caller.key_id == principal.key_id
        await authenticator.end_session(caller)


async def test_login_of_the_service_that_makes_keys_replaces_and_revokes_them(deployment: Deployment) -> None:
    async with await open_pool(deployment.owner, schema="identity", max_size=1) as pool:
        await create_account(pool, Ids(), name="Alice", account_id=ALICE.account_id)
        _, secret = await create_key(pool, Ids(), utc_now, account_id=ALICE.account_id)
    async with await open_pool(deployment.login_of("sync"), schema="identity") as pool:
        principal = await Authenticator(pool, service_tokens=()).authenticate(f"Bearer {secret}")
        keys, once = OwnKeys(pool, Ids()), Once(operation="keys.rotate", key="", fingerprint=b"")
        made = await keys.rotate(principal, principal.key_id, timedelta(days=1), once)
        assert (await keys.revoke(principal, made.key.key_id)).revoked_at is not None


async def test_new_password_of_a_url_becomes_the_login_s(deployment: Deployment) -> None:
    renewed = _as(deployment.owner, urlsplit(deployment.login_of("sync")).username or "", "renewed")
    await ensure_login(deployment.owner, renewed, own("sync"))
    await (await asyncpg.connect(renewed)).close()
    with pytest.raises(asyncpg.InvalidPasswordError):
        await asyncpg.connect(deployment.login_of("sync"))


async def test_a_process_that_has_not_the_new_password_yet_asks_its_callers_to_come_again(
    deployment: Deployment,
) -> None:
    async with await open_pool(deployment.login_of("sync"), schema="sync", max_size=2) as pool:
        renewed = _as(deployment.owner, urlsplit(deployment.login_of("sync")).username or "", "renewed")
        await ensure_login(deployment.owner, renewed, own("sync"))
        async with transaction(pool, Visible.whole(ALICE)) as connection:
            assert await connection.fetchval(COUNT) == 0
            with pytest.raises(ServiceUnavailable):
                async with transaction(pool, Visible.whole(ALICE)):
                    pass


async def test_logins_are_made_again_without_harm(shared_deployment: Deployment) -> None:
    assert await shared_deployment.ensure() == list(SERVICES)


async def test_owner_is_not_taken_for_a_service_s_login(shared_deployment: Deployment) -> None:
    with pytest.raises(LoginRefused, match="needs another login"):
        await ensure_login(shared_deployment.owner, shared_deployment.owner, own("sync"))


async def test_login_with_powers_of_its_own_is_refused(postgres_url: str, deployment: Deployment) -> None:
    name = urlsplit(deployment.login_of("sync")).username
    server = await asyncpg.connect(postgres_url)
    try:
        await server.execute(f"ALTER ROLE {name} BYPASSRLS")
        with pytest.raises(LoginRefused, match="powers"):
            await deployment.ensure()
    finally:
        await server.close()


async def test_login_without_a_password_is_refused(shared_deployment: Deployment) -> None:
    with pytest.raises(LoginRefused, match="names no user"):
        await ensure_login(shared_deployment.owner, "postgresql://127.0.0.1/entrygo", own("sync"))


def test_verifier_is_that_of_rfc_7677() -> None:
    # The RFC's example: user, password, salt, iterations and the server key its messages come from.
    verifier = scram_verifier("pencil", base64.b64decode("W22ZaJ0SNY7soEsUEjb6gQ=="))
    assert verifier == (
        "SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY="
        ":wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU="
    )


def test_verifier_is_made_of_printable_ascii_alone() -> None:
    with pytest.raises(LoginRefused):
        scram_verifier("geheim\n", b"salt")


async def _may(connection: "asyncpg.Connection[asyncpg.Record]", statement: str) -> bool:
    try:
        await connection.execute(statement)
    except asyncpg.InsufficientPrivilegeError:
        return False
    return True
