"""The merchandise processing fee of an entry (19 CFR 24.23): which goods pay it, and what it comes to."""

from decimal import ROUND_HALF_UP, Decimal

from entrygo.domain.money import to_cents
from entrygo.planning.law import chapter_98
from entrygo.planning.law.entry_types import INFORMAL
from entrygo.planning.law.preferences import is_usmca
from entrygo.planning.reference.in_force import ProcessingFee

ONE = Decimal(1)


def pays_processing_fee(spi: str, origin: str, claim: str = "") -> bool:
    """Not goods claimed under USMCA (19 CFR 24.23(c)(3)), nor most of those claimed under chapter 98."""
    return not is_usmca(spi, origin) and chapter_98.pays_fee(claim)


def entered_value(value_usd: Decimal) -> Decimal:
    """The value of an entry line as it is entered: whole dollars, from fifty cents up (19 CFR 159.3(a))."""
    return value_usd.quantize(ONE, rounding=ROUND_HALF_UP)


def fee_amount(entered_usd: Decimal, entry_type: str, fee: ProcessingFee) -> Decimal:
    """USD on the entered value of the lines that pay it: the informal amount, or a share within limits.

    Only of an entry with such a line; without one nothing is due.
    """
    if entry_type == INFORMAL:
        return fee.informal
    return min(max(to_cents(entered_usd * fee.rate), fee.minimum), fee.maximum)
