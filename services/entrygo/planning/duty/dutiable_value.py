"""Which value a line pays duty on: goods claimed under chapter 98 may pay on a part of it (note 52(a))."""

from dataclasses import dataclass
from decimal import Decimal

from entrygo.planning.duty.duty_line import DutyLine
from entrygo.planning.law.chapter_98 import is_repaired, is_returned


@dataclass(frozen=True, slots=True)
class DutiableValue:
    """USD; `reason` says why the duty cannot be computed."""

    usd: Decimal
    reason: str = ""


def dutiable_value(line: DutyLine) -> DutiableValue:
    """Of goods without a claim, all of their value."""
    claimed = line.chapter_98
    if not claimed or is_returned(claimed):
        return DutiableValue(line.value_usd)
    if not is_repaired(claimed):
        return DutiableValue(line.value_usd, f"duty under {claimed} is not worked out here")
    if line.repair_value_usd is None:
        return DutiableValue(line.value_usd, f"{claimed} needs the value of the repairs")
    return DutiableValue(line.repair_value_usd)
