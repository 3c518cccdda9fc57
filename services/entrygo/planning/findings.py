"""What a rule found, in its place and with the weight that it has there; how findings are sorted. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from entrygo.domain.snapshot import Severity, ValidationMessage
from entrygo.planning.rules.base import Rule

# What concerns the whole export, or the whole order, comes before what concerns a part of it.
NO_INDEX = -1
SEVERITY_ORDER = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.INFO: 2}


# Not frozen: a large plan has tens of thousands, and a frozen one is made in twice the time.
@dataclass(slots=True, kw_only=True)
class Finding:
    """A problem in its place, with the weight it has there."""

    rule: Rule
    message: str
    field: str
    severity: Severity
    penalty: int
    order_index: int = NO_INDEX
    item_index: int = NO_INDEX
    order_id: str | None = None
    product_id: str | None = None
    # An error that leaves its order behind is reported as an info.
    keeps_behind: bool = False
    # The key of the importer that it is about.
    importer: str | None = None

    @property
    def blocks(self) -> bool:
        """Whether its order cannot go: it blocks the export, or it was left out for this."""
        return self.keeps_behind or self.severity is Severity.ERROR

    @property
    def sort_key(self) -> tuple[int, int, int, str, str]:
        """Severity first, then place in the request, code and field."""
        return (
            SEVERITY_ORDER[self.severity],
            self.order_index,
            self.item_index,
            self.rule.code,
            self.field,
        )

    def as_message(self) -> ValidationMessage:
        """The finding as a plan stores and answers it."""
        return ValidationMessage(
            code=self.rule.code,
            message=self.message,
            severity=self.severity,
            field=self.field,
            product_id=self.product_id,
            order_id=self.order_id,
        )


def in_order(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """One a code, field and importer, sorted by severity, order, line and code."""
    distinct = {(finding.rule.code, finding.field, finding.importer): finding for finding in findings}
    return tuple(sorted(distinct.values(), key=lambda finding: finding.sort_key))
