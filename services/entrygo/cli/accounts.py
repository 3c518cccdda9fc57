"""Commands for the operator: accounts and their API keys, written to the identity database directly."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Annotated

import typer
from rich.table import Table

from entrygo.cli.connection import with_pool
from entrygo.cli.terminal import out
from entrygo.domain.principal import ALL_SCOPES, Mode, ScopeName
from entrygo.domain.time import rfc3339
from entrygo.identity.keys import ApiKey
from entrygo.identity.use_cases import create_account, create_key, list_keys, revoke_key
from entrygo.process.clock import Ids, utc_now

accounts_app = typer.Typer(no_args_is_help=True, help="Accounts.")
keys_app = typer.Typer(no_args_is_help=True, help="API keys.")

Account = Annotated[str, typer.Option("--account", envvar="ENTRYGO_ACCOUNT_ID", help="The account's id.")]


@accounts_app.callback()
def accounts() -> None:
    """Accounts."""


@accounts_app.command("create")
def create_account_command(
    name: Annotated[str, typer.Option("--name", help="How people call it.")],
    account_id: Annotated[
        str | None, typer.Option("--id", help="An id to take; otherwise one is made.")
    ] = None,
) -> None:
    """Make an account; one that exists already is kept as it is."""
    made, is_new = with_pool(
        "identity", lambda pool: create_account(pool, Ids(), name=name, account_id=account_id)
    )
    out.print(made if is_new else f"{made} exists already")


@keys_app.command("create")
def create_key_command(
    account: Account,
    scopes: Annotated[
        list[ScopeName] | None, typer.Option("--scope", help="Repeat for several; all without it.")
    ] = None,
    mode: Annotated[Mode, typer.Option("--mode", help="Test keys see test data only.")] = Mode.LIVE,
    expires_in_days: Annotated[
        int | None, typer.Option("--expires-in-days", min=1, help="Never without it.")
    ] = None,
    warehouse: Annotated[
        str | None, typer.Option("--warehouse", help="Bind the key to one warehouse.")
    ] = None,
) -> None:
    """Make a key. It is shown this once; only its hash is stored."""
    expires_in = timedelta(days=expires_in_days) if expires_in_days else None
    key, secret = with_pool(
        "identity",
        lambda pool: create_key(
            pool,
            Ids(),
            utc_now,
            account_id=account,
            mode=mode,
            scopes=frozenset(scopes) if scopes else ALL_SCOPES,
            expires_in=expires_in,
            warehouse_id=warehouse,
        ),
    )
    out.print(
        f"{key.key_id}: {', '.join(sorted(key.scopes))}; expires {_instant(key.expires_at)}", style="dim"
    )
    out.out(secret, highlight=False)


@keys_app.command("list")
def list_keys_command(account: Account) -> None:
    """Show an account's keys, never their secrets."""
    out.print(_keys_table(with_pool("identity", lambda pool: list_keys(pool, account)), utc_now()))


@keys_app.command("revoke")
def revoke_key_command(
    key_id: Annotated[str, typer.Argument(help="The key's id, as `keys list` shows it.")], account: Account
) -> None:
    """Revoke a key for good; running services refuse it within seconds."""
    with_pool("identity", lambda pool: revoke_key(pool, utc_now, account_id=account, key_id=key_id))
    out.print(f"revoked {key_id}")


def _keys_table(keys: Sequence[ApiKey], now: datetime) -> Table:
    table = Table(box=None, header_style="dim")
    for heading in ("id", "key", "mode", "state", "scopes", "warehouse", "created", "expires", "last used"):
        table.add_column(heading)
    for key in keys:
        table.add_row(
            key.key_id,
            f"{key.prefix}…",
            key.mode,
            _state(key, now),
            "all" if key.scopes == ALL_SCOPES else " ".join(sorted(key.scopes)),
            key.warehouse_id or "any",
            _instant(key.created_at),
            _instant(key.expires_at),
            _instant(key.last_used_at),
        )
    return table


def _state(key: ApiKey, now: datetime) -> str:
    if key.revoked_at is not None:
        return "revoked"
    return "usable" if key.is_usable(now) else "expired"


def _instant(instant: datetime | None) -> str:
    return rfc3339(instant) if instant else "never"
