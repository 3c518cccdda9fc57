"""Commands for the operator: whom an account may send mail, written to execution's database directly."""

from collections.abc import Sequence
from typing import Annotated

import typer
from rich.table import Table

from entrygo.cli.connection import with_pool
from entrygo.cli.options import Json
from entrygo.cli.readable import table_of
from entrygo.cli.terminal import out, print_done, print_json
from entrygo.domain.errors import ValidationFailed
from entrygo.domain.ids import IdKind
from entrygo.domain.principal import Mode, Tenant
from entrygo.domain.time import rfc3339
from entrygo.execution.broker.recipient_answers import list_recipients, set_recipient_state
from entrygo.execution.broker.recipients import Recipient, RecipientState, recipient_key
from entrygo.process.clock import Ids

recipients_app = typer.Typer(no_args_is_help=True, help="Recipients that an account may mail.")

Account = Annotated[str, typer.Option("--account", envvar="ENTRYGO_ACCOUNT_ID", help="The account's id.")]
Address = Annotated[str, typer.Argument(help="An e-mail address.")]


@recipients_app.callback()
def recipients() -> None:
    """Whom an account may send mail."""


@recipients_app.command("list")
def list_command(account: Account, as_json: Json = False) -> None:
    """Show whom the account has wanted to mail, and whom somebody decided on."""
    found = with_pool("execution", lambda pool: list_recipients(pool, _tenant(account)))
    if as_json:
        print_json({"data": [_as_json(each) for each in found]})
    else:
        out.print(_table(found))


@recipients_app.command("allow")
def allow_command(address: Address, account: Account, as_json: Json = False) -> None:
    """Let mail to an address leave without its word; what waits for it leaves at once."""
    _decide(account, address, RecipientState.ALLOWED)
    print_done({"address": address, "state": RecipientState.ALLOWED}, f"allowed {address}", as_json=as_json)


@recipients_app.command("revoke")
def revoke_command(address: Address, account: Account, as_json: Json = False) -> None:
    """Let no mail to an address leave, whatever it has confirmed; what waits for it fails."""
    _decide(account, address, RecipientState.REVOKED)
    print_done({"address": address, "state": RecipientState.REVOKED}, f"revoked {address}", as_json=as_json)


def _decide(account: str, address: str, state: RecipientState) -> None:
    key = recipient_key(address)
    if key is None:
        raise ValidationFailed.of([("address", "Expected an email address", "invalid_string")])
    new_id = Ids().new(IdKind.MAIL_RECIPIENT)
    with_pool(
        "execution", lambda pool: set_recipient_state(pool, _tenant(account), key, state, new_id=new_id)
    )


def _tenant(account: str) -> Tenant:
    """Mail of test data never leaves, so that there is nothing to decide on."""
    return Tenant(account, Mode.LIVE)


def _as_json(each: Recipient) -> dict[str, str | int | None]:
    return {
        "address": each.address,
        "state": each.state,
        "changedAt": rfc3339(each.changed_at),
        "asks": each.asks,
        "askedAt": None if each.asked_at is None else rfc3339(each.asked_at),
    }


def _table(found: Sequence[Recipient]) -> Table:
    table = table_of("address", "state", "since", "mails that asked", "last asked")
    for each in found:
        asked = "never" if each.asked_at is None else rfc3339(each.asked_at)
        table.add_row(each.address, each.state, rfc3339(each.changed_at), str(each.asks), asked)
    return table
