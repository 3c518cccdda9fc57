"""Units of quantity as the tariff prints them, and as our tables name them."""

import json
import re

NO_UNIT = "x"
# Ceramic and glass ware counts dozens of pieces under a name of its own.
SAME_UNIT = {"dz pcs": "doz"}

_TAG = re.compile(r"<[^>]*>")
_EXPONENTS = str.maketrans("²³", "23")


def units_of(text: str) -> tuple[str, ...]:
    """`["doz.", "kg"]`, `doz., kg` and `doz.;kg` are doz and kg; X is no unit."""
    names = json.loads(text) if text.startswith("[") else re.split(r"[;,]", text)
    plain = (_plain(part) for name in names for part in str(name).split(" and "))
    return tuple(dict.fromkeys(SAME_UNIT.get(name, name) for name in plain if name and name != NO_UNIT))


def _plain(unit: str) -> str:
    """`m<sup>2</sup>` and `m²` are m2, `doz. prs.` is doz prs."""
    text = _TAG.sub("", unit).translate(_EXPONENTS).lower()
    return " ".join(word.rstrip(".") for word in text.split())
