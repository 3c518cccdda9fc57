"""Connections and transactions. The one place that begins, scopes and commits."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Final

import asyncpg
import structlog

from entrygo.domain.errors import ServiceUnavailable
from entrygo.domain.ids import is_valid_id
from entrygo.domain.principal import Visible
from entrygo.postgres import session_pool
from entrygo.postgres.metrics import watch_pool
from entrygo.postgres.session_pool import PooledConnection, SessionPool, is_lost
from entrygo.process.tracing import inner_span

log = structlog.get_logger(__name__)

# The role that row level security binds, where the login itself would pass it by.
APP_ROLE = "entrygo_app"

ACQUIRE_TIMEOUT = 10.0  # seconds
COMMAND_TIMEOUT = 60.0  # seconds
WARM_SESSIONS = 4  # opened with the pool; further ones when they are needed

SESSION_SETTINGS = {
    "application_name": "entrygo",
    "jit": "off",
    # Every statement is a look-up by a key. PostgreSQL plans one with arrays or several partitions anew each
    # time, as what it knows of the values always looks cheaper; a plan that was made while a table was empty
    # would read it from end to end until the next ANALYZE. Plans by indexes for whatever values are neither.
    "plan_cache_mode": "force_generic_plan",
    "enable_seqscan": "off",
    "lock_timeout": "5s",
    "statement_timeout": "60s",
    "idle_in_transaction_session_timeout": "30s",
    "timezone": "UTC",
}

Connection = session_pool.Connection
Pool = SessionPool

# The server or the way to it failed: nothing of the transaction is in force unless COMMIT was under way.
OUTAGES = (
    OSError,
    asyncpg.PostgresConnectionError,
    asyncpg.InternalClientError,
    asyncpg.exceptions.OperatorInterventionError,
    asyncpg.exceptions.InsufficientResourcesError,
    TimeoutError,
)
# The server lets nobody in: a password was changed before this process has the new one, or a database is put
# in another's place. Only a new connection meets these.
NOT_LET_IN = (
    asyncpg.exceptions.InvalidAuthorizationSpecificationError,
    asyncpg.exceptions.InvalidCatalogNameError,
)
# Whatever asyncpg raises: an outage, a refused statement, or a connection that is in no state for one.
DATABASE_ERRORS = (asyncpg.PostgresError, asyncpg.InterfaceError, *OUTAGES)


# What is to be called once the transaction of a connection has committed.
_AFTER_COMMIT: "dict[Connection, list[Callable[[], None]]]" = {}

# A condition that no row decides: PostgreSQL asks it once, before it looks for the first one.
SCOPED = "EXISTS (SELECT FROM scope)"


class Everyone:
    """The scope of background work, which names the account in every statement."""


EVERYONE: Final = Everyone()


class CommitUnknown(ServiceUnavailable):
    """The database went away while committing: the write may be in force. Retry with the same key."""


class LockTimeout(ServiceUnavailable):
    """Another request holds this record; retry shortly."""


async def open_pool(url: str, *, schema: str, max_size: int = 10, name: str = "") -> Pool:
    """A warm pool whose sessions see `schema` and are bound by row level security.

    Its metrics carry `name`, which is that of the schema unless there is a second pool for it.
    """
    pool = Pool(
        url,
        min_size=min(WARM_SESSIONS, max_size),
        max_size=max_size,
        timeout=ACQUIRE_TIMEOUT,
        command_timeout=COMMAND_TIMEOUT,
        server_settings=await _session_settings(url, schema),
        # Sessions hold no state of their own (the scope is per transaction): nothing to reset.
        reset=_keep_session,
    )
    await pool
    watch_pool(name or schema, pool)
    return pool


async def open_background_session(url: str, *, schema: str) -> "asyncpg.Connection[asyncpg.Record]":
    """One connection outside the pool for work across accounts that holds a lock for long (the relay).

    Its commits do not wait for the disk: what it writes may be lost in a crash of the server, with which the
    session ends, and is then done again.
    """
    settings = await _session_settings(url, schema)
    return await asyncpg.connect(
        url,
        timeout=ACQUIRE_TIMEOUT,
        command_timeout=COMMAND_TIMEOUT,
        server_settings={**settings, "entrygo.account_id": "*", "synchronous_commit": "off"},
    )


async def _session_settings(url: str, schema: str) -> dict[str, str]:
    settings = {**SESSION_SETTINGS, "search_path": schema}
    probe = await asyncpg.connect(url, timeout=ACQUIRE_TIMEOUT)
    try:
        if await probe.fetchval(
            "SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user"
        ) and await probe.fetchval("SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = $1)", APP_ROLE):
            settings["role"] = APP_ROLE
    finally:
        await probe.close()
    return settings


async def sessions_of_ours(connection: Connection) -> int:
    """How many sessions, beside this one, processes of ours have in its database, under whatever login."""
    found: int = await connection.fetchval(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
        " AND application_name = $1 AND pid <> pg_backend_pid()",
        SESSION_SETTINGS["application_name"],
    )
    return found


async def _keep_session(_: object) -> None:
    return None


def transaction(pool: Pool, scope: Visible | Everyone) -> AbstractAsyncContextManager[Connection]:
    """One transaction that sees the rows of `scope` alone; commits when the block ends, else rolls back.

    Raises CommitUnknown when COMMIT itself failed, ServiceUnavailable when the database was away before that.
    """
    return _session(pool, scope, lost=ServiceUnavailable)


def single_read(pool: Pool) -> AbstractAsyncContextManager[Connection]:
    """A session for one statement that changes nothing and sets `scope_of` its caller itself."""
    return _session(pool, None, lost=ServiceUnavailable)


def single_statement(pool: Pool, scope: Visible | Everyone) -> AbstractAsyncContextManager[Connection]:
    """A session for one statement, which is a transaction by itself and sets `scope_of` its caller itself.

    `scope` is not looked at: this stands where `transaction` may.
    Raises CommitUnknown when the database went away meanwhile: nobody knows how far it came.
    """
    return _session(pool, None, lost=CommitUnknown)


def set_scope(warehouse_id: str = "$3") -> str:
    """What the part `scope` of a statement selects, which so sets `scope_of` its caller: $1, $2 and, unless
    it is another parameter, $3.

    It is materialized, and whatever reads or writes a row comes after it: as SCOPED, or by asking for a row
    of it, or of what does. Its columns have no collation of their own: with one, an index of columns that
    have another would not be used.
    """
    return (
        "set_config('entrygo.account_id', $1, true) AS account_id,"
        " set_config('entrygo.mode', $2, true) AS mode,"
        f" set_config('entrygo.warehouse_id', {warehouse_id}, true) AS warehouse_id"
    )


@asynccontextmanager
async def _session(
    pool: Pool, scope: Visible | Everyone | None, *, lost: type[ServiceUnavailable]
) -> AsyncIterator[Connection]:
    """A connection in a transaction of that scope, or in none; `lost` is raised when its server goes away."""
    with inner_span("transaction", "client", {"db.system.name": "postgresql"}):
        is_clean = False
        try:
            connection = await pool.take(ACQUIRE_TIMEOUT)
        except (asyncpg.InterfaceError, *NOT_LET_IN, *OUTAGES) as error:
            raise ServiceUnavailable from error
        calls = _AFTER_COMMIT[connection] = []
        try:
            try:
                if scope is not None:
                    await _begin(connection, scope)
                yield connection
            except BaseException:
                if scope is not None:
                    await _rollback(connection)
                raise
            if scope is not None:
                await _commit(connection)
            is_clean = True
            for call in calls:
                call()
        except asyncpg.exceptions.LockNotAvailableError as error:
            raise LockTimeout from error
        except asyncpg.exceptions.DeadlockDetectedError as error:
            # An order of locks of ours that is wrong; the server undid this one, so that it may come again.
            log.warning("postgres.deadlock", detail=error.detail)
            raise LockTimeout from error
        except (*OUTAGES, asyncpg.exceptions.ReadOnlySQLTransactionError) as error:
            raise _outage(connection, error, lost) from error
        except asyncpg.InterfaceError as error:
            # asyncpg says "connection is closed" and "wrong number of arguments" with one class.
            if is_lost(connection):
                raise lost from error
            raise
        finally:
            del _AFTER_COMMIT[connection]
            await _release(pool, connection, is_clean=is_clean)


def _outage(connection: Connection, error: Exception, lost: type[ServiceUnavailable]) -> ServiceUnavailable:
    if isinstance(error, asyncpg.exceptions.ReadOnlySQLTransactionError):
        # Nothing was written. Another server may have taken the place of this one: a new session is of that.
        connection.terminate()
        return ServiceUnavailable()
    return lost()


def after_commit(connection: Connection, call: Callable[[], None]) -> None:
    """Calls `call` once the transaction, or the statement by itself, of `connection` has committed; never
    when it does not.

    Does nothing for a connection that was not opened here.
    """
    calls = _AFTER_COMMIT.get(connection)
    if calls is not None and call not in calls:
        calls.append(call)


async def _begin(connection: Connection, scope: Visible | Everyone) -> None:
    account_id, mode, warehouse_id = scope_of(scope)
    # One round trip, and nothing to plan; the ids were just checked to need no quoting.
    await connection.execute(
        f"BEGIN; SET LOCAL entrygo.account_id = '{account_id}'; SET LOCAL entrygo.mode = '{mode}';"
        f" SET LOCAL entrygo.warehouse_id = '{warehouse_id}'"
    )


def scope_of(scope: Visible | Everyone) -> tuple[str, str, str]:
    """Account, mode and warehouse as row level security reads them (`entrygo.account_id` and so on); `*` is
    all of a kind."""
    if isinstance(scope, Everyone):
        return "*", "*", "*"
    if not isinstance(scope, Visible):
        # For what no type checker reads: an account without its warehouse must not mean all of them.
        raise TypeError(f"a transaction sees a Visible or everyone, not {scope!r}")
    visible = scope
    ids = [visible.tenant.account_id, *([] if visible.warehouse_id is None else [visible.warehouse_id])]
    if not all(map(is_valid_id, ids)):
        raise ValueError("not an account id or not a warehouse id")
    return visible.tenant.account_id, str(visible.tenant.mode), visible.warehouse_id or "*"


async def _commit(connection: Connection) -> None:
    try:
        status = await connection.execute("COMMIT")
    except DATABASE_ERRORS as error:
        raise CommitUnknown from error
    if status != "COMMIT":
        raise ServiceUnavailable("The transaction had failed before it was committed; nothing was written.")


async def _rollback(connection: Connection) -> None:
    try:
        await connection.execute("ROLLBACK")
    except DATABASE_ERRORS:
        # The server rolls back what it has lost; a broken connection leaves the pool at release.
        connection.terminate()


async def _release(pool: Pool, connection: PooledConnection, *, is_clean: bool) -> None:
    try:
        await pool.give_back(connection, ACQUIRE_TIMEOUT, is_clean=is_clean)
    except DATABASE_ERRORS:
        # What the block did is decided by now; asyncpg has dropped the connection.
        log.debug("postgres.connection_dropped")
