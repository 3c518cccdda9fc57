"""Commands for the operator: accounts, written to the identity database directly."""

from typing import Annotated

import typer

from entrygo.cli.connection import with_pool
from entrygo.cli.options import Json
from entrygo.cli.terminal import print_done
from entrygo.identity.use_cases import create_account
from entrygo.process.clock import Ids

accounts_app = typer.Typer(no_args_is_help=True, help="Accounts.")


@accounts_app.callback()
def accounts() -> None:
    """Accounts."""


@accounts_app.command("create")
def create_account_command(
    name: Annotated[str, typer.Option("--name", help="The name for people.")],
    account_id: Annotated[str | None, typer.Option("--id", help="The id; default: a new one.")] = None,
    as_json: Json = False,
) -> None:
    """Create an account; an existing one stays unchanged."""
    made, is_new = with_pool(
        "identity", lambda pool: create_account(pool, Ids(), name=name, account_id=account_id)
    )
    text = made if is_new else f"{made} exists already"
    print_done({"accountId": made, "isNew": is_new}, text, as_json=as_json)
