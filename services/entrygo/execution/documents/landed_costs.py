"""landed-costs.csv: what each order costs landed, for billing duty and fees to buyers (DDP). An estimate.

The parts of the orders add up to the duty and the fees of their entries, to the cent. A duty that was not
computed is blank; where low and high differ, something is still to be decided. `entry` is the place of an
order's entry in the plan, as in the table of actual costs, whose `entry_number` is the broker's. The
importer is that of the entry; its id is blank for the warehouse's own.
"""

from collections.abc import Sequence
from decimal import Decimal

from entrygo.domain.duty import OrderCost
from entrygo.execution.documents.base import Document
from entrygo.execution.package.artifacts import RenderedArtifact
from entrygo.execution.package.csv_table import csv_table
from entrygo.execution.package.facts import SHORT_NOTICE
from entrygo.execution.package.importer_costs import importers_of_entries
from entrygo.execution.package.invoice import CURRENCY, Invoice
from entrygo.execution.package.invoice_columns import money
from entrygo.execution.package.printable import clean_text

COLUMNS = (
    "package_number", "entry", "order_id", "order_external_id", "goods_value", "duty_low", "duty_high",
    "fees", "landed_cost_low", "landed_cost_high", "currency", "notice", "importer_external_id",
    "importer_name",
)  # fmt: skip
NUMERIC_COLUMNS = frozenset(
    {"entry", "goods_value", "duty_low", "duty_high", "fees", "landed_cost_low", "landed_cost_high"}
)


class LandedCosts(Document):
    """One row an order."""

    artifact_type = "landed_costs"
    filename = "landed-costs.csv"
    media_type = "text/csv; charset=utf-8"

    def applies(self, invoice: Invoice, /) -> bool:
        return bool(invoice.snapshot.landed_costs)

    def render(self, invoice: Invoice, _earlier: Sequence[RenderedArtifact], /) -> bytes:
        names = {order.id: clean_text(order.external_id) for order in invoice.snapshot.orders}
        importers, package = importers_of_entries(invoice.snapshot), invoice.package.number
        rows = (
            (*_row(package, names[cost.order_id], cost), *importers.get(cost.entry_number, ("", "")))
            for cost in invoice.snapshot.landed_costs
        )
        return csv_table(COLUMNS, rows, NUMERIC_COLUMNS)


def _row(package_number: str, external_id: str, cost: OrderCost) -> Sequence[str]:
    return (
        package_number,
        str(cost.entry_number),
        cost.order_id,
        external_id,
        money(cost.value_usd),
        _known(cost.duty_low_usd),
        _known(cost.duty_high_usd),
        money(cost.fees_usd),
        _known(_landed(cost, cost.duty_low_usd)),
        _known(_landed(cost, cost.duty_high_usd)),
        CURRENCY,
        SHORT_NOTICE,
    )


def _landed(cost: OrderCost, duty: Decimal | None) -> Decimal | None:
    return None if duty is None else cost.value_usd + duty + cost.fees_usd


def _known(amount: Decimal | None) -> str:
    return "" if amount is None else money(amount)
