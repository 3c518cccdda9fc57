"""The rows of long tables in HTML documents, written out: made by a template, they take most of the time of a
large package. Every text is escaped here."""

from collections.abc import Iterable, Iterator
from functools import lru_cache

from markupsafe import Markup, escape

from entrygo.execution.package.figures import weight
from entrygo.execution.package.invoice import InvoiceLine
from entrygo.execution.package.invoice_columns import number
from entrygo.execution.package.invoice_view import order_line_view
from entrygo.execution.package.parcels import Parcel
from entrygo.execution.package.printable import clean_text

_ABSENT = '<span class="absent">not stated</span>'


def order_line_rows(lines: Iterable[InvoiceLine]) -> Iterator[Markup]:
    """The order lines of the invoice."""
    for line in map(order_line_view, lines):
        review = ' <span class="review">review</span>' if line.needs_review else ""
        composition = f' <span class="minor">{_html(line.composition)}</span>' if line.composition else ""
        yield Markup(  # noqa: S704 -- every text in it is escaped
            f"    <tr><td>{line.number}</td><td>{line.entry_line}{review}</td><td>{_html(line.order)}</td>"
            f"<td>{_html(line.sku)}</td><td>{_html(line.description)}{composition}</td>"
            f'<td class="code">{_html(line.hts)}</td><td>{_html(line.origin)}</td>'
            f'<td class="n">{_html(line.quantity)}</td><td class="n">{_html(line.net)}</td>'
            f'<td class="n">{_html(line.unit_value)}</td><td class="n">{_html(line.value)}</td>'
            f"<td>{_html(line.destination)}</td></tr>\n"
        )


def parcel_rows(parcels: Iterable[Parcel]) -> Iterator[Markup]:
    """The parcels of the packing list; dimensions are nobody's to state."""
    for parcel in parcels:
        order = parcel.order
        place = (order.destination_region, order.destination_postal_code, order.destination_country)
        destination = " ".join(filter(None, map(clean_text, place)))
        contents = "".join(map(_content, parcel.contents))
        yield Markup(  # noqa: S704 -- every text in it is escaped
            f"    <tr><td>{parcel.number}</td><td>{_html(clean_text(order.external_id))}</td>"
            f"<td>{contents}</td><td>{_given(destination)}</td>"
            f'<td class="absent">not stated</td><td class="n">{_html(weight(parcel.net_weight))}</td>'
            f'<td class="n">{_html(weight(parcel.gross_weight))}</td></tr>\n'
        )


def _content(line: InvoiceLine) -> str:
    product = line.product
    return (
        f"<div>{number(line.item.quantity)} {_html(line.unit)} "
        f'<span class="code">{_html(clean_text(product.sku))}</span>,'
        f" {_given(clean_text(product.customs_description))}</div>"
    )


def _given(text: str) -> str:
    return _html(text) if text else _ABSENT


@lru_cache(maxsize=16_384)
def _html(text: str) -> str:
    return str(escape(text))
