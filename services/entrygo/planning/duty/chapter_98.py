"""Goods claimed under chapter 98: what of the other duties stays, and on which value (note 52(a))."""

from dataclasses import dataclass
from decimal import Decimal

from entrygo.planning.duty.lines import DutyLine

RETURNED = "9801"
# Repairs and alterations abroad: every duty is on their value alone.
REPAIRED = ("9802.00.40", "9802.00.50")
# Chapter 98 pays no processing fee, but for these (19 USC 58c(b)(8)).
PAYS_FEE = ("9802.00.60", "9802.00.80")


@dataclass(frozen=True, slots=True)
class Treatment:
    """How a claim changes the estimate; `reason` says why it cannot be computed."""

    dutiable_value: Decimal
    is_returned: bool = False
    pays_fee: bool = True
    reason: str = ""


def chapter_98_treatment(line: DutyLine) -> Treatment:
    """Of goods without a claim, all of their value."""
    claimed = line.chapter_98
    if not claimed:
        return Treatment(line.value_usd)
    pays_fee = claimed.startswith(PAYS_FEE)
    if claimed.startswith(RETURNED):
        return Treatment(line.value_usd, is_returned=True, pays_fee=pays_fee)
    if claimed.startswith(REPAIRED):
        if line.repair_value_usd is None:
            return Treatment(
                line.value_usd, pays_fee=pays_fee, reason=f"{claimed} needs the value of the repairs"
            )
        return Treatment(line.repair_value_usd, pays_fee=pays_fee)
    return Treatment(line.value_usd, pays_fee=pays_fee, reason=f"duty under {claimed} is not worked out here")
