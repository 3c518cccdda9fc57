"""Which importer's number may stand in full where an entry is filed from; everywhere else it is masked."""

import re

# 19 CFR 24.5: an employer's number, NN-NNNNNNN and perhaps a suffix, or one that CBP assigned, YYDDPP-NNNNN.
# Without the hyphen an employer's number looks like a Social Security number.
_OF_A_FIRM = re.compile(r"[0-9]{2}-[0-9]{7}(?:[0-9A-Z]{2})?|[0-9]{6}-[0-9]{5}")


def number_to_file(number: str | None) -> str | None:
    """The number in full when it is certain to be a firm's; None for what may be a person's."""
    plain = (number or "").strip().upper()
    return plain if _OF_A_FIRM.fullmatch(plain) else None
