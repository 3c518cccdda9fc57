"""What was found about each entry, and how ready it is: the plan is as ready as its worst entry. Pure."""

from collections import defaultdict
from collections.abc import Sequence

from entrygo.domain.snapshot import EntryIssue, PlannedEntry, Severity
from entrygo.planning.consolidating import Consolidation
from entrygo.planning.findings import Finding
from entrygo.planning.score import readiness_of


def judged_entries(plan: Consolidation, findings: Sequence[Finding]) -> tuple[PlannedEntry, ...]:
    """The entries with readiness and issues: of their orders, of their importer, and of the whole export.

    `findings` in the order of the plan; what only informs is no issue.
    """
    of_order = {order_id: entry.number for entry in plan.entries for order_id in entry.order_ids}
    found: dict[int, list[Finding]] = defaultdict(list)
    for finding in findings:
        if finding.severity is Severity.INFO:
            continue
        for number in _entries_met(finding, plan, of_order.get(finding.order_id or "")):
            found[number].append(finding)
    return tuple(
        entry.model_copy(
            update={
                "readiness": readiness_of(each.severity for each in found[entry.number]),
                "issues": _issues(found[entry.number]),
            }
        )
        for entry in plan.entries
    )


def _entries_met(finding: Finding, plan: Consolidation, of_order: int | None) -> Sequence[int]:
    if finding.order_id is not None:
        return () if of_order is None else (of_order,)
    if finding.importer is not None:
        return [number for number, party in plan.parties.items() if party.key == finding.importer]
    return tuple(plan.parties)


def _issues(findings: Sequence[Finding]) -> tuple[EntryIssue, ...]:
    """One a code, with the first of its findings as an example."""
    counts: dict[str, int] = defaultdict(int)
    first: dict[str, Finding] = {}
    for finding in findings:
        counts[finding.rule.code] += 1
        first.setdefault(finding.rule.code, finding)
    return tuple(
        EntryIssue(
            code=code,
            severity=finding.severity,
            message=finding.message,
            field=finding.field,
            count=counts[code],
        )
        for code, finding in first.items()
    )
