"""Which rows belong to an export, by schema; what stays, and why."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from entrygo.planning.account_orders_store import OF_BATCH


@dataclass(frozen=True, slots=True)
class OwnedTable:
    """A table whose rows are of one export: found through `rows`, a condition on `$3`, the export's id.

    Rows of which `stays` is true are in the file, and in the table until it is true no more.
    """

    name: str
    rows: str = "export_id = $3"
    stays: str = "false"


_OF_ITS_STREAM = "stream_id = $3"
# There is one at most.
OF_ITS_PACKAGE = (
    "package_id = (SELECT id FROM customs_packages WHERE account_id = $1 AND mode = $2 AND export_id = $3)"
)

# A plan looks at the twelve months before its entry date, which a correction has from the past itself.
OF_A_YEAR = "entry_date > current_date - 731"

# In the order in which rows may be inserted; they are deleted in the reverse of it.
TABLES: Mapping[str, tuple[OwnedTable, ...]] = MappingProxyType(
    {
        "planning": (
            OwnedTable("exports"),
            OwnedTable("plans"),
            OwnedTable("export_orders", f"{OF_BATCH} $3"),
            OwnedTable("export_approvals"),
            OwnedTable("importer_costs", stays=OF_A_YEAR),
            OwnedTable("event_log", _OF_ITS_STREAM),
        ),
        "execution": (
            OwnedTable("export_streams"),
            OwnedTable("executions"),
            OwnedTable("customs_packages"),
            OwnedTable("artifacts", OF_ITS_PACKAGE),
            OwnedTable("notifications", OF_ITS_PACKAGE),
            OwnedTable("broker_submissions", OF_ITS_PACKAGE),
            OwnedTable("withdrawals"),
            OwnedTable("entry_summaries"),
            OwnedTable("entry_tasks"),
            OwnedTable("event_log", _OF_ITS_STREAM),
        ),
        "inspection": (
            OwnedTable("exports"),
            OwnedTable("timeline"),
            OwnedTable("customs_packages"),
            OwnedTable("passed_events"),
        ),
    }
)

# Rows that name an export and do not go with it.
KEPT: Mapping[str, str] = MappingProxyType(
    {
        "planning.archived_exports": "says where the export is",
        "planning.control_numbers": "no control number is used twice, also beside exports that are archived",
        "planning.order_claims": "goes once its order has left sync: no order leaves twice",
        "inspection.event_log": "is empty: inspection records no events",
        "inspection.event_feed": "has a retention of its own, ENTRYGO_WEBHOOK_KEEP_DAYS",
        "inspection.webhook_deliveries": "has a retention of its own, ENTRYGO_WEBHOOK_KEEP_DAYS",
        "inspection.webhook_lanes": "is swept once nothing waits in it",
    }
)
