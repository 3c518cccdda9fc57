"""Writes the entries of a decision with their duty as the messages that events and answers carry."""

from collections.abc import Iterator
from decimal import Decimal

from entrygo.domain.duty import DutyFigure, EntryDuty, LineDuty
from entrygo.domain.facts import Importer
from entrygo.domain.importer_number import masked
from entrygo.domain.money import plain
from entrygo.domain.snapshot import EntryCost, EntryIssue
from entrygo.planning.decide import Decision
from entrygo.proto.events.v1 import events_pb2


def entries_to_proto(decision: Decision) -> Iterator[events_pb2.PlannedEntry]:
    """Each entry with its importer, readiness and issues; with its duty where that was estimated."""
    duties = {each.number: each for each in decision.duties.entries} if decision.duties else {}
    records = {each.id: each for each in decision.importers}
    for entry in decision.entries:
        message = events_pb2.PlannedEntry(
            number=entry.number,
            orders=len(entry.order_ids),
            lines=entry.lines,
            value_usd=plain(entry.value_usd),
            entry_type=entry.entry_type or "",
            readiness_state=entry.readiness or "",
            issues=[_issue(issue) for issue in entry.issues],
            filed_as=entry.filed_as or "",
            broker_fees_usd=None if entry.cost is None else plain(_of_the_broker(entry.cost)),
        )
        importer = records.get(entry.importer_id or "") or decision.warehouse.importer_of_record
        message.importer = masked(importer.number)
        message.importer_name = importer.name or ""
        if isinstance(importer, Importer):
            message.importer_id, message.importer_external_id = importer.id, importer.external_id
        if entry.number in duties:
            message.duty.CopyFrom(_duty(duties[entry.number]))
        yield message


def _of_the_broker(cost: EntryCost) -> Decimal:
    return cost.total - cost.merchandise_processing_fee


def _issue(issue: EntryIssue) -> events_pb2.EntryIssue:
    return events_pb2.EntryIssue(
        code=issue.code,
        severity=issue.severity,
        message=issue.message,
        field=issue.field,
        count=issue.count,
    )


def _duty(duty: EntryDuty) -> events_pb2.EntryDuty:
    return events_pb2.EntryDuty(
        entry_type=duty.entry_type,
        duty_low_usd=None if duty.duty_low_usd is None else plain(duty.duty_low_usd),
        duty_high_usd=None if duty.duty_high_usd is None else plain(duty.duty_high_usd),
        processing_fee_usd=plain(duty.processing_fee_usd),
        lines=[_line(line) for line in duty.lines],
    )


def _line(line: LineDuty) -> events_pb2.LineDuty:
    return events_pb2.LineDuty(
        number=line.number,
        hts_code=line.hts_code,
        country_of_origin=line.country_of_origin,
        value_usd=plain(line.value_usd),
        low_usd=None if line.low_usd is None else plain(line.low_usd),
        high_usd=None if line.high_usd is None else plain(line.high_usd),
        low=[_figure(each) for each in line.low],
        high=[_figure(each) for each in line.high],
        questions=[f"{each.programme}: {each.decided_by}" for each in line.questions],
        not_computed=line.not_computed,
        findings=line.findings,
        unchecked=line.unchecked,
    )


def _figure(figure: DutyFigure) -> events_pb2.DutyFigure:
    return events_pb2.DutyFigure(
        heading=figure.heading,
        rate=figure.rate,
        amount_usd=plain(figure.amount_usd),
        of=figure.of,
        row=f"{figure.table}: {figure.row}",
        source=figure.source,
    )
