"""Logins of services: each may use the tables of its own schema, always behind row level security."""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Sequence
from urllib.parse import unquote, urlsplit

import asyncpg

SCRAM_ITERATIONS = 4096
SALT_BYTES = 16


class LoginRefused(RuntimeError):
    """A login that a service must not have, such as a superuser's."""


def own(schema: str) -> tuple[str, ...]:
    """All rows of a schema that is the login's own; migrations and epoch are the owner's to write."""
    return (
        f"GRANT USAGE ON SCHEMA {schema} TO %I",
        f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {schema} TO %I",
        f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA {schema} TO %I",
        f"REVOKE INSERT, UPDATE, DELETE ON {schema}.applied_migrations, {schema}.owner_epoch FROM %I",
    )


def rebuilt(schema: str) -> tuple[str, ...]:
    """As `own`, and a read model can be emptied, which begins a rebuild."""
    return (*own(schema), f"GRANT TRUNCATE ON ALL TABLES IN SCHEMA {schema} TO %I")


# A service finds out whose key it is, notes that it was used, and opens and ends sessions that stand for one.
READ_KEYS = (
    "GRANT USAGE ON SCHEMA identity TO %I",
    "GRANT SELECT ON identity.accounts, identity.api_keys TO %I",
    "GRANT UPDATE (last_used_at) ON identity.api_keys TO %I",
    "GRANT SELECT, INSERT, DELETE ON identity.sessions TO %I",
)
# The one service that makes, replaces and ends keys for their accounts. What a key may do is never changed,
# and no key is deleted; accounts are made by the operator.
MAKE_KEYS = (
    *READ_KEYS,
    "GRANT INSERT ON identity.api_keys TO %I",
    "GRANT UPDATE (expires_at, made_until, revoked_at) ON identity.api_keys TO %I",
    "GRANT SELECT, INSERT, UPDATE, DELETE ON identity.idempotency_keys TO %I",
)


async def ensure_login(owner_url: str, login_url: str, rights: Sequence[str]) -> None:
    """The login that `login_url` names has its password and `rights` in the database of `owner_url`.

    `owner_url` is of the login that runs the migrations: it owns the tables and may make roles. `rights` are
    GRANT and REVOKE statements with the login as `%I`. Raises LoginRefused when the login is the owner itself
    or has powers beyond tables.
    """
    name, password = _credentials(login_url)
    connection = await asyncpg.connect(owner_url, timeout=30)
    try:
        if name == await connection.fetchval("SELECT current_user"):
            raise LoginRefused(f"{name} runs the migrations; a service needs another login")
        await _ensure_role(connection, name, password)
        for right in rights:
            await _execute(connection, right, name)
    finally:
        await connection.close()


def _credentials(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    if not parts.username or not parts.password:
        raise LoginRefused("the database URL of a service names no user with a password")
    return unquote(parts.username), unquote(parts.password)


async def _ensure_role(connection: "asyncpg.Connection[asyncpg.Record]", name: str, password: str) -> None:
    verifier = scram_verifier(password, secrets.token_bytes(SALT_BYTES))
    try:
        await _execute(connection, "CREATE ROLE %I LOGIN PASSWORD %L", name, verifier)
    except (asyncpg.DuplicateObjectError, asyncpg.UniqueViolationError):
        powerful = await connection.fetchval(
            "SELECT rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb FROM pg_roles"
            " WHERE rolname = $1",
            name,
        )
        if powerful:
            raise LoginRefused(f"{name} has powers that a service must not have") from None
        await _execute(connection, "ALTER ROLE %I LOGIN PASSWORD %L", name, verifier)


async def _execute(connection: "asyncpg.Connection[asyncpg.Record]", statement: str, *arguments: str) -> None:
    """Utility statements take no parameters: the server itself quotes the arguments into the text."""
    text = await connection.fetchval("SELECT format($1, VARIADIC $2::text[])", statement, list(arguments))
    await connection.execute(text)


def scram_verifier(password: str, salt: bytes) -> str:
    """What PostgreSQL stores of a password (RFC 5803): so the password itself is in no statement or log."""
    if not password.isascii() or not password.isprintable():
        raise LoginRefused("a service's password must be printable ASCII")
    salted = hashlib.pbkdf2_hmac("sha256", password.encode(), salt, SCRAM_ITERATIONS)
    stored = hashlib.sha256(hmac.digest(salted, b"Client Key", "sha256")).digest()
    server = hmac.digest(salted, b"Server Key", "sha256")
    encoded = [base64.b64encode(part).decode() for part in (salt, stored, server)]
    return f"SCRAM-SHA-256${SCRAM_ITERATIONS}:{encoded[0]}${encoded[1]}:{encoded[2]}"
