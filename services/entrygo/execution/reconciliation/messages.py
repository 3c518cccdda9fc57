"""Summaries and tasks as messages: what the RPCs answer, and what events carry."""

from collections.abc import Sequence
from decimal import Decimal

from entrygo.domain.money import to_cents
from entrygo.domain.time import rfc3339
from entrygo.execution.reconciliation.summary import EntrySummary, Recorded, SummaryLine, Task, TaskState
from entrygo.execution.reconciliation.tasks import reasons, state_of
from entrygo.execution.state.events import Fact
from entrygo.proto.events.v1 import events_pb2
from entrygo.proto.execution.v1 import execution_pb2


def outcome_message(recorded: Recorded, tasks: Sequence[Task]) -> events_pb2.EntryOutcome:
    """How an entry stands, in short."""
    given, liquidation = recorded.summary, recorded.summary.liquidation
    return events_pb2.EntryOutcome(
        entry=recorded.entry,
        entry_number=given.entry_number,
        revision=recorded.revision,
        state=state_of(recorded, tasks),
        recorded_at=rfc3339(recorded.recorded_at),
        given_by=recorded.given_by,
        entry_type=given.entry_type or "",
        entry_date="" if given.entry_date is None else given.entry_date.isoformat(),
        summary_date="" if given.summary_date is None else given.summary_date.isoformat(),
        lines=len(given.lines),
        value_usd=_usd(given.value_usd),
        duty_usd=_usd(given.duty_usd),
        fees_usd=_usd(given.fees_usd),
        liquidated_on=liquidation.liquidated_on.isoformat() if liquidation else "",
        liquidated_duty_usd=_usd(liquidation.duty_usd) if liquidation else None,
        liquidated_fees_usd=_usd(liquidation.fees_usd) if liquidation else None,
        estimated_duty_low_usd=_usd(recorded.estimated.duty_low_usd),
        estimated_duty_high_usd=_usd(recorded.estimated.duty_high_usd),
        estimated_fees_usd=_usd(recorded.estimated.fees_usd),
        open_tasks=sum(task.state is TaskState.OPEN for task in tasks),
        reasons=reasons(tasks),
    )


def reconciliation_message(
    recorded: Recorded, package_number: str, tasks: Sequence[Task]
) -> execution_pb2.EntryReconciliation:
    """The latest summary of an entry with every task that was opened for it."""
    return execution_pb2.EntryReconciliation(
        export_id=recorded.export_id,
        customs_package_id=recorded.package_id,
        package_number=package_number,
        outcome=outcome_message(recorded, tasks),
        summary=_summary(recorded.summary),
        tasks=[_task(task) for task in tasks],
    )


def summary_recorded(recorded: Recorded, tasks: Sequence[Task]) -> Fact:
    """What was entered, and how it compares."""
    outcome = outcome_message(recorded, tasks)
    return "entry_summary.recorded", events_pb2.EntrySummaryRecorded(outcome=outcome)


def task_closed(recorded: Recorded, tasks: Sequence[Task], closed: Task) -> Fact:
    """A person has looked at a difference."""
    return "entry_task.closed", events_pb2.EntryTaskClosed(
        outcome=outcome_message(recorded, tasks), task_id=closed.id, code=closed.code, note=closed.note
    )


def _summary(given: EntrySummary) -> execution_pb2.EntrySummary:
    message = execution_pb2.EntrySummary(
        entry_number=given.entry_number,
        entry_type=given.entry_type or "",
        entry_date="" if given.entry_date is None else given.entry_date.isoformat(),
        summary_date="" if given.summary_date is None else given.summary_date.isoformat(),
        lines=[_line(line) for line in given.lines],
        duty_usd=_usd(given.duty_usd) or "",
        fees_usd=_usd(given.fees_usd) or "",
    )
    if given.liquidation is not None:
        message.liquidation.liquidated_on = given.liquidation.liquidated_on.isoformat()
        message.liquidation.duty_usd = _usd(given.liquidation.duty_usd) or ""
        message.liquidation.fees_usd = _usd(given.liquidation.fees_usd) or ""
    return message


def _line(line: SummaryLine) -> execution_pb2.SummaryLine:
    return execution_pb2.SummaryLine(
        line=line.line,
        hts_code=line.hts_code,
        country_of_origin=line.country_of_origin,
        value_usd=_usd(line.value_usd),
        quantity="" if line.quantity is None else format(line.quantity, "f"),
        unit=line.unit or "",
        duty_usd=_usd(line.duty_usd),
    )


def _task(task: Task) -> execution_pb2.EntryTask:
    return execution_pb2.EntryTask(
        id=task.id,
        code=task.code,
        place=task.place,
        message=task.message,
        expected=task.expected,
        actual=task.actual,
        state=task.state,
        note=task.note,
        opened_at=rfc3339(task.opened_at),
        closed_at="" if task.closed_at is None else rfc3339(task.closed_at),
    )


def _usd(amount: Decimal | None) -> str | None:
    return None if amount is None else str(to_cents(amount))
