"""fee_estimate.json: what clearing costs order by order and as one entry, and the dated rows behind it."""

from collections.abc import Sequence

from entrygo.domain.snapshot import EntryCost, Savings, SavingsBasis
from entrygo.execution.documents.base import Document
from entrygo.execution.package.artifacts import RenderedArtifact
from entrygo.execution.package.importer_costs import totals_of_importers
from entrygo.execution.package.invoice import CURRENCY, Invoice
from entrygo.execution.package.json_values import Json, canonical_json, json_head, money

SCHEMA_VERSION = "1.0"
_FEE_TABLES = frozenset({"merchandise_processing_fees", "informal_entry_limits"})


class FeeEstimate(Document):
    """The estimate that the plan showed, with both sides of it."""

    artifact_type = "fee_estimate"
    filename = "fee_estimate.json"
    media_type = "application/json"

    def applies(self, invoice: Invoice, /) -> bool:
        """Only a plan that compared single entries with a consolidated one has an estimate."""
        return invoice.snapshot.savings is not None

    def render(self, invoice: Invoice, _earlier: Sequence[RenderedArtifact], /) -> bytes:
        """Canonical JSON, in USD: costs one by one and as one entry, with the dated rows they are from."""
        savings = invoice.snapshot.savings
        assert savings is not None
        return canonical_json(
            {
                **json_head(invoice, "fee_estimate", SCHEMA_VERSION),
                "currency": CURRENCY,
                "estimated_savings": money(savings.estimated_usd),
                # Negative where one entry for all costs more than an entry each.
                "signed_difference": money(savings.signed_usd),
                "separate_entries": _cost(savings.separate),
                "consolidated_entry": _cost(savings.consolidated),
                "left_out": ["duty", "transport"],
                # What the saving is measured against; `measured` where that is not an entry for each order.
                "savings_basis": savings.measured.basis if savings.measured else SavingsBasis.PER_ORDER,
                **_measured(savings),
                "basis": _basis(invoice, savings),
                **_importers(invoice),
                **_bonds(invoice),
            }
        )


def _measured(savings: Savings) -> Json:
    if savings.measured is None:
        return {}
    found = savings.measured
    return {"measured": {"alternative": _cost(found.alternative), "saving": money(found.saving_usd)}}


def _importers(invoice: Invoice) -> Json:
    """What each importer bears; nothing in plans that were stored before duty was estimated."""
    totals = totals_of_importers(invoice.snapshot)
    return {"importers": totals} if totals else {}


def _bonds(invoice: Invoice) -> Json:
    """What the bond of each importer must cover; nothing in plans that were stored before it was said."""
    needs = invoice.snapshot.bonds
    if not needs:
        return {}
    return {
        "bonds": [
            {**need.model_dump(mode="json", exclude={"importer_id"}), "is_sufficient": need.is_sufficient}
            for need in needs
        ]
    }


def _cost(cost: EntryCost) -> Json:
    return {
        "entries": cost.entries,
        "entry_type": cost.entry_type,
        "lines": cost.lines,
        "broker_fee": money(cost.broker_fee),
        "line_fees": money(cost.line_fees),
        "order_fees": money(cost.order_fees),
        "pga_fees": money(cost.pga_fees),
        "disbursement": money(cost.disbursement),
        "bond": money(cost.bond),
        "merchandise_processing_fee": money(cost.merchandise_processing_fee),
        "total": money(cost.total),
    }


def _basis(invoice: Invoice, savings: Savings) -> Json:
    snapshot = invoice.snapshot
    schedule = next(
        (
            each.model_dump(mode="json")
            for each in snapshot.broker.fee_schedules
            if each.currency == CURRENCY and each.valid_from == savings.fee_schedule_valid_from
        ),
        None,
    )
    rows = [row.model_dump(mode="json") for row in snapshot.reference_rows if row.table in _FEE_TABLES]
    return {
        "entry_date": snapshot.entry_date.isoformat(),
        "broker_fee_schedule": schedule,
        "merchandise_processing_fee_year": savings.mpf_fiscal_year,
        "reference_rows": rows,
        "reference_version": snapshot.reference_version,
    }
