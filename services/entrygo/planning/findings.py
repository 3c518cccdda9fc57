"""What a rule found, in its place and with the weight that it has there; how findings are sorted. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import KW_ONLY, dataclass
from itertools import chain

from entrygo.domain.snapshot import Severity, ValidationMessage
from entrygo.planning.rules.base import Rule

# Of what concerns the whole order, or the whole export.
NO_INDEX = -1
SEVERITY_ORDER = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.INFO: 2}


# Not frozen: a large plan has tens of thousands, and a frozen one is made in twice the time. One whose fields
# are named takes twice the time as well, so the first ones may come by their places.
@dataclass(slots=True)
class Finding:
    """A problem in its place, with the weight it has there."""

    rule: Rule
    message: str
    field: str
    severity: Severity
    penalty: int
    order_id: str | None = None
    product_id: str | None = None
    item_index: int = NO_INDEX
    _: KW_ONLY
    # An error that leaves its order behind is reported as an info.
    keeps_behind: bool = False
    # The key of the importer that it is about.
    importer: str | None = None

    @property
    def blocks(self) -> bool:
        """Whether its order cannot go: it blocks the export, or it was left out for this."""
        return self.keeps_behind or self.severity is Severity.ERROR

    def as_message(self) -> ValidationMessage:
        """The finding as a plan stores and answers it."""
        return ValidationMessage(
            self.rule.code, self.message, self.severity, self.field, self.product_id, self.order_id
        )


def in_order(of_orders: Sequence[Finding], of_export: Iterable[Finding]) -> tuple[Finding, ...]:
    """All of them by severity, then by order, line, code and field; the export's before those of its orders.

    The findings of orders are distinct, and by order, line, code and field already.
    """
    of_export = distinct(of_export)
    by_severity: dict[Severity, list[Finding]] = {severity: [] for severity in SEVERITY_ORDER}
    for findings in (of_export, of_orders):
        for finding in findings:
            by_severity[finding.severity].append(finding)
    return tuple(chain.from_iterable(by_severity.values()))


def distinct(findings: Iterable[Finding]) -> list[Finding]:
    """Of findings about one thing the last a code, field and importer, by code and field."""
    found = {(finding.rule.code, finding.field, finding.importer): finding for finding in findings}
    return sorted(found.values(), key=lambda finding: (finding.rule.code, finding.field))
