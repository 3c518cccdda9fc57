"""The file of what is missing in a plan's products: filled in by a person, it is imported as it is."""

import csv
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any

import typer

from entrygo.imports.columns import PRODUCT_FIELDS
from entrygo.imports.rows import COMMENT, NOTE_COLUMN
from entrygo.imports.wanted import columns_below, form_of

Issue = Mapping[str, Any]

WORKBOOK_SUFFIX = ".xlsx"
# What is asked for together with a field, as one is worth nothing without the others.
TOGETHER = {"usmca.certification": ("usmca_criterion", "usmca_blanket_from", "usmca_blanket_to")}
# What most products need, of the columns that there are.
TEMPLATE = (
    "sku",
    "name",
    "customs_description",
    "hts_code",
    "country_of_origin",
    "material_composition",
    "manufacturer_name",
    "manufacturer_address",
    "manufacturer_city",
    "manufacturer_postal_code",
    "manufacturer_country",
    "manufacturer_mid",
    "net_weight_kg",
    "unit_value_usd",
    "unit_of_measure",
    "section_232_status",
    "usmca_criterion",
)


@dataclass
class Sheet:
    """Rows by product, the columns they have, and what each column takes."""

    columns: dict[str, str] = field(default_factory=dict)
    # By SKU: what is to be mended, in words.
    rows: dict[str, list[str]] = field(default_factory=dict)


def fix_sheet(issues: Iterable[Issue]) -> Sheet:
    """What blocks, a row a product; of a plan that nothing of a product blocks, what asks for a review."""
    found = [issue for issue in issues if not issue["remedy"]]
    blocking = [issue for issue in found if issue["severity"] == "error"] or found
    sheet = Sheet()
    for issue in blocking:
        path = issue["fix"]["field"]
        columns = columns_below(path, PRODUCT_FIELDS.values())
        for name in (*columns, *TOGETHER.get(path, ())):
            # What an object as a whole takes says too little of each of its columns.
            sheet.columns.setdefault(
                name, issue["accepted"] if columns == (name,) else PRODUCT_FIELDS[name].about
            )
        sheet.rows.setdefault(issue["sku"], []).append(_in_words(issue))
    sheet.columns = {name: sheet.columns[name] for name in PRODUCT_FIELDS if name in sheet.columns}
    return sheet


def template_sheet(names: Sequence[str] = TEMPLATE) -> Sheet:
    """The columns of a file of products, with what each means."""
    return Sheet({name: PRODUCT_FIELDS[name].about for name in names if name != "sku"})


def refuse_unwritable(file: Path) -> None:
    """Raises BadParameter where no file of this name can be written: before anything is asked for it."""
    place = file if file.exists() else file.parent
    if file.is_dir() or not os.access(place, os.W_OK):
        raise typer.BadParameter(f"{file} cannot be written.")


def write_sheet(file: Path, sheet: Sheet) -> None:
    """A workbook with the accepted values on its second sheet, or a CSV with them above its header."""
    header = ["sku", *sheet.columns, *([NOTE_COLUMN] if sheet.rows else [])]
    rows = [[sku, *("" for _ in sheet.columns), "; ".join(notes)] for sku, notes in sheet.rows.items()]
    accepted = [(name, _takes(name, words)) for name, words in sheet.columns.items()]
    if file.suffix.lower() == WORKBOOK_SUFFIX:
        _write_workbook(file, [header, *rows], accepted)
        return
    with file.open("w", encoding="utf-8-sig", newline="") as text:
        writer = csv.writer(text)
        writer.writerows([f"{COMMENT}{name}: {words}"] for name, words in accepted)
        writer.writerow(header)
        writer.writerows(rows)


def _write_workbook(file: Path, rows: list[list[str]], accepted: list[tuple[str, str]]) -> None:
    # Its import takes a third of a second, which most commands never need.
    book = import_module("openpyxl").Workbook()
    sheet = book.active
    sheet.title = "products"
    for row in rows:
        sheet.append(row)
    # Text, so that a spreadsheet keeps the zeros of codes.
    for cells in sheet.iter_rows(max_row=max(len(rows), 2), max_col=len(rows[0])):
        for cell in cells:
            cell.number_format = "@"
    sheet.freeze_panes = "B2"
    words = book.create_sheet("accepted")
    for pair in (("column", "accepted"), *accepted):
        words.append(pair)
    book.save(file)


def _in_words(issue: Issue) -> str:
    suggestion = f" (suggested, to be confirmed: {issue['suggestion']})" if issue["suggestion"] else ""
    return f"{issue['message']} Orders: {issue['orders_affected']}{suggestion}"


def _takes(name: str, words: str) -> str:
    return f"{words} [{form_of(PRODUCT_FIELDS[name].kind)}]"
