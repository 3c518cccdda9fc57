"""The number of an importer of record: its forms, how two compare, what is filed and what is shown. Pure."""

import re

# CBP Form 5106: an IRS number with a suffix, a Social Security number, or one that CBP assigned.
_IRS = re.compile(r"([0-9]{2}-?[0-9]{7})([0-9A-Z]{2})?")
_SSN = re.compile(r"[0-9]{3}-[0-9]{2}-[0-9]{4}")
_CBP = re.compile(r"[0-9]{6}-?[0-9]{5}")
# An IRS number without a suffix is the one with this.
NO_SUFFIX = "00"
VISIBLE = 4


def is_importer_number(text: str) -> bool:
    """Whether it has one of the forms; `text` in upper case."""
    return any(form.fullmatch(text) for form in (_IRS, _SSN, _CBP))


def comparable(number: str | None) -> str:
    """Two numbers of one importer have one text: 98-7654321, 987654321 and 98-765432100. Empty for none."""
    if not number:
        return ""
    text = number.strip().upper()
    match = _IRS.fullmatch(text)
    # Eleven digits without a dash may as well be one that CBP assigned, of which nothing can be left out.
    if match and match[2] == NO_SUFFIX and "-" in text:
        text = match[1]
    return "".join(char for char in text if char.isalnum())


def number_to_file(number: str | None) -> str | None:
    """The number in full when its dashes say that it is a firm's; None for what may be a person's."""
    text = (number or "").strip().upper()
    is_of_a_firm = (text[2:3] == "-" and _IRS.fullmatch(text)) or (text[6:7] == "-" and _CBP.fullmatch(text))
    return text if is_of_a_firm else None


def masked(number: str | None) -> str:
    """With its last four characters showing, and none of a short one."""
    chars = "".join(char for char in number or "" if char.isalnum())
    if not chars:
        return ""
    return "****" + (chars[-VISIBLE:] if len(chars) > VISIBLE else "")
