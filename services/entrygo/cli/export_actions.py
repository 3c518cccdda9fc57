"""Commands on exports that exist: list, fix, approve, cancel, send again, fetch, follow."""

import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Annotated, Literal

import typer

from entrygo.cli.connection import find_target
from entrygo.cli.fixing import show_issues, show_party_issues
from entrygo.cli.options import Json
from entrygo.cli.readable import show_events, show_export, show_exports
from entrygo.cli.terminal import err, out, print_json, print_line
from entrygo_client import EntryGo, is_settled
from entrygo_client.types import ApproveBody, CancelBody, InspectAnswer, ResubmitBody

ExportId = Annotated[str, typer.Argument(help="The export's id.")]
Key = Annotated[
    str | None, typer.Option("--idempotency-key", help="Repeats a request whose answer was lost.")
]
Reason = Annotated[str, typer.Option("--reason", help="The reason; stored with the export.")]
State = Literal["BATCHED", "EXECUTING", "COMPLETED", "FAILED", "CANCELLED", "WITHDRAWN", "SUPERSEDED"]
Readiness = Literal["READY", "REVIEW_REQUIRED", "BLOCKED"]
Limit = Annotated[int, typer.Option("--limit", min=1, max=200, help="The number of items.")]

STALE_SECONDS = 1.0


def list_exports(
    *,
    state: Annotated[State | None, typer.Option("--state", help="Only in this state.")] = None,
    readiness: Annotated[
        Readiness | None, typer.Option("--readiness", help="Only with this readiness.")
    ] = None,
    limit: Limit = 20,
    as_json: Json = False,
) -> None:
    """List exports, newest first."""
    with find_target().client() as entrygo:
        answer = entrygo.list_exports(state=state, readiness_state=readiness, limit=limit)
    if as_json:
        print_json(answer)
    else:
        show_exports(out, answer["data"])


def issues(export_id: ExportId, as_json: Json = False) -> None:
    """Show what to fix: each product and order once, then what is wrong with warehouse, broker, importers."""
    with find_target().client() as entrygo:
        answer = entrygo.list_export_issues(export_id)
        export = None if as_json else entrygo.inspect_export(export_id)
    if export is None:
        print_json(answer)
    else:
        show_issues(out, answer, left_out=len(export["export"]["plan"]["excluded_order_ids"]))
        show_party_issues(out, export["validationMessages"])


def approve(
    export_id: ExportId,
    *,
    plan_hash: Annotated[str, typer.Option("--plan-hash", help="The plan that you reviewed.")],
    approved_by: Annotated[str, typer.Option("--by", help="Your name.")],
    note: Annotated[str | None, typer.Option("--note", help="What was checked.")] = None,
    idempotency_key: Key = None,
    as_json: Json = False,
) -> None:
    """Approve one plan by its hash, where the account's policy asks for it."""
    body: ApproveBody = {"planHash": plan_hash, "approvedBy": approved_by}
    if note:
        body["note"] = note
    with find_target().client() as entrygo:
        answer = entrygo.approve_export(export_id, body, idempotency_key=idempotency_key)
    if as_json:
        print_json(answer)
    else:
        out.print(f"approved {plan_hash} as {approved_by}", markup=False)


def cancel(
    export_id: ExportId, reason: Reason = "", idempotency_key: Key = None, as_json: Json = False
) -> None:
    """Give up an export that was not executed; its orders are free again."""
    body: CancelBody = {"reason": reason} if reason else {}
    with find_target().client() as entrygo:
        answer = entrygo.cancel_export(export_id, body, idempotency_key=idempotency_key)
    if as_json:
        print_json(answer)
    else:
        out.print(f"{answer['exportId']} is {answer['status']}", markup=False)


def resend(
    export_id: ExportId,
    reason: Reason,
    *,
    entry: Annotated[
        int | None,
        typer.Option("--entry", min=1, max=999, help="The entry, if each was submitted separately."),
    ] = None,
    idempotency_key: Key = None,
    as_json: Json = False,
) -> None:
    """Send an executed package to the broker again."""
    body: ResubmitBody = {"reason": reason}
    if entry is not None:
        body["entry"] = entry
    with find_target().client() as entrygo:
        answer = entrygo.resubmit_to_broker(export_id, body, idempotency_key=idempotency_key)
    if as_json:
        print_json(answer)
    else:
        submission = answer["brokerSubmission"]
        out.print(f"{submission['id']} is {submission['status']}", markup=False)


def download(
    export_id: ExportId,
    into: Annotated[
        Path | None, typer.Option("--into", file_okay=False, help="The folder; default: the id.")
    ] = None,
    only: Annotated[
        list[str] | None, typer.Option("--only", help="A document's file name; repeatable.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Fetch the documents of an executed export into a folder."""
    with find_target().client() as entrygo:
        export = entrygo.inspect_export(export_id)
        package = export["customsPackage"]
        if package is None:
            raise typer.BadParameter(f"{export_id} has no documents: it was not executed.")
        names = [artifact["filename"] for artifact in export["artifacts"]]
        if absent := sorted(set(only or ()) - set(names)):
            raise typer.BadParameter(f"No document {', '.join(absent)}. There are: {', '.join(names)}.")
        folder = into or Path(export_id)
        folder.mkdir(parents=True, exist_ok=True)
        files = [folder / name for name in only or names]
        for file in files:
            file.write_bytes(entrygo.get_artifact(package["id"], file.name))
            if not as_json:
                out.print(str(file), markup=False)
    if as_json:
        print_json({"files": [str(file) for file in files]})


def events(
    export_id: Annotated[str | None, typer.Argument(help="The export; default: all exports.")] = None,
    *,
    cursor: Annotated[str | None, typer.Option("--cursor", help="Continue after an earlier answer.")] = None,
    type_: Annotated[str | None, typer.Option("--type", help="Event types, separated by commas.")] = None,
    limit: Limit = 50,
    as_json: Json = False,
) -> None:
    """Show what happened, oldest first."""
    with find_target().client() as entrygo:
        answer = entrygo.list_events(export_id=export_id, cursor=cursor, type_=type_, limit=limit)
    if as_json:
        print_json(answer)
    else:
        show_events(out, answer["data"])
        err.print(f"go on with --cursor {answer['nextCursor']}", style="dim")


def watch(export_id: ExportId, as_json: Json = False) -> None:
    """Follow an export until nothing of it is under way any more: an event a line, then how it stands.

    With --json a JSON object a line, as it comes; the last is the export.
    """
    with find_target().client() as entrygo:
        shown: set[str] = set()
        for export in _versions(entrygo, export_id):
            new = [event for event in export["events"] if event["id"] not in shown]
            shown |= {event["id"] for event in new}
            for event in new:
                if as_json:
                    print_line(event)
                else:
                    out.print(f"{event['created_at']}  {event['type']}", markup=False)
    if as_json:
        print_line(export)
    else:
        show_export(out, export)


def _versions(entrygo: EntryGo, export_id: str) -> Iterator[InspectAnswer]:
    """Each version of an export as it comes, the settled one last."""
    known = None
    while True:
        changed = entrygo.wait_for_change(export_id, known)
        if changed is None:
            continue
        yield changed
        if is_settled(changed):
            return
        if changed["stale"]:
            # An owner is away, so that there is no version to wait on.
            time.sleep(STALE_SECONDS)
        known = changed


COMMANDS: Mapping[str, Callable[..., None]] = {
    "list": list_exports,
    "issues": issues,
    "approve": approve,
    "cancel": cancel,
    "resend": resend,
    "download": download,
    "events": events,
    "watch": watch,
}
