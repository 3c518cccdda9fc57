"""The order lines of the manifest: each names its product and has only what is its own."""

from collections.abc import Iterator, Sequence
from decimal import Decimal

from entrygo.execution.package.invoice import Invoice, InvoiceLine
from entrygo.execution.package.invoice_columns import COLUMNS, LINE, QUANTITY, Cell
from entrygo.execution.package.json_values import Json

# Once for each order, among the orders. What is the same on every line stands at the head of the manifest.
_OF_THE_ORDER = frozenset(
    {"order_external_id", "package_marks", "destination_state", "destination_postal_code"}
)
_QUANTITY_CELLS = tuple((each.name, each.cell) for each in COLUMNS if each.scope is QUANTITY)
_LINE_CELLS = tuple(
    (each.name, each.cell) for each in COLUMNS if each.scope is LINE and each.name not in _OF_THE_ORDER
)
_INTEGERS = frozenset({"line_number", "consolidated_line_number"})
_LISTS = frozenset({"warnings"})


def manifest_lines(invoice: Invoice) -> Iterator[Json]:
    """What lines of so much of a product share is worked out once."""
    shared: dict[tuple[str, Decimal], Json] = {}
    for line in invoice.lines:
        # Equal decimals may have different zeros, which make no difference to any cell.
        key = line.product.id, line.item.quantity
        of_quantity = shared.get(key)
        if of_quantity is None:
            of_quantity = shared[key] = _stated(_QUANTITY_CELLS, invoice, line)
        yield {"product_id": line.product.id, **of_quantity, **_stated(_LINE_CELLS, invoice, line)}


def _stated(cells: Sequence[tuple[str, Cell]], invoice: Invoice, line: InvoiceLine) -> Json:
    return {name: _value(name, stated) for name, cell in cells if (stated := cell(invoice, line))}


def _value(name: str, content: str) -> object:
    if name in _INTEGERS:
        return int(content)
    return content.split(";") if name in _LISTS else content
