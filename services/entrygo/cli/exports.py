"""Commands for one export: execute it, show it, take it back. They decide nothing; the answers do."""

from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from typing import Annotated, Any

import orjson
import typer

from entrygo.cli.connection import find_target
from entrygo.cli.executing import execute_once
from entrygo.cli.export_actions import COMMANDS, Key
from entrygo.cli.export_planning import EXIT_BLOCKED, ExcludeBlocked, named_orders, plan
from entrygo.cli.options import Json
from entrygo.cli.plan_diff import show_diff
from entrygo.cli.readable import (
    SHOWN_PRODUCTS,
    first_excluded,
    show_execution,
    show_export,
    show_plan,
    show_withdrawal,
)
from entrygo.cli.terminal import out, print_json
from entrygo.domain.ids import IdKind, by_origin
from entrygo_client import EntryGo
from entrygo_client.types import ExecuteBody, InspectAnswer, ValidationMessage, WithdrawBody

export_app = typer.Typer(no_args_is_help=True, help="Exports: plan, execute, follow, withdraw.")


@export_app.command("execute")
def execute(
    export_id: Annotated[str, typer.Argument(help="The export that `export plan` created.")],
    *,
    expect_hash: Annotated[
        str | None, typer.Option("--expect-hash", help="Refuse if the current plan has another hash.")
    ] = None,
    shipment: Annotated[
        Path | None,
        typer.Option(
            "--shipment",
            exists=True,
            dir_okay=False,
            help="JSON of the shipment, known once the truck is loaded: terms of sale, charges …",
        ),
    ] = None,
    trip: Annotated[
        Path | None,
        typer.Option(
            "--trip",
            exists=True,
            dir_okay=False,
            help="JSON of the truck: conveyance, seals, border port, and the PAPS number of each entry.",
        ),
    ] = None,
    idempotency_key: Key = None,
    as_json: Json = False,
) -> None:
    """Make the documents and send them to the broker. Safe to repeat: it happens once."""
    target = find_target()
    body: ExecuteBody = {"accountId": target.account_id, "batchId": export_id}
    if shipment:
        body["shipment"] = read_json(shipment)
    if trip:
        body["trip"] = read_json(trip)
    if expect_hash:
        body["expectedPlanHash"] = expect_hash
    answer = execute_once(target, body, idempotency_key)
    if as_json:
        print_json(answer)
    else:
        show_execution(out, answer)


@export_app.command("show")
def show(
    export_id: Annotated[str, typer.Argument(help="The export's id.")],
    as_json: Json = False,
) -> None:
    """Show everything that is known of an export."""
    with find_target().client() as entrygo:
        answer = entrygo.inspect_export(export_id)
        skus = {} if as_json else _skus(entrygo, answer["validationMessages"])
    if as_json:
        print_json(answer)
    else:
        show_export(out, answer, skus)


def _skus(entrygo: EntryGo, messages: Sequence[ValidationMessage]) -> dict[str, str | None]:
    """By the products' ids: people know their goods by them. Of the few that are shown of each code."""
    of_code: dict[str, dict[str, None]] = {}
    for message in messages:
        if message["product_id"]:
            of_code.setdefault(message["code"], {})[message["product_id"]] = None
    shown = dict.fromkeys(each for ids in of_code.values() for each in islice(ids, SHOWN_PRODUCTS))
    return {each: entrygo.get_product(each)["sku"] for each in shown}


@export_app.command("withdraw")
def withdraw(
    export_id: Annotated[str, typer.Argument(help="The export to withdraw.")],
    reason: Annotated[str, typer.Option("--reason", help="The reason; the broker reads it.")],
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would happen; store nothing.")
    ] = False,
    idempotency_key: Key = None,
    as_json: Json = False,
) -> None:
    """Take an executed export back: its orders are free again, and its broker hears it once."""
    body: WithdrawBody = {"reason": reason, "dryRun": dry_run}
    with find_target().client() as entrygo:
        answer = entrygo.withdraw_export(export_id, body, idempotency_key=idempotency_key)
    if as_json:
        print_json(answer)
    else:
        show_withdrawal(out, answer)


@export_app.command("amend")
def amend(
    export_id: Annotated[str, typer.Argument(help="The executed export.")],
    *,
    reason: Annotated[str, typer.Option("--reason", help="The reason; the broker reads it.")],
    leave_out: Annotated[
        list[str] | None,
        typer.Option("--leave-out", help="An order to leave out: EntryGo's id or your own; repeatable."),
    ] = None,
    add: Annotated[
        list[str] | None,
        typer.Option("--add", help="An order to add: EntryGo's id or your own; repeatable."),
    ] = None,
    after_entry: Annotated[
        bool, typer.Option("--after-entry", help="Correct the entry that was filed; create no other.")
    ] = False,
    entry_date: Annotated[
        str | None, typer.Option("--entry-date", help="Expected arrival, YYYY-MM-DD.")
    ] = None,
    exclude_blocked: ExcludeBlocked = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Compute the plan; store nothing.")] = False,
    idempotency_key: Key = None,
    as_json: Json = False,
) -> None:
    """Plan what takes the place of an executed export; `export execute` then replaces it."""
    body: Any = {
        "reason": reason,
        "dryRun": dry_run,
        "afterEntry": after_entry,
        "include": ["issuesByProduct", "entries"],
    }
    stay, own_stay = by_origin(leave_out or (), IdKind.ORDER)
    go, own_go = by_origin(add or (), IdKind.ORDER)
    optional = {
        "leaveOutOrderIds": stay,
        "leaveOutExternalOrderIds": own_stay,
        "addOrderIds": go,
        "addExternalOrderIds": own_go,
        "entryDate": entry_date,
        "onBlocked": "exclude" if exclude_blocked else None,
    }
    body |= {name: value for name, value in optional.items() if value}
    with find_target().client() as entrygo:
        answer = entrygo.amend_export(export_id, body, idempotency_key=idempotency_key)
        names = {} if as_json else named_orders(entrygo, first_excluded(answer), {})
        skus = {} if as_json else _skus(entrygo, answer["validationMessages"])
    if as_json:
        print_json(answer)
    else:
        show_plan(out, answer, names, skus)
        out.print(f"takes the place of {answer['supersedes']}:")
        for change in answer["changes"]:
            out.print(f"- {change}", markup=False)
    if answer["readinessState"] == "BLOCKED":
        raise typer.Exit(EXIT_BLOCKED)


@export_app.command("diff")
def diff(
    export_id: Annotated[str, typer.Argument(help="The export's id.")],
    since: Annotated[
        str | None,
        typer.Option("--from", help="The earlier plan hash; default: the plan before."),
    ] = None,
    to: Annotated[
        str | None, typer.Option("--to", help="The later plan hash; default: the current plan.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Show what changed between two plans of an export."""
    with find_target().client() as entrygo:
        before = since or _hash_before(entrygo.inspect_export(export_id), to)
        answer = entrygo.diff_plans(export_id, from_=before, to=to)
    if as_json:
        print_json(answer)
    else:
        show_diff(out, answer)


def _hash_before(export: InspectAnswer, later: str | None) -> str:
    """The last plan before the later one, or before the current one, that came out otherwise."""
    events = (event for event in export["events"] if event["type"] == "export.planned")
    hashes = [str(event["payload"]["planHash"]) for event in events]
    current = later or export["planHash"]
    while hashes and hashes.pop() != current:
        pass
    others = [each for each in hashes if each != current]
    if not others:
        raise typer.BadParameter(f"{export['exportId']} has no other plan before that.", param_hint="--from")
    return others[-1]


export_app.command("plan")(plan)
for name, command in COMMANDS.items():
    export_app.command(name)(command)


def read_json(file: Path) -> Any:
    try:
        return orjson.loads(file.read_bytes())
    except orjson.JSONDecodeError as error:
        raise typer.BadParameter(f"{file} is not JSON: {error}") from error
