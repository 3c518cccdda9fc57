"""Goods that come back: US goods returned (9801), goods repaired, processed or assembled abroad (9802)."""

from entrygo.domain.consolidation import RETURNED_GOODS

RETURNED = "9801"
# Goods that come back as they left: of the United States at any time, others within three years.
RETURNED_AS_THEY_WERE = "98010010"
# Repairs and alterations: every duty is on their value alone (note 52(a)).
REPAIRED = ("98020040", "98020050")
ASSEMBLED = "98020080"
# Chapter 98 pays no merchandise processing fee, but for these (19 USC 58c(b)(8)).
PAYS_FEE = ("98020060", "98020080")


def is_provision(code: str | None) -> bool:
    """Whether a code is one of heading 9801 or 9802."""
    return _digits(code).startswith(RETURNED_GOODS)


def is_returned(claim: str) -> bool:
    """Of a claim with or without dots: US goods returned, of which no duty by origin is due."""
    return _digits(claim).startswith(RETURNED)


def is_returned_as_it_was(claim: str) -> bool:
    """Of a claim with or without dots: goods that come back without having been improved abroad."""
    return _digits(claim).startswith(RETURNED_AS_THEY_WERE)


def is_repaired(claim: str) -> bool:
    """Of a claim with or without dots: goods whose duties are taken of the value of the repairs."""
    return _digits(claim).startswith(REPAIRED)


def is_assembled(claim: str) -> bool:
    """Of a claim with or without dots: goods assembled abroad of US components."""
    return _digits(claim).startswith(ASSEMBLED)


def pays_fee(claim: str) -> bool:
    """Whether the claim, or having none, leaves the merchandise processing fee due."""
    return not claim or _digits(claim).startswith(PAYS_FEE)


def _digits(code: str | None) -> str:
    return (code or "").replace(".", "").replace(" ", "")
