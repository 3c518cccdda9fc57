"""What the holder of a link sees, as messages: a submission for its broker, a recipient for itself."""

from collections.abc import Sequence

from entrygo.domain.money import plain
from entrygo.domain.time import rfc3339
from entrygo.execution.broker.events import submission_message
from entrygo.execution.broker.links import LinkedSubmission
from entrygo.execution.broker.recipient_answers import LinkedRecipient
from entrygo.execution.package.summary import summary_of
from entrygo.execution.state.events import artifact_message
from entrygo.proto.events.v1 import events_pb2
from entrygo.proto.execution.v1 import execution_pb2


def link_message(
    found: LinkedSubmission, outcomes: Sequence[events_pb2.EntryOutcome]
) -> execution_pb2.BrokerLink:
    """A submission as its broker sees it, on the wire, with what was given back of its entries."""
    submission, package = found.submission, found.package
    return execution_pb2.BrokerLink(
        mode=submission.tenant.mode,
        export_id=submission.export_id,
        package_number=package.number,
        prepared_at=rfc3339(package.generated_at),
        sender=submission.sender,
        summary=summary_message(package.summary, submission.entry),
        artifacts=[artifact_message(each) for each in found.artifacts],
        broker_submission=submission_message(submission),
        pack=artifact_message(found.pack),
        expires_at=rfc3339(found.expires_at),
        closed=_closed(found),
        entries=[each for each in outcomes if submission.entry in (None, each.entry)],
    )


def _closed(found: LinkedSubmission) -> execution_pb2.BrokerLink.Closed | None:
    package = found.package
    if not package.is_closed or package.closed_at is None:
        return None
    return execution_pb2.BrokerLink.Closed(
        state=package.state,
        at=rfc3339(package.closed_at),
        reason=package.closed_reason or "",
        replaced_by_number=found.replaced_by_number,
        replaced_by_url=found.replaced_by_url,
    )


def recipient_message(found: LinkedRecipient) -> execution_pb2.MailRecipient:
    """A recipient as it sees itself, on the wire."""
    return execution_pb2.MailRecipient(
        address=found.recipient.address, state=found.recipient.state, account_id=found.tenant.account_id
    )


def summary_message(kept: str, entry: int | None = None) -> execution_pb2.BrokerLink.Summary | None:
    """What a package is in short, or one entry of it, on the wire; None where that was not kept."""
    summary = summary_of(kept, entry)
    if summary is None:
        return None
    return execution_pb2.BrokerLink.Summary(
        shipper=summary.shipper,
        shipper_place=summary.shipper_place,
        contact=summary.contact,
        broker=summary.broker,
        port=summary.port,
        arrives_on=summary.arrives_on.isoformat(),
        orders=summary.orders,
        value_usd=plain(summary.value_usd),
        entries=[
            execution_pb2.BrokerLink.EntrySummary(
                number=entry.number,
                importer=entry.importer,
                orders=entry.orders,
                lines=entry.lines,
                value_usd=plain(entry.value_usd),
                entry_type=entry.entry_type,
                paps_numbers=filter(None, (entry.paps_number,)),
                filed_as=entry.filed_as,
            )
            for entry in summary.entries
        ],
    )
