"""The commands `entrygo products import` and `entrygo orders import`: options in, exit code out."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, NoReturn
from uuid import uuid4

import typer
from rich.markup import escape

from entrygo.cli.connection import Target, find_target
from entrygo.cli.failures import explain
from entrygo.cli.fix_file import TEMPLATE, refuse_unwritable, template_sheet, write_sheet
from entrygo.cli.imports.results import CannotWrite
from entrygo.cli.imports.runs import ImportRun
from entrygo.cli.imports.sending import Sender
from entrygo.cli.options import Json, takes_options
from entrygo.cli.terminal import err, print_json
from entrygo.imports.choosing import WrongColumns, choose_columns, parse_mapping
from entrygo.imports.columns import PRODUCT_COLUMNS
from entrygo.imports.kinds import ORDERS, PRODUCTS, Kind, mistaken
from entrygo.imports.reading import open_source
from entrygo.imports.rows import SourceFile, UnreadableFile
from entrygo.records.csv_columns import COUNTRY

EXIT_UNUSABLE = 2

products_app = typer.Typer(no_args_is_help=True, help="Products: import them from a file.")
orders_app = typer.Typer(no_args_is_help=True, help="Orders: import them from a file.")

File = Annotated[
    Path,
    typer.Argument(
        exists=True, dir_okay=False, help="CSV (also with ; or tabs), XLSX or NDJSON, with column names."
    ),
]


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerOptions:
    """Which gateway a command speaks to, and as whom."""

    base_url: Annotated[str | None, typer.Option("--base-url", help="Default: ENTRYGO_BASE_URL.")] = None
    api_key: Annotated[str | None, typer.Option("--api-key", help="Default: ENTRYGO_API_KEY.")] = None
    account: Annotated[str | None, typer.Option("--account", help="Default: ENTRYGO_ACCOUNT_ID.")] = None

    def target(self) -> Target:
        """The account and its gateway: by the options, else by the environment."""
        given = {
            "ENTRYGO_BASE_URL": self.base_url,
            "ENTRYGO_API_KEY": self.api_key,
            "ENTRYGO_ACCOUNT_ID": self.account,
        }
        return find_target({**os.environ, **{name: value for name, value in given.items() if value}})


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportOptions(ServerOptions):
    """What every import may be asked: how to read the file, how to send it, and to whom."""

    mapping: Annotated[
        list[str] | None, typer.Option("--map", help="theirs=ours: maps a column of your file. Repeatable.")
    ] = None
    batch_size: Annotated[int, typer.Option("--batch-size", min=1, max=5000, help="Items per request.")] = 200
    concurrency: Annotated[int, typer.Option("--concurrency", min=1, max=32, help="Concurrent requests.")] = 4
    encoding: Annotated[str, typer.Option("--encoding", help="For old exports, e.g. cp1252.")] = "utf-8-sig"
    rejects: Annotated[
        Path | None, typer.Option("--rejects", dir_okay=False, help="Default: FILE.rejects.csv.")
    ] = None

    ignore_unknown: Annotated[bool, typer.Option("--ignore-unknown", help="Ignore unknown columns.")] = False

    def run(self, path: Path, source: SourceFile, sender: Sender, noun: str, *, keeps_ids: bool) -> ImportRun:
        """The import of this file; its progress is shown on stderr."""
        return ImportRun(
            path,
            source,
            sender,
            noun,
            self.batch_size,
            self.concurrency,
            keeps_ids=keeps_ids,
            screen=err,
            rejects=self.rejects,
        )


@products_app.callback()
def products() -> None:
    """Products: import them from a file."""


@orders_app.callback()
def orders() -> None:
    """Orders: import them from a file."""


@products_app.command("import")
@takes_options
def import_products(file: File, options: ImportOptions, as_json: Json = False) -> None:
    """Create or update products, one a row. A blank cell leaves what is stored as it is.

    Rows that cannot be taken go to FILE.rejects.csv with the reason; the exit code is 3 then.
    Running it again is safe.
    """
    import_file(file, options, PRODUCTS, as_json=as_json)


@products_app.command("template")
def products_template(
    file: Annotated[Path, typer.Argument(dir_okay=False, help="A CSV or XLSX file to write.")],
    every: Annotated[bool, typer.Option("--all", help="Include every column.")] = False,
    as_json: Json = False,
) -> None:
    """Write a file to fill in: the columns that most products need, and what each takes."""
    names = [name for name in PRODUCT_COLUMNS if COUNTRY not in name] if every else TEMPLATE
    refuse_unwritable(file)
    write_sheet(file, template_sheet(names))
    if as_json:
        print_json({"file": str(file), "columns": list(names)})
    else:
        err.print(f"fill in {file}, then `entrygo products import {file}`", markup=False)


@orders_app.command("import")
@takes_options
def import_orders(file: File, options: ImportOptions, as_json: Json = False) -> None:
    """Create or replace orders, one line a row; the rows of an order may stand anywhere in the file.

    A row that cannot be taken keeps its whole order back: all its rows go to FILE.rejects.csv with the
    reason, and the exit code is 3. The ids of the others go to FILE.ids.csv, which `entrygo export plan
    --orders` reads. `--map theirs=metadata.name` keeps a column of your own with the order. Running it
    again is safe.
    """
    import_file(file, options, ORDERS, keeps_ids=True, as_json=as_json)


def import_file(
    file: Path, options: ImportOptions, kind: Kind, *, keeps_ids: bool = False, as_json: bool = False
) -> NoReturn:
    """Sends what a file holds to `/api/{noun}/sync` and ends with the exit code of the import."""
    target = options.target()
    with reported(as_json=as_json), target.client() as entrygo:
        source = open_source(file, options.encoding)
        mapping = parse_mapping(options.mapping or [])
        _check_kind(source, mapping, kind)
        columns = choose_columns(
            source.columns,
            mapping,
            known=kind.known,
            required=kind.required,
            metadata=kind.keeps_metadata,
            ignore_unknown=options.ignore_unknown,
        )
        if source.note:
            err.print(source.note, style="dim", markup=False)
        if columns.ignored:
            err.print(f"Not read: {escape(', '.join(columns.ignored))}", style="dim")
        sync = getattr(entrygo, f"sync_{kind.noun}")
        sender = Sender(sync, target.account_id, uuid4().hex[:12], kind.describe)
        run = options.run(file, source, sender, kind.noun, keeps_ids=keeps_ids)
        tally = run.run(kind.entries(source, columns), sum(1 for _ in source.rows()))
    if as_json:
        print_json(tally.as_json())
    raise typer.Exit(tally.exit_code)


def _check_kind(source: SourceFile, mapping: Mapping[str, str], kind: Kind) -> None:
    """An order's lines name products, too, and would be taken for their catalogue."""
    found = mistaken([mapping.get(name, name) for name in source.columns], kind)
    if found is not None:
        raise WrongColumns(f"{source.name} holds {found.noun}: use `entrygo {found.noun} import`.")


@contextmanager
def reported(*, as_json: bool) -> Iterator[None]:
    """A file that cannot be used at all is reported in one line."""
    try:
        yield
    except (UnreadableFile, WrongColumns, CannotWrite) as error:
        explain(error, as_json=as_json)
        raise typer.Exit(EXIT_UNUSABLE) from error
