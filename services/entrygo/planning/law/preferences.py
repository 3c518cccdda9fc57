"""Whose goods a claim of preference is for, by its symbol in the special column (general notes)."""

# Canada, Mexico and the United States: HTS General Note 11.
USMCA_PARTIES = frozenset({"CA", "MX", "US"})
USMCA = frozenset({"S", "S+"})
# General Note 29.
CAFTA = frozenset({"P", "P+"})
CAFTA_PARTIES = frozenset({"CR", "DO", "GT", "HN", "NI", "SV"})

PARTIES = {
    **dict.fromkeys(USMCA, USMCA_PARTIES),
    **dict.fromkeys(CAFTA, CAFTA_PARTIES),
    **{symbol: frozenset({symbol}) for symbol in ("AU", "BH", "CL", "CO", "IL", "JO", "JP", "KR")},
    **{symbol: frozenset({symbol}) for symbol in ("MA", "OM", "PA", "PE", "SG")},
}


def is_for(symbol: str, origin: str) -> bool:
    """Whether a claim may be made for goods of `origin`; other symbols are not compared with it."""
    return origin in PARTIES.get(symbol, {origin})


def is_usmca(symbol: str, origin: str) -> bool:
    """Whether the claim is one under USMCA, for goods of a party."""
    return symbol in USMCA and is_for(symbol, origin)
