"""The commands `entrygo products import` and `entrygo orders import`: options in, exit code out."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated
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
from entrygo.cli.imports.order_rows import count_rows, order_entries
from entrygo.cli.imports.product_rows import product_entries
from entrygo.cli.imports.reading import SourceFile, UnreadableFile, open_source
from entrygo.cli.imports.runs import ImportRun
from entrygo.cli.imports.sending import Sender
from entrygo.cli.terminal import err, explain

EXIT_UNUSABLE = 2

products_app = typer.Typer(no_args_is_help=True, help="Products: import them from a file.")
orders_app = typer.Typer(no_args_is_help=True, help="Orders: import them from a file.")

File = Annotated[
    Path, typer.Argument(exists=True, dir_okay=False, help="CSV (also with ; or tabs) or NDJSON, with names.")
]
Map = Annotated[
    list[str] | None, typer.Option("--map", help="theirs=ours: your name of a column. Repeatable.")
]
BatchSize = Annotated[int, typer.Option("--batch-size", min=1, max=5000, help="Items in a request.")]
Concurrency = Annotated[int, typer.Option("--concurrency", min=1, max=32, help="Requests at a time.")]
Encoding = Annotated[str, typer.Option("--encoding", help="For old exports, e.g. cp1252.")]
BaseUrl = Annotated[str | None, typer.Option("--base-url", help="Default: ENTRYGO_BASE_URL.")]
ApiKey = Annotated[str | None, typer.Option("--api-key", help="Default: ENTRYGO_API_KEY.")]
Account = Annotated[str | None, typer.Option("--account", help="Default: ENTRYGO_ACCOUNT_ID.")]


@products_app.callback()
def products() -> None:
    """Products: import them from a file."""


@orders_app.callback()
def orders() -> None:
    """Orders: import them from a file."""


@products_app.command("import")
def import_products(
    file: File,
    *,
    mapping: Map = None,
    batch_size: BatchSize = 200,
    concurrency: Concurrency = 4,
    encoding: Encoding = "utf-8-sig",
    base_url: BaseUrl = None,
    api_key: ApiKey = None,
    account: Account = None,
) -> None:
    """Create or update products, one a row. A blank cell leaves what is stored as it is.

    Rows that cannot be taken go to FILE.rejects.csv with the reason; the exit code is 3 then.
    Running it again is safe.
    """
    target = _target(base_url, api_key, account)
    with _told(), target.rest() as rest:
        source = open_source(file, encoding)
        columns = choose_columns(
            source.columns,
            parse_mapping(mapping or []),
            known=PRODUCT_COLUMNS,
            required=[("sku", "external_id")],
        )
        _tell_ignored(columns)
        total = sum(1 for _ in source.rows())
        sender = Sender(rest, "/api/products/sync", target.account_id, uuid4().hex[:12], describe_product)
        run = ImportRun(source, sender, "products", batch_size, concurrency, keeps_ids=False, screen=err)
        tally = run.run(product_entries(source.rows(), columns), total)
    raise typer.Exit(tally.exit_code)


@orders_app.command("import")
def import_orders(
    file: File,
    *,
    mapping: Map = None,
    batch_size: BatchSize = 200,
    concurrency: Concurrency = 4,
    encoding: Encoding = "utf-8-sig",
    base_url: BaseUrl = None,
    api_key: ApiKey = None,
    account: Account = None,
) -> None:
    """Create or replace orders, one line a row; the rows of an order may stand anywhere in the file.

    A row that cannot be taken keeps its whole order back: all its rows go to FILE.rejects.csv with the
    reason, and the exit code is 3. The ids of the others go to FILE.ids.csv, which `entrygo export plan
    --orders` reads. Columns that are neither known nor mapped are not sent; `--map theirs=metadata.name`
    keeps one with the order. Running it again is safe.
    """
    target = _target(base_url, api_key, account)
    with _told(), target.rest() as rest:
        source = open_source(file, encoding)
        columns = _order_columns(source, mapping or [])
        _tell_ignored(columns)
        counts = count_rows(source, columns)
        sender = Sender(rest, "/api/orders/sync", target.account_id, uuid4().hex[:12], describe_order)
        run = ImportRun(source, sender, "orders", batch_size, concurrency, keeps_ids=True, screen=err)
        entries = order_entries(source.rows(), columns, counts)
        tally = run.run(entries, sum(counts.values()))
    raise typer.Exit(tally.exit_code)


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


def _target(base_url: str | None, api_key: str | None, account: str | None) -> Target:
    options = {
        "ENTRYGO_BASE_URL": base_url,
        "ENTRYGO_API_KEY": api_key,
        "ENTRYGO_ACCOUNT_ID": account,
    }
    return find_target({**os.environ, **{name: value for name, value in options.items() if value}})


@contextmanager
def _told() -> Iterator[None]:
    """A file that cannot be used at all is reported in one line."""
    try:
        yield
    except (UnreadableFile, WrongColumns) as error:
        explain(error)
        raise typer.Exit(EXIT_UNUSABLE) from error


def _tell_ignored(columns: Columns) -> None:
    if columns.ignored:
        err.print(f"Not read: {escape(', '.join(columns.ignored))}", style="dim")
