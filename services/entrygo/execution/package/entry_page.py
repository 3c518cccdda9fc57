"""The first sheet of the workbook: the entry on a page or two, made to be printed. Pure.

A long entry shows its first lines and says which sheet has all of them.
"""

from collections.abc import Iterator, Mapping, Sequence
from math import ceil

from entrygo.execution.package.facts import NOTICE
from entrygo.execution.package.figures import weight
from entrygo.execution.package.invoice import CURRENCY, ConsolidatedLine, Invoice, Weight
from entrygo.execution.package.invoice_view import View, entry_line_view, invoice_view
from entrygo.execution.package.shipment_view import named_charges
from entrygo.execution.package.workbook import Cell, Page, Row, Styled
from entrygo.execution.package.workbook_parts import Style

# Points of rows that a page of letter paper holds, printed as wide as the paper.
PAGE = 695
PAGES = 2
# Title and width, in characters, of the columns of the entry lines.
_COLUMNS = (
    ("No.", 6), ("HTS number", 15), ("Description of merchandise", 40), ("Origin", 8),
    ("Manufacturer / MID", 28), ("SPI", 5), ("Section 232, agencies", 19), ("Quantity", 14),
    ("In HTS units", 14), ("Gross kg", 12), (f"Value {CURRENCY}", 14),
)  # fmt: skip
_WIDTHS = tuple(width for _, width in _COLUMNS)
# How many of the columns each party takes, and each fact.
_PARTIES = (3, 3, 5)
_FACTS = (2, 1, 2, 2, 2, 2)
_OF_TITLE = 7
_BESIDE_TOTAL = 9
_GAP = Row(cells=(), lines=0.5)
_SAID = (
    "Consolidated shipment of e-commerce orders. For review by the customs broker;"
    " the other sheets have it line by line."
)


def entry_page(invoice: Invoice) -> Page:
    """Parties, truck, entry lines and totals, each as the invoice for people shows it."""
    view = invoice_view(invoice)
    above = [
        *_title(invoice, view),
        *_parties(view),
        *_facts(_stated(invoice, view)),
        Row(cells=(), lines=0.5),
        _column_titles(),
    ]
    below = [*_totals(invoice)]
    # The titles stand on the second page, too.
    room = PAGES * PAGE - sum(row.height for row in (*above, above[-1], *below))
    return Page(
        name="entry",
        widths=_WIDTHS,
        rows=(*above, *_lines(invoice, room), *below),
        titles=len(above),
    )


def _title(invoice: Invoice, view: View) -> Iterator[Row]:
    rest = len(_COLUMNS) - _OF_TITLE
    number = Styled(invoice.package.number, Style.NUMBER, rest)
    yield Row(cells=(Styled("Commercial Customs Invoice", Style.HEADLINE, _OF_TITLE), number), lines=1.8)
    replaces = _named(view, "package")["replaces"]
    dated = ". ".join(filter(None, (f"Invoice date {view['invoice_date']}", str(replaces))))
    yield Row(cells=(Styled(_SAID, Style.LABEL, _OF_TITLE), Styled(dated, Style.LABEL, rest)), lines=1.5)


def _parties(view: View) -> Iterator[Row]:
    exporter, importer, broker = (_named(view, name) for name in ("exporter", "importer", "broker"))
    titles = ("Exporter / shipper", "Importer of record / consignee", "Customs broker")
    yield _side_by_side(titles, _PARTIES, Style.LABEL)
    yield _side_by_side([_given(each["name"]) for each in (exporter, importer, broker)], _PARTIES, Style.NAME)
    yield _side_by_side(
        (
            _paragraphs(exporter["address"], _said("Responsible", exporter["employee"]), exporter["phone"]),
            _paragraphs(importer["address"], _said("Importer no.", importer["number"])),
            _paragraphs([broker["email"]], _said("Filer code", broker["filer_code"])),
        ),
        _PARTIES,
        Style.TEXT,
    )


def _stated(invoice: Invoice, view: View) -> Sequence[tuple[str, object]]:
    transport, shipment = _named(view, "transport"), _named(view, "shipment")
    return (
        ("Carrier", transport["carrier"]),
        ("SCAC", transport["scac"]),
        ("US port of entry", transport["port"]),
        ("Expected entry date", view["entry_date"]),
        ("Entry type (estimate)", view["entry_type"]),
        ("PAPS or trip no.", shipment["numbers"]),
        ("Packages", f"{invoice.totals.packages:,}"),
        ("Terms of sale", shipment["terms_of_sale"]),
        ("Seller and buyer, if sold", shipment["parties"]),
        ("Date of shipment", shipment["shipped_on"]),
        ("Gross weight, kg", weight(invoice.totals.gross_weight)),
        ("Export", view["export_id"]),
    )


def _facts(facts: Sequence[tuple[str, object]]) -> Iterator[Row]:
    for start in range(0, len(facts), len(_FACTS)):
        some = facts[start : start + len(_FACTS)]
        yield _side_by_side([label for label, _ in some], _FACTS, Style.LABEL)
        yield _side_by_side([_given(value) for _, value in some], _FACTS, Style.TEXT)


def _column_titles() -> Row:
    of_text = [Styled(title, Style.COLUMN) for title, _ in _COLUMNS[:_BESIDE_TOTAL]]
    of_figures = [Styled(title, Style.FIGURES) for title, _ in _COLUMNS[_BESIDE_TOTAL:]]
    return Row(cells=(*of_text, *of_figures), lines=1.3)


def _lines(invoice: Invoice, room: float) -> Iterator[Row]:
    """As many as stand in `room` (points), each whole, though one may not fit below on the first page."""
    several = len(invoice.entries) > 1
    shown, tallest = 0, 0.0
    for line in invoice.consolidated:
        row = _line(line, f"{line.entry_number}/{line.number}" if several else line.number)
        room -= row.height
        tallest = max(tallest, row.height)
        if room < tallest and shown:
            break
        shown += 1
        yield row
    left = len(invoice.consolidated) - shown
    if left:
        said = f"{left:,} further lines: see the sheet of the lines. The totals below are of all of them."
        yield Row(cells=(Styled(said, Style.CELL, len(_COLUMNS)),))


def _line(line: ConsolidatedLine, number: Cell) -> Row:
    shown = entry_line_view(line)
    headings = [*_texts(shown["headings"]), *(f"{each} ?" for each in _texts(shown["candidates"]))]
    more = [f"and {shown['more']} more"] if shown["more"] else []
    return _row(
        (
            Styled(number, Style.CELL),
            Styled(_paragraphs(headings, _given(shown["hts"])), Style.CELL),
            Styled(_paragraphs(shown["descriptions"], *more), Style.CELL),
            Styled(_given(shown["origin"]), Style.CELL),
            Styled(
                _paragraphs([_given(shown["manufacturer"])], shown["mid"], shown["maker_address"]), Style.CELL
            ),
            Styled(line.spi, Style.CELL),
            Styled(_paragraphs([shown["section_232"]], shown["agencies"]), Style.CELL),
            Styled(str(shown["quantities"]), Style.CELL),
            Styled(_paragraphs(shown["hts_quantities"]), Style.CELL),
            _weight(line.gross_weight),
            Styled(line.value, Style.MONEY),
        )
    )


def _totals(invoice: Invoice) -> Iterator[Row]:
    totals = invoice.totals
    counted = (
        f"{totals.orders:,} orders, {totals.lines:,} order lines, {totals.consolidated_lines:,} entry lines"
    )
    yield Row(
        cells=(
            Styled(f"Merchandise value ({counted})", Style.TOTAL, _BESIDE_TOTAL),
            _weight(totals.gross_weight),
            Styled(totals.value, Style.TOTAL),
        )
    )
    for name, figure in named_charges(invoice.package.shipment):
        if figure is not None:
            yield _row((Styled(name, Style.MONEY, _BESIDE_TOTAL + 1), Styled(figure, Style.MONEY)))
    if invoice.package.shipment.charges:
        yield Row(
            cells=(
                Styled(f"Invoice total, {CURRENCY}", Style.TOTAL, _BESIDE_TOTAL + 1),
                Styled(totals.invoice_total, Style.TOTAL),
            )
        )
    yield _GAP
    yield _row((Styled(NOTICE, Style.LABEL, len(_COLUMNS)),))


def _weight(given: Weight) -> Styled:
    """A figure where it is whole; else the text that says so."""
    return Styled(given.kg if given.is_complete else weight(given), Style.WEIGHT)


def _side_by_side(texts: Sequence[str], columns: Sequence[int], style: Style) -> Row:
    cells = [Styled(text, style, wide) for text, wide in zip(texts, columns, strict=False)]
    return _row(cells)


def _row(cells: Sequence[Styled]) -> Row:
    """As high as its longest text needs; a spreadsheet does not measure cells that reach over columns."""
    place, lines = 0, 1
    for cell in cells:
        width = sum(_WIDTHS[place : place + cell.columns])
        if isinstance(cell.content, str):
            lines = max(lines, sum(max(1, ceil(len(part) / width)) for part in cell.content.split("\n")))
        place += cell.columns
    return Row(cells=cells, lines=lines)


def _named(view: View, name: str) -> Mapping[str, object]:
    value = view[name]
    assert isinstance(value, Mapping)
    return value


def _texts(value: object) -> Sequence[str]:
    assert isinstance(value, Sequence)
    return [str(each) for each in value]


def _paragraphs(lines: object, *more: object) -> str:
    return "\n".join(filter(None, (*_texts(lines), *map(str, more))))


def _said(label: str, value: object) -> str:
    return f"{label}: {value}" if value else ""


def _given(value: object) -> str:
    return str(value) if value else "not stated"
