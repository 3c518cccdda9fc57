"""Commands for API keys: over REST with the key at hand, or with `--account` as operator, on the database.

The first key of an account can come from an operator alone.
"""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import typer
from rich.table import Table
from rich.text import Text

from entrygo.cli import keys_in_database
from entrygo.cli.connection import find_target
from entrygo.cli.options import Json
from entrygo.cli.readable import table_of
from entrygo.cli.terminal import WIDE, errors, out, print_json
from entrygo.domain.errors import ValidationFailed
from entrygo.domain.principal import Mode, ScopeName
from entrygo.requests.keys import DEFAULT_OVERLAP_HOURS, MAX_EXPIRES_IN_DAYS, MAX_OVERLAP_HOURS

keys_app = typer.Typer(no_args_is_help=True, help="API keys.")

PAGE = 200
# The key is made, and nobody can use it.
EXIT_SECRET_LOST = 3

# A key as REST shows it.
Key = Mapping[str, Any]

Account = Annotated[
    str | None,
    typer.Option("--account", help="The account, as operator with database access; default: over REST."),
]
KeyId = Annotated[str, typer.Argument(help="The key's id, as `keys list` shows it.")]


@keys_app.command("create")
def create(
    *,
    account: Account = None,
    name: Annotated[str, typer.Option("--name", help="The user or program that uses it.")] = "",
    scopes: Annotated[
        list[ScopeName] | None,
        typer.Option("--scope", help="A scope; repeatable; required without --account."),
    ] = None,
    mode: Annotated[
        Mode | None, typer.Option("--mode", help="With --account: live or test; default: live.")
    ] = None,
    expires_in_days: Annotated[
        int | None,
        typer.Option("--expires-in-days", min=1, max=MAX_EXPIRES_IN_DAYS, help="Default: as your key."),
    ] = None,
    warehouse: Annotated[
        str | None, typer.Option("--warehouse", help="Bind the key to this warehouse: EntryGo's id of it.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Create a key. It is shown once; only its hash is stored."""
    if account is not None:
        made: Key = keys_in_database.create(
            account, name, scopes=scopes, mode=mode, expires_in_days=expires_in_days, warehouse=warehouse
        )
    elif mode is not None:
        message = "A key has the mode of the one that makes it: leave --mode out, or name --account"
        raise ValidationFailed.of([("mode", message, "invalid_enum_value")])
    else:
        target = find_target()
        body: Any = {
            "accountId": target.account_id,
            "name": name,
            "scopes": [str(scope) for scope in scopes or ()],
            **({"warehouseId": warehouse} if warehouse else {}),
            **({"expiresInDays": expires_in_days} if expires_in_days else {}),
        }
        with target.client() as entrygo:
            made = entrygo.create_key(body)
    _show_made(made, as_json=as_json)


@keys_app.command("list")
def list_all(account: Account = None, as_json: Json = False) -> None:
    """Show keys, newest first, never their secrets."""
    keys: Sequence[Key] = _all() if account is None else keys_in_database.listed(account)
    if as_json:
        print_json({"data": keys})
    else:
        out.print(_table(keys))


@keys_app.command("rotate")
def rotate(
    key_id: KeyId,
    overlap_hours: Annotated[
        int,
        typer.Option(
            "--overlap-hours", min=0, max=MAX_OVERLAP_HOURS, help="Hours for which the old key still works."
        ),
    ] = DEFAULT_OVERLAP_HOURS,
    as_json: Json = False,
) -> None:
    """Replace a key by one with the same rights; the old key ends after the overlap."""
    with find_target().client() as entrygo:
        made = entrygo.rotate_key(key_id, {"overlapHours": overlap_hours})
    _show_made(made, as_json=as_json)


@keys_app.command("revoke")
def revoke(key_id: KeyId, account: Account = None, as_json: Json = False) -> None:
    """Revoke a key for good; running services refuse it within seconds."""
    if account is not None:
        keys_in_database.revoke(account, key_id)
        revoked: Key = next(key for key in keys_in_database.listed(account) if key["id"] == key_id)
    else:
        with find_target().client() as entrygo:
            revoked = entrygo.revoke_key(key_id)
    if as_json:
        print_json(revoked)
    else:
        out.print(f"revoked {key_id}", markup=False)


def _all() -> list[Key]:
    with find_target().client() as entrygo:
        return list(entrygo.iter_keys(limit=PAGE))


def _show_made(made: Key, *, as_json: bool) -> None:
    if as_json:
        print_json(made)
    else:
        expires = made["expiresAt"] or "never"
        out.print(f"{made['id']}: {', '.join(made['scopes'])}; expires {expires}", style="dim", markup=False)
    if made["secret"] is None:
        errors.print(f"The answer with its secret was lost: revoke {made['id']} and create another key.")
        raise typer.Exit(EXIT_SECRET_LOST)
    if not as_json:
        out.out(made["secret"], highlight=False)


def _table(keys: Sequence[Key]) -> Table:
    """A row for each key; what tells it from others is there where there is room for it."""
    is_wide = out.width >= WIDE
    rights = ("mode", "state", "scopes", "warehouse", "expires")
    table = table_of("id", "name", *rights, *(("key", "created", "last used") if is_wide else ()))
    for key in keys:
        texts = (
            key["name"],
            key["mode"],
            key["status"],
            "all" if set(key["scopes"]) == set(ScopeName) else " ".join(key["scopes"]),
            key["warehouseId"] or "any",
            _day(key["expiresAt"]),
        )
        beside = (f"{key['prefix']}…", _day(key["createdAt"]), _day(key["lastUsedAt"])) if is_wide else ()
        table.add_row(key["id"], *map(Text, (*texts, *beside)))
    return table


def _day(at: str | None) -> str:
    return "never" if at is None else at[:10]
