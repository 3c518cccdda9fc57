"""The command that plans an export. The ids file remembers the export that it was planned as."""

from collections.abc import Mapping, Set
from pathlib import Path
from typing import Annotated, Any, cast

import typer

from entrygo.cli.connection import Target, find_target
from entrygo.cli.export_actions import Key
from entrygo.cli.findings import write_findings
from entrygo.cli.fix_file import fix_sheet, refuse_unwritable, write_sheet
from entrygo.cli.fixing import counted, show_issues
from entrygo.cli.options import Json
from entrygo.cli.order_ids import read_order_ids, remember_export, remembered_export
from entrygo.cli.readable import first_excluded, show_plan
from entrygo.cli.terminal import err, out, print_json
from entrygo.domain.ids import IdKind, by_origin
from entrygo_client import EntryGo, IdempotencyConflict, InvalidExportState, NotFound
from entrygo_client.types import PlanAnswer, PlanBody

# A plan was made, and it may not go.
EXIT_BLOCKED = 3
ALREADY_EXPORTED = "ORDER_ALREADY_EXPORTED"

OrdersFile = Annotated[
    Path | None,
    typer.Option("--orders", exists=True, dir_okay=False, help="The ids file that `orders import` wrote."),
]
OrderIds = Annotated[
    list[str] | None, typer.Option("--order", help="An order: EntryGo's id or your own; repeatable.")
]
ExternalOrderIds = Annotated[
    list[str] | None,
    typer.Option(
        "--external-order", help="Your own id of an order, even if it begins with ord_; repeatable."
    ),
]
WarehouseId = Annotated[
    str | None, typer.Option("--warehouse", help="EntryGo's id of it; default: ENTRYGO_WAREHOUSE_ID.")
]
BrokerId = Annotated[
    str | None, typer.Option("--broker", help="EntryGo's id of it; default: ENTRYGO_BROKER_ID.")
]
Destination = Annotated[str, typer.Option("--destination", help="Two-letter country.")]
EntryDate = Annotated[str | None, typer.Option("--entry-date", help="Expected arrival, YYYY-MM-DD.")]
EntryType = Annotated[
    str | None, typer.Option("--entry-type", help="01 formal or 11 informal; default: by value.")
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Compute the plan; store nothing.")]
ExcludeBlocked = Annotated[
    bool, typer.Option("--exclude-blocked", help="Leave orders with errors out; plan the rest.")
]
ExportId = Annotated[str | None, typer.Option("--batch", help="An export to plan again.")]
IsNew = Annotated[
    bool, typer.Option("--new", help="Create a new export, even if the file was planned before.")
]
FixFile = Annotated[
    Path | None,
    typer.Option(
        "--fix-file",
        dir_okay=False,
        help="Write missing product values to a file to fill in and import: CSV or XLSX.",
    ),
]


def plan(
    *,
    orders: OrdersFile = None,
    order: OrderIds = None,
    external_order: ExternalOrderIds = None,
    warehouse: WarehouseId = None,
    broker: BrokerId = None,
    destination: Destination = "US",
    entry_date: EntryDate = None,
    entry_type: EntryType = None,
    dry_run: DryRun = False,
    exclude_blocked: ExcludeBlocked = False,
    batch: ExportId = None,
    new: IsNew = False,
    fix_file: FixFile = None,
    idempotency_key: Key = None,
    as_json: Json = False,
) -> None:
    """Decide what would go, and how ready it is.

    The ids file remembers the export that it was planned as, so that the next plan of it plans the same
    export again.
    """
    if fix_file:
        refuse_unwritable(fix_file)
    listed = read_order_ids(orders) if orders else {}
    ids, own_ids = by_origin([*(order or []), *listed], IdKind.ORDER)
    own_ids = list(dict.fromkeys([*own_ids, *(external_order or [])]))
    if not ids and not own_ids:
        raise typer.BadParameter("Give --orders FILE, --order ID or --external-order ID.")
    asked = {
        "orderIds": ids,
        "externalOrderIds": own_ids,
        "warehouseId": warehouse,
        "brokerId": broker,
        "destinationCountry": destination,
        "entryDate": entry_date,
        "entryType": entry_type,
        "batchId": batch,
        "onBlocked": "exclude" if exclude_blocked else None,
    }
    target = find_target()
    remembered = remembered_export(orders) if orders and not (batch or new) else None
    with target.client() as entrygo:
        answer = _planned(entrygo, _body(target, asked, dry_run=dry_run), remembered, idempotency_key)
        names = {} if as_json else named_orders(entrygo, first_excluded(answer), listed)
    if orders and not dry_run:
        remember_export(orders, answer["exportId"] or "", _left_before(answer))
    if fix_file:
        _write_fixes(fix_file, answer)
    if as_json:
        print_json(answer)
    else:
        _show(answer, names, orders, listed)
    if answer["readinessState"] == "BLOCKED":
        raise typer.Exit(EXIT_BLOCKED)


def _left_before(answer: PlanAnswer) -> Set[str]:
    """Orders of the plan that already left with another export."""
    messages = answer["validationMessages"]
    return {each["order_id"] or "" for each in messages if each["code"] == ALREADY_EXPORTED} - {""}


def _body(target: Target, asked: Mapping[str, Any], *, dry_run: bool) -> PlanBody:
    """The request: what was asked, and what the environment says where nothing was."""
    given = {name: value for name, value in asked.items() if value}
    for name, variable in (("warehouseId", "ENTRYGO_WAREHOUSE_ID"), ("brokerId", "ENTRYGO_BROKER_ID")):
        given[name] = given.get(name) or target.need(variable)
    body: Any = {
        "accountId": target.account_id,
        "orderIds": [],
        "dryRun": dry_run,
        "include": ["issuesByProduct", "entries"],
    } | given
    return cast(PlanBody, body)


def _show(
    answer: PlanAnswer, names: Mapping[str, str], orders: Path | None, listed: Mapping[str, str]
) -> None:
    """The plan for people; beside the ids file also the orders left out or doubtful, as a table."""
    show_plan(out, answer, names)
    show_issues(out, answer, left_out=len(answer["excluded_order_ids"]))
    if orders:
        findings = orders.with_name(f"{orders.name}.findings.csv")
        count = write_findings(findings, answer, listed)
        out.print(f"{count} order(s) left out, blocking or doubtful, each with its reasons: {findings}")


def _planned(entrygo: EntryGo, body: PlanBody, remembered: str | None, key: str | None) -> PlanAnswer:
    """The plan of the remembered export, or of a new one when that cannot be planned again."""
    if remembered is not None:
        again: PlanBody = {**body, "batchId": remembered}
        err.print(f"{remembered} is planned again; --new makes another export.", style="dim")
        try:
            return entrygo.plan_export(again, idempotency_key=key)
        except IdempotencyConflict:
            # The key may be that of the plan which made the export, whose answer the file remembers.
            first = entrygo.plan_export(body, idempotency_key=key)
            err.print("The key was used before: this is the answer of then.", style="dim")
            return first
        except (InvalidExportState, NotFound) as error:
            err.print(f"{remembered} cannot be planned again ({error.error_code}): this is a new export.")
    return entrygo.plan_export(body, idempotency_key=key)


def _write_fixes(file: Path, plan: PlanAnswer) -> None:
    sheet = fix_sheet(plan["issues_by_product"])
    if not sheet.rows:
        err.print("Nothing is missing in a product.")
        return
    write_sheet(file, sheet)
    products = counted(len(sheet.rows), "product")
    err.print(f"{products} to mend: fill in {file}, then `entrygo products import {file}`", markup=False)


def named_orders(entrygo: EntryGo, order_ids: list[str], known: Mapping[str, str]) -> Mapping[str, str]:
    """The warehouse's own ids of these orders, asked for where they are not known."""
    unknown = [order_id for order_id in order_ids if not known.get(order_id)]
    return {**known, **{each: entrygo.get_order(each)["externalId"] for each in unknown}}
