"""The importer's identification number (CBP Form 5106): how it is shown, and where in full. Pure."""

import re

# 19 CFR 24.5: an employer's number, NN-NNNNNNN and perhaps a suffix, or one that CBP assigned, YYDDPP-NNNNN.
_OF_A_FIRM = re.compile(r"[0-9]{2}-[0-9]{7}(?:[0-9A-Z]{2})?|[0-9]{6}-[0-9]{5}")
_VISIBLE = 4


def masked(number: str | None) -> str:
    """The last four characters, and none of a short number."""
    characters = "".join(char for char in number or "" if char.isalnum())
    if not characters:
        return ""
    return "****" + (characters[-_VISIBLE:] if len(characters) > _VISIBLE else "")


def number_to_file(number: str | None) -> str | None:
    """The number in full when it is certain to be a firm's; None for what may be a person's."""
    plain = (number or "").strip().upper()
    return plain if _OF_A_FIRM.fullmatch(plain) else None
