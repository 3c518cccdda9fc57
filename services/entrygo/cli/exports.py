"""Commands for one export: plan it, execute it, show it. They decide nothing; the answers do."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any
from uuid import uuid4

import orjson
import typer

from entrygo.cli.connection import find_target
from entrygo.cli.export_actions import COMMANDS
from entrygo.cli.findings import write_findings
from entrygo.cli.fix_file import fix_sheet, write_sheet
from entrygo.cli.fixing import show_issues
from entrygo.cli.order_ids import read_order_ids, remember_export, remembered_export
from entrygo.cli.plan_diff import show_diff
from entrygo.cli.readable import first_excluded, show_execution, show_export, show_plan, show_withdrawal
from entrygo.cli.rest import Rest, RestError
from entrygo.cli.terminal import err, out, print_json

export_app = typer.Typer(no_args_is_help=True, help="Exports: plan, execute, follow, withdraw.")

# A plan was made, and it may not go.
EXIT_BLOCKED = 3
# The remembered export can no longer be planned, or is of another account.
NOT_TO_BE_PLANNED = frozenset({"INVALID_EXPORT_STATE", "NOT_FOUND"})

Json = Annotated[bool, typer.Option("--json", help="The whole answer, for machines.")]
Key = Annotated[
    str | None, typer.Option("--idempotency-key", help="To repeat a request of which the answer was lost.")
]


@export_app.command("plan")
def plan(
    *,
    orders: Annotated[
        Path | None,
        typer.Option(
            "--orders", exists=True, dir_okay=False, help="The ids file that `orders import` wrote."
        ),
    ] = None,
    order: Annotated[
        list[str] | None, typer.Option("--order", help="An order's id; repeat for several.")
    ] = None,
    external_order: Annotated[
        list[str] | None, typer.Option("--external-order", help="Your own id of an order; repeatable.")
    ] = None,
    warehouse: Annotated[
        str | None, typer.Option("--warehouse", help="Default: ENTRYGO_WAREHOUSE_ID.")
    ] = None,
    broker: Annotated[str | None, typer.Option("--broker", help="Default: ENTRYGO_BROKER_ID.")] = None,
    destination: Annotated[str, typer.Option("--destination", help="Two-letter country.")] = "US",
    entry_date: Annotated[
        str | None, typer.Option("--entry-date", help="Expected arrival, YYYY-MM-DD.")
    ] = None,
    entry_type: Annotated[
        str | None, typer.Option("--entry-type", help="01 formal or 11 informal; by value unless given.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Decide, and store nothing.")] = False,
    exclude_blocked: Annotated[
        bool, typer.Option("--exclude-blocked", help="Leave orders with errors out; plan the rest.")
    ] = False,
    batch: Annotated[str | None, typer.Option("--batch", help="An export to plan again.")] = None,
    new: Annotated[bool, typer.Option("--new", help="A new export, even if the file was planned.")] = False,
    fix_file: Annotated[
        Path | None,
        typer.Option(
            "--fix-file",
            dir_okay=False,
            help="Write what products lack, a row each, to be filled in and imported: CSV or XLSX.",
        ),
    ] = None,
    idempotency_key: Key = None,
    as_json: Json = False,
) -> None:
    """Decide what would go, and how ready it is.

    The ids file remembers the export that it was planned as, so that the next plan of it plans the same
    export again.
    """
    listed = read_order_ids(orders) if orders else {}
    order_ids = list(dict.fromkeys([*(order or []), *listed]))
    if not order_ids and not external_order:
        raise typer.BadParameter("Give --orders FILE, --order ID or --external-order ID.")
    target = find_target()
    body: dict[str, Any] = {
        "accountId": target.account_id,
        "warehouseId": warehouse or target.need("ENTRYGO_WAREHOUSE_ID"),
        "brokerId": broker or target.need("ENTRYGO_BROKER_ID"),
        "destinationCountry": destination,
        "orderIds": order_ids,
        "dryRun": dry_run,
        "include": ["issuesByProduct", "entries"],
    }
    optional = {
        "entryDate": entry_date,
        "entryType": entry_type,
        "batchId": batch,
        "onBlocked": "exclude" if exclude_blocked else None,
        "externalOrderIds": external_order,
    }
    body |= {name: value for name, value in optional.items() if value}
    remembered = remembered_export(orders) if orders and not (batch or new) else None
    with target.rest() as rest:
        answer = _planned(rest, body, remembered, idempotency_key)
        names = {} if as_json else _named(rest, first_excluded(answer), listed)
    if orders and not dry_run:
        remember_export(orders, answer["exportId"])
    if as_json:
        print_json(answer)
    else:
        show_plan(out, answer, names)
        show_issues(out, answer)
        if orders:
            findings = orders.with_name(f"{orders.name}.findings.csv")
            count = write_findings(findings, answer, listed)
            out.print(f"{count} order(s) left out, blocking or doubtful, each with its reasons: {findings}")
    if fix_file:
        _write_fixes(fix_file, answer)
    if answer["readinessState"] == "BLOCKED":
        raise typer.Exit(EXIT_BLOCKED)


def _planned(rest: Rest, body: dict[str, Any], remembered: str | None, key: str | None) -> dict[str, Any]:
    """The plan of the remembered export, or of a new one when there is none that could be planned again."""
    if remembered is not None:
        again = {**body, "batchId": remembered}
        err.print(f"{remembered} is planned again; --new makes another export.", style="dim")
        try:
            replanned: dict[str, Any] = rest.post("/api/exports/plan", again, key or f"cli-plan-{uuid4()}")
        except RestError as error:
            if error.code not in NOT_TO_BE_PLANNED:
                raise
            err.print(f"{remembered} cannot be planned again ({error.code}): this is a new export.")
        else:
            return replanned
    planned: dict[str, Any] = rest.post("/api/exports/plan", body, key or f"cli-plan-{uuid4()}")
    return planned


def _write_fixes(file: Path, plan: dict[str, Any]) -> None:
    sheet = fix_sheet(plan["issues_by_product"])
    if not sheet.rows:
        err.print("Nothing is missing in a product.")
        return
    try:
        write_sheet(file, sheet)
    except OSError as error:
        raise typer.BadParameter(f"{file} cannot be written: {error.strerror}.") from error
    err.print(
        f"{len(sheet.rows):,} products to mend: fill in {file}, then `entrygo products import {file}`",
        markup=False,
    )


def _named(rest: Rest, order_ids: list[str], known: Mapping[str, str]) -> Mapping[str, str]:
    """The warehouse's own ids of these orders, asked for where they are not known."""
    unknown = [order_id for order_id in order_ids if not known.get(order_id)]
    return {**known, **{each: str(rest.get(f"/api/orders/{each}")["externalId"]) for each in unknown}}


@export_app.command("execute")
def execute(
    export_id: Annotated[str, typer.Argument(help="The export that `export plan` made.")],
    *,
    expect_hash: Annotated[
        str | None, typer.Option("--expect-hash", help="Refuse when the plan is another one by now.")
    ] = None,
    shipment: Annotated[
        Path | None,
        typer.Option(
            "--shipment",
            exists=True,
            dir_okay=False,
            help="JSON of what is known once the truck is loaded: terms of sale, PAPS number, charges …",
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
    body: dict[str, Any] = {"accountId": target.account_id, "batchId": export_id}
    if shipment:
        body["shipment"] = read_json(shipment)
    if trip:
        body["trip"] = read_json(trip)
    if expect_hash:
        body["expectedPlanHash"] = expect_hash
    key = idempotency_key or f"cli-execute-{export_id}-{(expect_hash or 'any')[-16:]}"
    with target.rest() as rest:
        answer = rest.post("/api/exports/execute", body, key)
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
    with find_target().rest() as rest:
        answer = rest.get(f"/api/exports/{export_id}")
    if as_json:
        print_json(answer)
    else:
        show_export(out, answer)


@export_app.command("withdraw")
def withdraw(
    export_id: Annotated[str, typer.Argument(help="The export that does not go.")],
    reason: Annotated[str, typer.Option("--reason", help="Why; the broker reads it.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would happen, store nothing.")] = False,
    idempotency_key: Key = None,
    as_json: Json = False,
) -> None:
    """Take an executed export back: its orders are free again, and its broker hears it once."""
    body = {"reason": reason, "dryRun": dry_run}
    key = idempotency_key or f"cli-withdraw-{export_id}-{uuid4()}"
    with find_target().rest() as rest:
        answer = rest.post(f"/api/exports/{export_id}/withdraw", body, key)
    if as_json:
        print_json(answer)
    else:
        show_withdrawal(out, answer)


@export_app.command("amend")
def amend(
    export_id: Annotated[str, typer.Argument(help="The executed export.")],
    *,
    reason: Annotated[str, typer.Option("--reason", help="Why; the broker reads it.")],
    leave_out: Annotated[
        list[str] | None, typer.Option("--leave-out", help="An order that does not go; repeatable.")
    ] = None,
    add: Annotated[
        list[str] | None, typer.Option("--add", help="An order that goes besides; repeatable.")
    ] = None,
    after_entry: Annotated[
        bool, typer.Option("--after-entry", help="Correct the entry that was filed; make no other.")
    ] = False,
    entry_date: Annotated[
        str | None, typer.Option("--entry-date", help="Expected arrival, YYYY-MM-DD.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Decide, and store nothing.")] = False,
    idempotency_key: Key = None,
    as_json: Json = False,
) -> None:
    """Plan what takes the place of an executed export; `export execute` then replaces it."""
    body: dict[str, Any] = {"reason": reason, "dryRun": dry_run, "afterEntry": after_entry}
    optional = {"leaveOutOrderIds": leave_out, "addOrderIds": add, "entryDate": entry_date}
    body |= {name: value for name, value in optional.items() if value}
    key = idempotency_key or f"cli-amend-{uuid4()}"
    with find_target().rest() as rest:
        answer = rest.post(f"/api/exports/{export_id}/amend", body, key)
    if as_json:
        print_json(answer)
    else:
        show_plan(out, answer)
        out.print(f"takes the place of {answer['supersedes']}:")
        for change in answer["changes"]:
            out.print(f"- {change}", markup=False)


@export_app.command("diff")
def diff(
    export_id: Annotated[str, typer.Argument(help="The export's id.")],
    since: Annotated[str, typer.Option("--from", help="The plan hash it had before.")],
    to: Annotated[str | None, typer.Option("--to", help="Another plan hash; default: the current.")] = None,
    as_json: Json = False,
) -> None:
    """Show what changed between two plans of an export."""
    params = {"from": since} | ({"to": to} if to else {})
    with find_target().rest() as rest:
        answer = rest.get(f"/api/exports/{export_id}/plan-diff", params)
    if as_json:
        print_json(answer)
    else:
        show_diff(out, answer)


for name, command in COMMANDS.items():
    export_app.command(name)(command)


def read_json(file: Path) -> Any:
    try:
        return orjson.loads(file.read_bytes())
    except orjson.JSONDecodeError as error:
        raise typer.BadParameter(f"{file} is not JSON: {error}") from error
