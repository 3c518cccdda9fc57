"""packing_list.csv: one row a product in a parcel. Dimensions are empty: nobody supplies them."""

from collections.abc import Sequence

from entrygo.execution.documents.base import Document
from entrygo.execution.package.artifacts import RenderedArtifact
from entrygo.execution.package.csv_table import csv_table
from entrygo.execution.package.facts import SHORT_NOTICE
from entrygo.execution.package.invoice import Invoice, InvoiceLine
from entrygo.execution.package.invoice_columns import number
from entrygo.execution.package.parcels import Parcel, parcels
from entrygo.execution.package.printable import clean_text

COLUMNS = (
    "package_number", "parcel_number", "package_marks", "order_id", "line_number", "product_id", "sku",
    "customs_description", "quantity", "unit_of_measure", "net_weight_kg", "gross_weight_kg",
    "length_cm", "width_cm", "height_cm", "destination_country", "destination_state",
    "destination_postal_code", "notice",
)  # fmt: skip
NUMERIC_COLUMNS = frozenset({"parcel_number", "line_number", "quantity", "net_weight_kg", "gross_weight_kg"})


class PackingListCsv(Document):
    """The packing list as a spreadsheet."""

    artifact_type = "packing_list_csv"
    filename = "packing_list.csv"
    media_type = "text/csv; charset=utf-8"

    def render(self, invoice: Invoice, _earlier: Sequence[RenderedArtifact], /) -> bytes:
        """A header, then a row for each product in each parcel; weights in kg."""
        rows = (
            _row(invoice.package.number, parcel, line)
            for parcel in parcels(invoice)
            for line in parcel.contents
        )
        return csv_table(COLUMNS, rows, NUMERIC_COLUMNS)


def _row(package_number: str, parcel: Parcel, line: InvoiceLine) -> Sequence[str]:
    order, product = parcel.order, line.product
    return (
        package_number,
        str(parcel.number),
        clean_text(order.external_id),
        order.id,
        str(line.number),
        product.id,
        clean_text(product.sku),
        clean_text(product.customs_description),
        number(line.item.quantity),
        line.unit,
        number(line.net_weight_kg),
        number(line.gross_weight_kg),
        "",
        "",
        "",
        clean_text(order.destination_country),
        clean_text(order.destination_region),
        clean_text(order.destination_postal_code),
        SHORT_NOTICE,
    )
