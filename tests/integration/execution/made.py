"""A made package that no document is in, as the step *prepared* gets it."""

from datetime import date
from decimal import Decimal

from entrygo.execution.making.package_maker import Prepared
from entrygo.execution.package.summary import PackageSummary
from entrygo.execution.state.records import Phase, Submission, SubmissionStatus, SubmissionType
from tests.integration.execution.world import LIVE, START


def made(package_id: str, recipient: str = "broker@example.com") -> Prepared:
    """With the one submission of the whole package, by mail."""
    submission = Submission(
        tenant=LIVE.tenant, id="bes_1", export_id="batch_123", package_id=package_id, notification_id="ntf_1",
        submission_type=SubmissionType("EMAIL"), status=SubmissionStatus.PREPARED, phase=Phase.ENVELOPE,
        sender="customs@northshore.example.com", recipient_email=recipient, subject="s", message_id="<m>",
        content_sha256="0", reason="", attempts=0, next_attempt_at=None, sent_at=None, error_message=None,
        created_at=START, endpoint="", filename="", pack_sha256="", pack_bytes=0,
    )  # fmt: skip
    summary = PackageSummary(
        shipper="", shipper_place="", contact="", broker="", port="", arrives_on=date(2026, 3, 12), orders=1,
        value_usd=Decimal(1), entries=(),
    )  # fmt: skip
    return Prepared(
        artifacts=(), notifications=(), submissions=(submission,), summary=summary, amendment=None
    )
