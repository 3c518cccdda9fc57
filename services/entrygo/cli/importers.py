"""The commands `entrygo importers import`, `export` and `show`: importers of record, from and to a file."""

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape
from rich.table import Table

from entrygo.cli.imports.commands import File, ImportOptions, ServerOptions, import_file
from entrygo.cli.options import Json, takes_options
from entrygo.cli.readable import table_of
from entrygo.cli.terminal import err, out, print_json
from entrygo.domain.errors import NotFound
from entrygo.domain.importer_number import masked
from entrygo.imports.columns import IMPORTER_COLUMNS
from entrygo.imports.importer_rows import importer_rows
from entrygo.imports.kinds import IMPORTERS

PAGE = 200

importers_app = typer.Typer(no_args_is_help=True, help="Importers of record: import, export, show.")


@importers_app.callback()
def importers() -> None:
    """Importers of record: import, export, show."""


@importers_app.command("import")
@takes_options
def import_importers(file: File, options: ImportOptions, as_json: Json = False) -> None:
    """Create or update importers; one power of attorney a row. A blank cell leaves what is stored as it is.

    Rows that cannot be taken go to FILE.rejects.csv with the reason; the exit code is 3 then.
    Running it again is safe.
    """
    import_file(file, options, IMPORTERS, as_json=as_json)


@importers_app.command("export")
@takes_options
def export_importers(
    file: Annotated[Path, typer.Argument(dir_okay=False, help="A CSV file to write.")],
    options: ServerOptions,
    as_json: Json = False,
) -> None:
    """Write every importer to a file that `import` reads. It holds their numbers in full: keep it safe."""
    with options.target().client() as entrygo:
        found = list(entrygo.iter_importers(limit=PAGE))
    file.touch(mode=0o600)
    # One that is there already keeps its mode otherwise.
    file.chmod(0o600)
    with file.open("w", encoding="utf-8-sig", newline="") as text:
        writer = csv.writer(text)
        writer.writerow(IMPORTER_COLUMNS)
        writer.writerows(importer_rows(found))
    if as_json:
        print_json({"importers": len(found), "file": str(file)})
    else:
        err.print(f"{len(found):,} importers: {escape(str(file))}")


@importers_app.command("show")
@takes_options
def show_importers(
    external_id: Annotated[str | None, typer.Argument(help="One importer, by your own id.")] = None,
    *,
    options: ServerOptions,
    as_json: Json = False,
) -> None:
    """Show importers with bond and powers of attorney; their numbers masked, unless --json asks for all."""
    with options.target().client() as entrygo:
        found = list(entrygo.iter_importers(limit=PAGE, external_id=external_id))
    if external_id and not found:
        raise NotFound("No such importer.")
    if as_json:
        print_json(found)
    elif found:
        out.print(_table(found))
    else:
        err.print("There are no importers.")


def _table(importers: Sequence[Mapping[str, Any]]) -> Table:
    table = table_of("importer", "name", "number", "resident", "bond", "powers of attorney")
    for each in importers:
        cells = (
            each["externalId"],
            each["name"] or "",
            masked(each["number"]),
            {None: "", True: "no", False: "yes"}[each["nonResident"]],
            _bond(each["bond"] or {}),
            "; ".join(map(_power, each["powersOfAttorney"])) or "none",
        )
        table.add_row(*map(escape, cells))
    return table


def _bond(bond: Mapping[str, Any]) -> str:
    if not bond.get("type"):
        return "none"
    amount = "" if bond.get("amountUsd") is None else f" {bond['amountUsd']:,} USD"
    return f"{bond['type']}{amount}{_period(bond)}"


def _power(power: Mapping[str, Any]) -> str:
    return f"{power['broker']}{_period(power)}"


def _period(dated: Mapping[str, Any]) -> str:
    first, last = dated.get("validFrom"), dated.get("validTo")
    return (f" from {first}" if first else "") + (f" to {last}" if last else "")
