"""The timeline of an export in words. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from entrygo.gateway.schemas import export_views as views


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """One thing that happened. `is_milestone`: shown without asking for everything."""

    at: str
    text: str
    detail: str
    tone: str
    is_milestone: bool


# Type of the event: words, tone, whether it is a milestone.
WORDS: Mapping[str, tuple[str, str, bool]] = {
    "export.planned": ("Planned", "", True),
    "export.approved": ("Approved", "good", True),
    "export.execution_started": ("Sending began", "", True),
    "export.executed": ("Package made and handed over", "good", True),
    "export.execution_failed": ("Sending failed", "bad", True),
    "export.cancelled": ("Cancelled", "", True),
    "export.withdrawn": ("Withdrawn", "", True),
    "export.superseded": ("Replaced by another export", "", True),
    "customs_package.generated": ("Documents made", "", False),
    "customs_package.withdrawn": ("Package withdrawn", "", True),
    "customs_package.superseded": ("Package replaced", "", True),
    "broker_notification.recorded": ("Broker's notification noted", "", False),
    "warehouse_notification.recorded": ("Warehouse's notification noted", "", False),
    "broker_submission.prepared": ("Mail to the broker prepared", "", False),
    "broker_submission.sending": ("Being handed to the broker", "", False),
    "broker_submission.sent": ("Handed to the broker", "good", True),
    "broker_submission.retrying": ("Will be tried again", "", True),
    "broker_submission.failed": ("Could not be handed to the broker", "bad", True),
    "broker_submission.unknown": ("May have reached the broker", "bad", True),
    "broker_submission.acknowledged": ("Acknowledged by the broker", "good", True),
    "broker_submission.rejected": ("Rejected by the broker", "bad", True),
    "entry_summary.recorded": ("The broker's entry was given back", "", True),
    "entry_task.closed": ("A difference of the entry was looked at", "", True),
}
_DETAILS = (
    "approvedBy",
    "note",
    "reason",
    "brokerReason",
    "errorMessage",
    "serverAnswer",
    "message",
    "entryNumber",
)


def moments(events: Sequence[views.TimelineEvent]) -> list[Moment]:
    """The events of an export, newest first."""
    return [_moment(event) for event in reversed(events)]


def _moment(event: views.TimelineEvent) -> Moment:
    text, tone, is_milestone = WORDS.get(event["type"], (event["type"], "", False))
    return Moment(
        at=event["created_at"],
        text=text,
        detail=_detail(event["payload"]),
        tone=tone,
        is_milestone=is_milestone,
    )


def _detail(payload: Mapping[str, Any]) -> str:
    return " · ".join(str(payload[name]) for name in _DETAILS if payload.get(name))
