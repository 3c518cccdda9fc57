"""broker_template.csv, broker_template.xlsx: the lines in the layout that the broker's record describes."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from itertools import chain, islice

from anyascii import anyascii

from entrygo.domain.facts import BrokerTemplate
from entrygo.domain.template_layout import DELIMITERS, ENCODINGS, LayoutFormat
from entrygo.domain.time import parse_rfc3339
from entrygo.execution.documents.base import Document
from entrygo.execution.package.artifacts import RenderedArtifact
from entrygo.execution.package.facts import NOTICE
from entrygo.execution.package.invoice import Invoice
from entrygo.execution.package.printable import spreadsheet_text
from entrygo.execution.package.template_rows import TemplateCell, template_rows, written
from entrygo.execution.package.typesetting import paper_for
from entrygo.execution.package.workbook import WORKBOOK_MEDIA_TYPE, Sheet, workbook

Rows = Iterable[Sequence[TemplateCell]]

_WIDTHS = range(10, 41)
_ROWS_THAT_MEASURE = 50


class BrokerTemplateCsv(Document):
    """The layout as text, in the encoding that it asks for."""

    artifact_type = "broker_template_csv"
    filename = "broker_template.csv"
    media_type = "text/csv"

    def applies(self, invoice: Invoice, /) -> bool:
        """Where the broker has such a layout, and there is something to file."""
        return _is_asked_for(invoice, "csv")

    def render(self, invoice: Invoice, _earlier: Sequence[RenderedArtifact], /) -> bytes:
        """The header where the layout has it, then the rows."""
        template = _template(invoice)
        return self.written(invoice, template, template_rows(invoice, template))

    def written(self, _invoice: Invoice, template: BrokerTemplate, rows: Rows) -> bytes:
        """These rows as the document has them: all cells quoted, lines ended by CRLF."""
        encoding = ENCODINGS[template.encoding]
        buffer = io.StringIO(newline="")
        writer = csv.writer(
            buffer, delimiter=DELIMITERS[template.delimiter], quoting=csv.QUOTE_ALL, lineterminator="\r\n"
        )
        if template.header_row:
            buffer.write("\r\n" * (template.header_row - 1))
            writer.writerow(spreadsheet_text(column.header) for column in template.columns)
        for row in rows:
            cells = zip(row, template.columns, strict=True)
            writer.writerow(
                spreadsheet_text(cell) if isinstance(cell, str) else written(cell, column, template)
                for cell, column in cells
            )
        return _encoded(buffer.getvalue(), encoding)


class BrokerTemplateXlsx(Document):
    """The layout as a workbook of one sheet; figures are numbers, all else is text."""

    artifact_type = "broker_template_xlsx"
    filename = "broker_template.xlsx"
    media_type = WORKBOOK_MEDIA_TYPE

    def applies(self, invoice: Invoice, /) -> bool:
        """Where the broker has such a layout, and there is something to file."""
        return _is_asked_for(invoice, "xlsx")

    def render(self, invoice: Invoice, _earlier: Sequence[RenderedArtifact], /) -> bytes:
        """The header where the layout has it, then the rows."""
        template = _template(invoice)
        return self.written(invoice, template, template_rows(invoice, template))

    def written(self, invoice: Invoice, template: BrokerTemplate, rows: Rows) -> bytes:
        """These rows as a workbook, dated as the package is, so that the bytes are the same each time."""
        headers = [column.header for column in template.columns]
        following = iter(rows)
        first = list(islice(following, _ROWS_THAT_MEASURE))
        sheet = Sheet(
            name=template.sheet,
            header=headers,
            widths=[_width(place, [headers, *first]) for place in range(len(headers))],
            rows=(
                [float(cell) if isinstance(cell, Decimal) else cell for cell in row]
                for row in chain(first, following)
            ),
            pages_wide=1,
            header_row=template.header_row,
        )
        return workbook(
            (sheet,),
            title=invoice.package.number,
            comments=NOTICE,
            created=parse_rfc3339(invoice.package.generated_at).replace(tzinfo=None),
            paper=paper_for(invoice.snapshot.destination_country),
        )


TEMPLATES: Mapping[LayoutFormat, BrokerTemplateCsv | BrokerTemplateXlsx] = {
    "csv": BrokerTemplateCsv(),
    "xlsx": BrokerTemplateXlsx(),
}


def _width(place: int, rows: Sequence[Sequence[TemplateCell]]) -> int:
    """Of a column, by its header and first cells."""
    longest = max(len(str(row[place])) for row in rows)
    return min(max(longest + 1, _WIDTHS.start), _WIDTHS[-1])


def _template(invoice: Invoice) -> BrokerTemplate:
    template = invoice.snapshot.broker.template
    assert template is not None
    return template


def _is_asked_for(invoice: Invoice, format: LayoutFormat) -> bool:
    template = invoice.snapshot.broker.template
    return template is not None and template.format == format and invoice.snapshot.files_an_entry


def _encoded(text: str, encoding: str) -> bytes:
    """Letters that the encoding has not are written with those that it has: Ł as L."""

    def encodable(letter: str) -> str:
        try:
            letter.encode(encoding)
        except UnicodeEncodeError:
            return anyascii(letter)
        return letter

    try:
        return text.encode(encoding)
    except UnicodeEncodeError:
        return "".join(map(encodable, text)).encode(encoding)
