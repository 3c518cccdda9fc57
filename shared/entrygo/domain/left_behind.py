"""Reasons of orders that stay behind with all of an importer's, which no finding of their own names. Pure."""

from entrygo.domain.snapshot import Severity

# Where a plan's findings on an importer of record point: one by name, or the warehouse's own.
NAMED = "importers["
OF_THE_WAREHOUSE = ("batch.importer_of_record", "batch.bond")
# Findings that leave an order behind whatever was asked for: it goes elsewhere, or has gone.
ALWAYS_BEHIND = frozenset({"ORDER_ALREADY_EXPORTED", "ORDER_DESTINATION_MISMATCH"})


def keeps_importer_behind(severity: str, field: str) -> bool:
    """Whether a finding, by its severity and field, says why all orders of an importer stay behind."""
    return severity == Severity.INFO and field.startswith((NAMED, *OF_THE_WAREHOUSE))


def importer_named(field: str) -> str:
    """The external id of the importer that a finding's field points at; blank for the warehouse's own."""
    return field.removeprefix(NAMED).partition("]")[0] if field.startswith(NAMED) else ""
