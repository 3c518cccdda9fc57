"""The commands `entrygo products import` and `entrygo orders import`: options in, exit code out."""

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, NoReturn
from uuid import uuid4

import typer
from rich.markup import escape

from entrygo.cli.connection import Target, find_target
from entrygo.cli.imports.columns import (
    ORDER_COLUMNS,
    PRODUCT_COLUMNS,
    Columns,
    WrongColumns,
    choose_columns,
    parse_mapping,
)
from entrygo.cli.imports.describing import describe_order, describe_product
from entrygo.cli.imports.entries import Entry, Rejected
from entrygo.cli.imports.order_rows import count_rows, order_entries
from entrygo.cli.imports.product_rows import product_entries
from entrygo.cli.imports.reading import SourceFile, SourceRow, UnreadableFile, open_source
from entrygo.cli.imports.results import CannotWrite
from entrygo.cli.imports.runs import ImportRun
from entrygo.cli.imports.sending import Describe, Sender
from entrygo.cli.options import takes_options
from entrygo.cli.terminal import err, explain

EXIT_UNUSABLE = 2
# Columns that no file of products has.
ORDERS_ALONE = frozenset({"order_id", "quantity"})

products_app = typer.Typer(no_args_is_help=True, help="Products: import them from a file.")
orders_app = typer.Typer(no_args_is_help=True, help="Orders: import them from a file.")

File = Annotated[
    Path, typer.Argument(exists=True, dir_okay=False, help="CSV (also with ; or tabs) or NDJSON, with names.")
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
        list[str] | None, typer.Option("--map", help="theirs=ours: your name of a column. Repeatable.")
    ] = None
    batch_size: Annotated[int, typer.Option("--batch-size", min=1, max=5000, help="Items in a request.")] = (
        200
    )
    concurrency: Annotated[int, typer.Option("--concurrency", min=1, max=32, help="Requests at a time.")] = 4
    encoding: Annotated[str, typer.Option("--encoding", help="For old exports, e.g. cp1252.")] = "utf-8-sig"
    rejects: Annotated[
        Path | None, typer.Option("--rejects", dir_okay=False, help="Default: FILE.rejects.csv.")
    ] = None

    def run(self, source: SourceFile, sender: Sender, noun: str, *, keeps_ids: bool) -> ImportRun:
        """The import of this file; its progress is shown on stderr."""
        return ImportRun(
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
def import_products(file: File, options: ImportOptions) -> None:
    """Create or update products, one a row. A blank cell leaves what is stored as it is.

    Rows that cannot be taken go to FILE.rejects.csv with the reason; the exit code is 3 then.
    Running it again is safe.
    """
    import_file(
        file,
        options,
        "products",
        known=PRODUCT_COLUMNS,
        required=[("sku", "external_id")],
        entries=product_entries,
        describe=describe_product,
        check=_check_kind,
    )


@orders_app.command("import")
@takes_options
def import_orders(file: File, options: ImportOptions) -> None:
    """Create or replace orders, one line a row; the rows of an order may stand anywhere in the file.

    A row that cannot be taken keeps its whole order back: all its rows go to FILE.rejects.csv with the
    reason, and the exit code is 3. The ids of the others go to FILE.ids.csv, which `entrygo export plan
    --orders` reads. Columns that are neither known nor mapped are not sent; `--map theirs=metadata.name`
    keeps one with the order. Running it again is safe.
    """
    target = options.target()
    with reported(), target.rest() as rest:
        source = open_source(file, options.encoding)
        columns = _order_columns(source, options.mapping or [])
        name_ignored(columns)
        counts = count_rows(source, columns)
        sender = Sender(rest, "/api/orders/sync", target.account_id, uuid4().hex[:12], describe_order)
        run = options.run(source, sender, "orders", keeps_ids=True)
        entries = order_entries(source.rows(), columns, counts)
        tally = run.run(entries, sum(counts.values()))
    raise typer.Exit(tally.exit_code)


def import_file(
    file: Path,
    options: ImportOptions,
    noun: str,
    *,
    known: Sequence[str],
    required: Sequence[tuple[str, ...]],
    entries: Callable[[Iterable[SourceRow], Columns], Iterator[Entry | Rejected]],
    describe: Describe,
    check: Callable[[SourceFile, list[str]], None] | None = None,
) -> NoReturn:
    """Sends what a file holds to `/api/{noun}/sync` and ends with the exit code of the import."""
    target = options.target()
    with reported(), target.rest() as rest:
        source = open_source(file, options.encoding)
        mapping = options.mapping or []
        if check is not None:
            check(source, mapping)
        columns = choose_columns(source.columns, parse_mapping(mapping), known=known, required=required)
        name_ignored(columns)
        total = sum(1 for _ in source.rows())
        sender = Sender(rest, f"/api/{noun}/sync", target.account_id, uuid4().hex[:12], describe)
        run = options.run(source, sender, noun, keeps_ids=False)
        tally = run.run(entries(source.rows(), columns), total)
    raise typer.Exit(tally.exit_code)


def _check_kind(source: SourceFile, mapping: list[str]) -> None:
    """An order's lines name products, too, and would be taken for their catalogue."""
    ours = {*source.columns, *parse_mapping(mapping).values()}
    if ours >= ORDERS_ALONE:
        raise WrongColumns(f"{source.path} holds orders: use `entrygo orders import`.")


def _order_columns(source: SourceFile, mapping: list[str]) -> Columns:
    return choose_columns(
        source.columns,
        parse_mapping(mapping),
        known=ORDER_COLUMNS,
        required=[
            ("order_id",),
            ("ship_to_country",),
            ("sku", "product_id"),
            ("quantity",),
            ("unit_price_usd",),
        ],
        metadata=True,
    )


@contextmanager
def reported() -> Iterator[None]:
    """A file that cannot be used at all is reported in one line."""
    try:
        yield
    except (UnreadableFile, WrongColumns, CannotWrite) as error:
        explain(error)
        raise typer.Exit(EXIT_UNUSABLE) from error


def name_ignored(columns: Columns) -> None:
    """Names the columns of the file that nobody reads."""
    if columns.ignored:
        err.print(f"Not read: {escape(', '.join(columns.ignored))}", style="dim")
