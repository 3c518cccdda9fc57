"""How goods are entered: formally, informally, or as goods under antidumping or countervailing duty."""

from collections.abc import Collection
from decimal import Decimal

from entrygo.domain.snapshot import AskedEntryType, EntryType

FORMAL: EntryType = "01"
# Formal, for goods under antidumping or countervailing duty.
ADCVD: EntryType = "03"
INFORMAL: EntryType = "11"


def entry_type_of(
    value_usd: Decimal,
    informal_limit: Decimal,
    asked: AskedEntryType | None = None,
    *,
    has_adcvd: bool = False,
) -> EntryType:
    """Informal up to and including the limit (19 CFR 143.21), unless a formal entry is asked for.

    Goods under antidumping or countervailing duty are entered formally at any value, as type 03.
    """
    if has_adcvd:
        return ADCVD
    return INFORMAL if value_usd <= informal_limit and asked != FORMAL else FORMAL


def may_be_split(
    orders_usd: Collection[Decimal], informal_limit: Decimal, asked: AskedEntryType | None, *, has_adcvd: bool
) -> bool:
    """Whether one importer's goods over the limit go in several informal entries, as was asked for.

    Entries of a conveyance are apart by leave alone (19 CFR 141.51 and 141.52): never where nobody asked,
    nor where an order is over the limit by itself.
    """
    if asked != INFORMAL or has_adcvd or sum(orders_usd, Decimal(0)) <= informal_limit:
        return False
    return all(value <= informal_limit for value in orders_usd)
