"""The read models, one file each. All pure: an event in, the export changed, no I/O."""

from entrygo.inspection.projections.broker_submissions import BROKER_SUBMISSIONS
from entrygo.inspection.projections.customs_package import CUSTOMS_PACKAGE
from entrygo.inspection.projections.entry_outcomes import ENTRY_OUTCOMES
from entrygo.inspection.projections.lifecycle import LIFECYCLE
from entrygo.inspection.projections.notifications import NOTIFICATIONS
from entrygo.inspection.projections.projection import Projection
from entrygo.inspection.projections.timeline import TIMELINE

PROJECTIONS: tuple[Projection, ...] = (
    LIFECYCLE,
    CUSTOMS_PACKAGE,
    NOTIFICATIONS,
    BROKER_SUBMISSIONS,
    ENTRY_OUTCOMES,
    TIMELINE,
)
