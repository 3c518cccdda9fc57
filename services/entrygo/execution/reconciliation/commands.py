"""What callers ask of the reconciliation, checked."""

from dataclasses import dataclass

from entrygo.domain.principal import Visible
from entrygo.execution.reconciliation.summary import EntrySummary

RECORD_OPERATION = "execution.record_entry_summary"
CLOSE_OPERATION = "execution.close_entry_task"


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordCommand:
    """A validated request; `fingerprint` says whether a key is used for the same request again."""

    visible: Visible
    export_id: str
    entry: int
    summary: EntrySummary
    key: str
    fingerprint: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class CloseCommand:
    """A validated request; `fingerprint` says whether a key is used for the same request again."""

    visible: Visible
    export_id: str
    entry: int
    task_id: str
    note: str
    key: str
    fingerprint: bytes
