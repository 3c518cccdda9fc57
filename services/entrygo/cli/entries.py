"""The commands `entrygo entries`: what brokers entered, given back, listed, looked at."""

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape

from entrygo.cli.imports.commands import File, ServerOptions, reported
from entrygo.cli.options import Json, takes_options
from entrygo.cli.readable import table_of
from entrygo.cli.terminal import err, out, print_done, print_json
from entrygo.imports.choosing import choose_columns, parse_mapping
from entrygo.imports.entries import Rejected
from entrygo.imports.entry_summaries import (
    COLUMNS,
    LINE,
    REQUIRED,
    GivenEntry,
    given_entries,
    rows_of,
)
from entrygo.imports.reading import open_source
from entrygo.imports.rejects import reject_header, reject_row
from entrygo.imports.rows import SourceFile, SourceRow
from entrygo_client import ApiError, EntryGo
from entrygo_client.types import EntryReconciliation

EXIT_REJECTS = 3
PAGE = 20
# What is wrong with one entry, and not with all of them.
ABOUT_ONE = frozenset({400, 404, 409})
_NO_ROW = SourceRow(0, {})

entries_app = typer.Typer(no_args_is_help=True, help="Entry summaries: record them and compare.")

ExportId = Annotated[str, typer.Argument(help="The export's id.")]
Entry = Annotated[int, typer.Option("--entry", min=1, max=999, help="The number of the entry in the plan.")]
OfExport = Annotated[str | None, typer.Option("--export", help="Only of this export.")]


@entries_app.callback()
def entries() -> None:
    """What brokers entered: give it back, see what differs."""


@entries_app.command("summary")
@takes_options
def give_back(
    export_id: ExportId,
    *,
    number: Annotated[str, typer.Option("--number", help="The entry number: ABC-1234567-6.")],
    entry: Entry = 1,
    entry_type: Annotated[str | None, typer.Option("--type", help="01, 03, 11 …")] = None,
    entry_date: Annotated[str | None, typer.Option("--entry-date", help="YYYY-MM-DD.")] = None,
    summary_date: Annotated[str | None, typer.Option("--summary-date", help="YYYY-MM-DD.")] = None,
    duty: Annotated[str | None, typer.Option("--duty", help="Of the whole entry, USD.")] = None,
    fees: Annotated[str | None, typer.Option("--fees", help="Of the whole entry, USD.")] = None,
    lines: Annotated[
        Path | None,
        typer.Option("--lines", exists=True, dir_okay=False, help=f"A file with {', '.join(LINE)}."),
    ] = None,
    liquidated_on: Annotated[str | None, typer.Option("--liquidated-on", help="YYYY-MM-DD.")] = None,
    liquidated_duty: Annotated[str | None, typer.Option("--liquidated-duty", help="USD.")] = None,
    liquidated_fees: Annotated[str | None, typer.Option("--liquidated-fees", help="USD.")] = None,
    options: ServerOptions,
    as_json: Json = False,
) -> None:
    """Give back one entry; the exit code is 3 when something differs."""
    head = {
        "export_id": export_id,
        "entry": str(entry),
        "entry_number": number,
        "entry_type": entry_type,
        "entry_date": entry_date,
        "summary_date": summary_date,
        "entry_duty_usd": duty,
        "entry_fees_usd": fees,
        "liquidated_on": liquidated_on,
        "liquidated_duty_usd": liquidated_duty,
        "liquidated_fees_usd": liquidated_fees,
    }
    known = {name: value for name, value in head.items() if value}
    rows = [known]
    if lines is not None:
        with reported(as_json=as_json):
            rows = [known | cells for cells in _cells(open_source(lines), LINE)]
    [given] = given_entries((_NO_ROW, cells) for cells in rows or [known])
    if given.fault:
        raise typer.BadParameter(given.fault)
    with options.target().client() as entrygo:
        found = _send(entrygo, given)
    if as_json:
        print_json(found)
    else:
        _show([found])
    raise typer.Exit(EXIT_REJECTS if found["outcome"]["openTasks"] else 0)


@entries_app.command("import")
@takes_options
def import_entries(
    file: File,
    *,
    mapping: Annotated[
        list[str] | None, typer.Option("--map", help="theirs=ours: maps a column of your file. Repeatable.")
    ] = None,
    ignore_unknown: Annotated[bool, typer.Option("--ignore-unknown", help="Ignore unknown columns.")] = False,
    options: ServerOptions,
    as_json: Json = False,
) -> None:
    """Give back many entries: a row a line, what is of the whole entry in one of its rows or in all.

    Entries that cannot be taken go to FILE.rejects.csv with the reason. The exit code is 3 then, and when an
    entry differs. Running it again changes nothing.
    """
    with reported(as_json=as_json):
        source = open_source(file)
        columns = choose_columns(
            source.columns,
            parse_mapping(mapping or []),
            known=COLUMNS,
            required=REQUIRED,
            ignore_unknown=ignore_unknown,
        )
    found, rejected = [], []
    with options.target().client() as entrygo:
        for given in given_entries((row, columns.named(row)) for row in source.rows()):
            fault = given.fault
            if not fault:
                try:
                    found.append(_send(entrygo, given))
                except ApiError as error:
                    if error.status not in ABOUT_ONE:
                        raise
                    fault = _reason(error, given)
            if fault:
                rejected += [Rejected(row, fault) for row in given.rows]
    differing = sum(bool(each["outcome"]["openTasks"]) for each in found)
    err.print(f"{len(found):,} entries given back, {differing:,} of them differ")
    rejects = Path(f"{file}.rejects.csv")
    if rejected:
        _write_rejects(rejects, source, rejected)
    if as_json:
        counted = {"givenBack": len(found), "differing": differing, "rejectedRows": len(rejected)}
        print_json(counted | {"rejects": str(rejects) if rejected else None})
    raise typer.Exit(EXIT_REJECTS if rejected or differing else 0)


@entries_app.command("export")
@takes_options
def export_entries(
    file: Annotated[Path, typer.Argument(dir_okay=False, help="A CSV file to write.")],
    *,
    export_id: OfExport = None,
    options: ServerOptions,
    as_json: Json = False,
) -> None:
    """Write what was given back to a file that `import` reads: the latest of each entry."""
    with options.target().client() as entrygo:
        found = list(entrygo.iter_entry_summaries(limit=PAGE, export_id=export_id))
    with file.open("w", encoding="utf-8-sig", newline="") as text:
        writer = csv.writer(text)
        writer.writerow(COLUMNS)
        for each in found:
            writer.writerows(rows_of(each))
    if as_json:
        print_json({"entries": len(found), "file": str(file)})
    else:
        err.print(f"{len(found):,} entries: {escape(str(file))}")


@entries_app.command("show")
@takes_options
def show_entries(export_id: OfExport = None, *, options: ServerOptions, as_json: Json = False) -> None:
    """Show what was given back, and what differs."""
    with options.target().client() as entrygo:
        found = list(entrygo.iter_entry_summaries(limit=PAGE, export_id=export_id))
    if as_json:
        print_json(found)
    elif found:
        _show(found)
    else:
        err.print("No entry was given back.")


@entries_app.command("close")
@takes_options
def close_task(
    export_id: ExportId,
    task_id: Annotated[str, typer.Argument(help="The id of the task, from `show`.")],
    *,
    note: Annotated[str, typer.Option("--note", help="The explanation.")],
    entry: Entry = 1,
    idempotency_key: Annotated[
        str | None,
        typer.Option("--idempotency-key", help="Repeats a lost request."),
    ] = None,
    options: ServerOptions,
    as_json: Json = False,
) -> None:
    """Close a task, once you have looked at the difference."""
    with options.target().client() as entrygo:
        found = entrygo.close_entry_task(
            export_id, str(entry), task_id, {"note": note}, idempotency_key=idempotency_key
        )
    print_done(found, f"closed; {found['outcome']['openTasks']} open", as_json=as_json)


@entries_app.command("costs")
@takes_options
def write_costs(
    export_id: ExportId,
    file: Annotated[Path, typer.Argument(dir_okay=False, help="A CSV file to write.")],
    *,
    options: ServerOptions,
    as_json: Json = False,
) -> None:
    """Write what each order of an export cost landed."""
    with options.target().client() as entrygo:
        file.write_bytes(entrygo.get_actual_landed_costs(export_id))
    if as_json:
        print_json({"file": str(file)})
    else:
        err.print(escape(str(file)))


def _cells(source: SourceFile, known: Mapping[str, str]) -> list[dict[str, str]]:
    columns = choose_columns(source.columns, {}, known=tuple(known), required=(("hts_code",),))
    return [columns.named(row) for row in source.rows()]


def _send(entrygo: EntryGo, given: GivenEntry) -> EntryReconciliation:
    """The same again changes nothing."""
    body: Any = given.body
    return entrygo.record_entry_summary(given.export_id, given.entry, body)


def _reason(error: ApiError, given: GivenEntry) -> str:
    issues = error.details.get("issues") or ()
    listed = "; ".join(f"{given.place(issue['path'])}: {issue['message']}" for issue in issues)
    return listed or error.message or error.error_code


def _write_rejects(file: Path, source: SourceFile, rejected: Sequence[Rejected]) -> None:
    with file.open("w", encoding="utf-8-sig", newline="") as text:
        writer = csv.writer(text, delimiter=source.delimiter)
        writer.writerow(reject_header(source.columns))
        writer.writerows(reject_row(source.columns, each) for each in rejected)
    err.print(f"{len(rejected):,} rows could not be taken: {escape(str(file))}")


def _show(found: Sequence[Mapping[str, Any]]) -> None:
    table = table_of("export", "entry", "number", "state", "duty", "estimated", "fees", "estimated")
    for each in found:
        one = each["outcome"]
        low, high = one["estimatedDutyLowUsd"], one["estimatedDutyHighUsd"]
        cells = (
            each["exportId"],
            str(one["entry"]),
            one["entryNumber"],
            one["state"],
            _usd(one["dutyUsd"]),
            _usd(low) if low == high else f"{_usd(low)} to {_usd(high)}",
            _usd(one["feesUsd"]),
            _usd(one["estimatedFeesUsd"]),
        )
        table.add_row(*map(escape, cells))
    out.print(table)
    for each in found:
        for task in each["tasks"]:
            if task["state"] == "open":
                beside = f"{task['expected'] or '–'} → {task['actual'] or '–'}"
                text = f"{task['id']}  {task['code']}  {task['place']}: {task['message']} {beside}"
                out.print(text, markup=False)


def _usd(amount: float | None) -> str:
    return "" if amount is None else f"{amount:,.2f}"
