"""The commands `entrygo warehouses` and `entrygo brokers`: records as JSON, from a file and on the screen;
a broker's own layout shown, and the way there tested.
"""

from base64 import b64decode
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table
from rich.text import Text

from entrygo.cli.connection import find_target
from entrygo.cli.exports import read_json
from entrygo.cli.options import Json
from entrygo.cli.terminal import err, out, print_json
from entrygo.domain.errors import NotFound
from entrygo_client import EntryGo, types

PAGE = 200

Record = Mapping[str, Any]
File = Annotated[
    Path, typer.Argument(exists=True, dir_okay=False, help="JSON: one record, a list, or a request's body.")
]
ExternalId = Annotated[str | None, typer.Argument(help="One record, by your own id or EntryGo's.")]


def records_app(noun: str, columns: Sequence[str]) -> typer.Typer:
    """The group of one kind of record, which REST calls `noun`; `columns` are the fields of its list."""
    app = typer.Typer(no_args_is_help=True, help=f"{noun.capitalize()}: sync, show.")

    @app.callback()
    def group() -> None:
        """Sync, show."""

    @app.command("sync", help=f"Create or update {noun} from a JSON file; what it leaves out stays.")
    def sync(file: File, as_json: Json = False) -> None:
        target = find_target()
        body = {"accountId": target.account_id, "items": _items(read_json(file))}
        with target.client() as entrygo:
            answer = getattr(entrygo, f"sync_{noun}")(body)
        if as_json:
            print_json(answer)
        else:
            out.print(_table(answer["data"], columns))

    @app.command("show", help=f"Show {noun}; one of them whole.")
    def show(external_id: ExternalId = None, as_json: Json = False) -> None:
        with find_target().client() as entrygo:
            found = [
                each for each in _all(entrygo, noun) if external_id in (None, each["externalId"], each["id"])
            ]
        if external_id and not found:
            raise NotFound(f"No such record among the {noun}.")
        if as_json:
            print_json(found)
        elif external_id:
            print_json(found[0])
        elif found:
            out.print(_table(found, columns))
        else:
            err.print(f"There are no {noun}.")

    return app


def _items(given: Any) -> list[Any]:
    """What a file holds: `{"items": […]}`, a list, or one record alone."""
    if isinstance(given, dict):
        items = given.get("items", [given])
        return items if isinstance(items, list) else [items]
    return given if isinstance(given, list) else [given]


def _all(entrygo: EntryGo, noun: str) -> Iterator[Record]:
    found: Iterator[Record] = getattr(entrygo, f"iter_{noun}")(limit=PAGE)
    return found


def _table(records: Sequence[Record], columns: Sequence[str]) -> Table:
    table = Table(box=None, header_style="dim")
    for column in columns:
        table.add_column(column, overflow="fold")
    for each in records:
        table.add_row(*(Text(str(each.get(column) or "")) for column in columns))
    return table


templates_app = typer.Typer(no_args_is_help=True, help="A broker's own layout of the lines: preview.")


@templates_app.callback()
def templates() -> None:
    """Preview."""


@templates_app.command("preview")
def preview_template(
    broker: Annotated[str, typer.Argument(help="The broker, by your own id or EntryGo's.")],
    file: Annotated[
        Path | None,
        typer.Option("--file", exists=True, dir_okay=False, help="JSON of a layout; default: the saved one."),
    ] = None,
    export: Annotated[
        str | None, typer.Option("--export", help="A planned export; default: a sample entry.")
    ] = None,
    save: Annotated[
        Path | None, typer.Option("--save", help="Write the document with these rows to this file.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Show the first rows in a broker's own layout; stores and sends nothing."""
    body: types.PreviewBrokerTemplateBody = {}
    if file is not None:
        given = read_json(file)
        body["template"] = given.get("template", given) if isinstance(given, dict) else given
    if export is not None:
        body["exportId"] = export
    with find_target().client() as entrygo:
        found = entrygo.preview_broker_template(_broker_id(entrygo, broker), body)
    if save is not None:
        save.write_bytes(b64decode(found["contentBase64"]))
    if as_json:
        print_json(found)
        return
    table = Table(box=None, header_style="dim")
    for header in found["header"]:
        table.add_column(Text(header), overflow="fold")
    for row in found["rows"]:
        table.add_row(*map(Text, row))
    out.print(table)
    out.print(f"{found['filename']}, {found['rowCount']} rows, of {found['source']}", style="dim")


def _broker_id(entrygo: EntryGo, broker: str) -> str:
    """Ours, of one that is named by either id."""
    for each in _all(entrygo, "brokers"):
        if broker in (each["externalId"], each["id"]):
            return str(each["id"])
    raise NotFound("No such record among the brokers.")


warehouses_app = records_app("warehouses", ("id", "externalId", "name", "responsibleEmployee"))
brokers_app = records_app("brokers", ("id", "externalId", "name", "email", "portCode", "filerCode"))
brokers_app.add_typer(templates_app, name="template")


@brokers_app.command("test")
def try_way(
    broker: Annotated[str, typer.Argument(help="The broker, by your own id or EntryGo's.")],
    as_json: Json = False,
) -> None:
    """Send a test to where this broker's packages go; exit status 1 unless it got there."""
    with find_target().client() as entrygo:
        made = entrygo.test_broker(_broker_id(entrygo, broker), {})
    if as_json:
        print_json(made)
    else:
        out.print(Text(f"{made['outcome']}: {made['channel']} to {made['destination'] or 'nowhere'}"))
        out.print(Text(made["message"]))
    raise typer.Exit(0 if made["outcome"] == "sent" else 1)
