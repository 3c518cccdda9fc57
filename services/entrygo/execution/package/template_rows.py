"""Rows in a broker's own layout, with its columns, joins and formats. Clean text."""

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal

from entrygo.domain.facts import BrokerTemplate, BrokerTemplateColumn
from entrygo.domain.importer_number import masked, number_to_file
from entrygo.domain.template_layout import (
    CAPITALS,
    DECIMAL_MARKS,
    DOTTED,
    FIELDS,
    HEADING_FIELDS,
    PLAIN,
    Content,
    date_format,
    filled_in,
    number_format,
    weight_in,
)
from entrygo.execution.package.entry_columns import ENTRY_COLUMNS, entry_line_rows
from entrygo.execution.package.invoice import Invoice
from entrygo.execution.package.invoice_columns import COLUMNS, line_rows
from entrygo.execution.package.printable import ascii_capitals, clean_text, dotted_hts, undotted_hts

# Text, a figure with its decimals, or nothing.
TemplateCell = str | Decimal
Values = Mapping[str, str]

# Declared once, with the number of the goods: a heading of chapter 99 has neither value nor quantity.
_OF_THE_GOODS = dict.fromkeys(
    (
        "quantity", "quantities", "hts_quantity_1", "hts_quantity_2", "hts_unit_1", "hts_unit_2",
        "net_weight_kg", "gross_weight_kg", "steel_weight_kg", "aluminum_weight_kg", "copper_weight_kg",
        "freight_usd", "insurance_usd", "packing_usd", "commission_usd", "other_usd", "discount_usd",
        "rebate_usd", "assist_usd", "repair_value_usd", "us_components_value_usd",
    ),
    "",
) | {"value_usd": "0.00", "entered_value": "0"}  # fmt: skip

# Of all cells: a hundred columns of forty thousand rows have half of it. Texts that join long fields again
# and again would be gigabytes, which no program opens, and the memory of the process that writes them.
MAX_CHARACTERS = 64_000_000


class LayoutTooLong(ValueError):
    """What a layout makes of a plan is more than a document may be; the text says what to do."""


def template_rows(invoice: Invoice, template: BrokerTemplate) -> Iterator[list[TemplateCell]]:
    """The cells of each row, in the order of the layout; figures as they are to be rounded.

    LayoutTooLong where all rows together have more than MAX_CHARACTERS.
    """
    kinds, characters = FIELDS[template.rows], 0
    for values in _values(invoice, template):
        row = [_cell(column, values, kinds, template) for column in template.columns]
        characters += sum(len(cell) for cell in row if isinstance(cell, str))
        if characters > MAX_CHARACTERS:
            raise LayoutTooLong(
                f"The broker's layout makes more than {MAX_CHARACTERS:,} characters of this plan. "
                "Shorten the texts of its columns, or plan fewer orders at a time."
            )
        yield row


def written(cell: TemplateCell, column: BrokerTemplateColumn, template: BrokerTemplate) -> str:
    """A cell as the text of a CSV has it: figures by the column's format and the layout's decimal mark."""
    if isinstance(cell, str):
        return cell
    mark = DECIMAL_MARKS[template.decimal_mark]
    if column.format is not None:
        return number_format(column.format).written(cell, mark)
    return format(cell, "f").replace(".", mark)


def _values(invoice: Invoice, template: BrokerTemplate) -> Iterator[Values]:
    """Our fields of each row, by name."""
    if template.rows == "order_line":
        names = [column.name for column in COLUMNS]
        rows = (dict(zip(names, row, strict=True)) for row in line_rows(invoice))
        yield from (row | _headings(row) for row in rows)
        return
    names = [column.name for column in ENTRY_COLUMNS]
    number = invoice.snapshot.warehouse.importer_of_record.number
    importer = {"importer_number": clean_text(number_to_file(number) or masked(number))}
    for cells in entry_line_rows(invoice):
        row = dict(zip(names, cells, strict=True)) | importer
        row |= _headings(row)
        if template.rows == "entry_line":
            yield row
        else:
            yield from _by_tariff_number(row)


def _by_tariff_number(row: Values) -> Iterator[Values]:
    """A row for what is claimed of chapter 98, and for each heading of chapter 99, then one for the goods."""
    headings = [row["chapter98_provision"], *row["chapter99_headings"].split(";")]
    for number in map(undotted_hts, filter(None, headings)):
        if number != row["hts_code"]:
            yield {**row, **_OF_THE_GOODS, "tariff_number": number}
    yield {**row, "tariff_number": row["hts_code"]}


def _headings(row: Values) -> dict[str, str]:
    given = [*filter(None, row["chapter99_headings"].split(";"))]
    return {name: given[place] if place < len(given) else "" for place, name in enumerate(HEADING_FIELDS)}


def _cell(
    column: BrokerTemplateColumn, values: Values, kinds: Mapping[str, Content], template: BrokerTemplate
) -> TemplateCell:
    if column.field is not None:
        return _written_field(values[column.field], kinds[column.field], column, template)
    if column.text is not None:
        return _text(filled_in(column.text, values), column)
    return column.constant or ""


def _written_field(
    value: str, content: Content, column: BrokerTemplateColumn, template: BrokerTemplate
) -> TemplateCell:
    if not value:
        return ""
    match content:
        case Content.DATE:
            return date.fromisoformat(value).strftime(date_format(column.format or template.date_format))
        case Content.NUMBER:
            return _rounded(Decimal(value), column)
        case Content.WEIGHT:
            return _rounded(weight_in(column.unit, Decimal(value)), column)
        case Content.CODE:
            return _code(value, column)
        case Content.TEXT:
            return _text(value, column)


def _rounded(value: Decimal, column: BrokerTemplateColumn) -> Decimal:
    return value if column.format is None else number_format(column.format).rounded(value)


def _code(value: str, column: BrokerTemplateColumn) -> str:
    if column.format == DOTTED:
        return dotted_hts(value)
    return undotted_hts(value) if column.format == PLAIN else value


def _text(value: str, column: BrokerTemplateColumn) -> str:
    return ascii_capitals(value) if column.format == CAPITALS else value
