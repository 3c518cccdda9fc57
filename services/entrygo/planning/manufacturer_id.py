"""Suggests the manufacturer identification code (MID) by its construction rule (19 CFR 102, Appendix). Pure.

A suggestion only: a person confirms it, because the rule leaves choices, and a maker may have another code.
"""

import re
import unicodedata

from anyascii import anyascii

from entrygo.domain.facts import Manufacturer

MAX_LENGTH = 15
CANADA = "CA"
# Canada is never CA: the province stands for it.
PROVINCES = {
    "AB": "XA", "BC": "XC", "MB": "XM", "NB": "XB", "NL": "XW", "NT": "XT", "NS": "XN", "NU": "XV",
    "ON": "XO", "PE": "XP", "QC": "XQ", "SK": "XS", "YT": "XY",
}  # fmt: skip
PROVINCE_NAMES = {
    "ALBERTA": "AB", "BRITISH COLUMBIA": "BC", "MANITOBA": "MB", "NEW BRUNSWICK": "NB",
    "NEWFOUNDLAND AND LABRADOR": "NL", "NEWFOUNDLAND": "NL", "NORTHWEST TERRITORIES": "NT",
    "NOVA SCOTIA": "NS", "NUNAVUT": "NU", "ONTARIO": "ON", "PRINCE EDWARD ISLAND": "PE", "QUEBEC": "QC",
    "SASKATCHEWAN": "SK", "YUKON": "YT", "YUKON TERRITORY": "YT",
}  # fmt: skip
IGNORED_WORDS = frozenset({"A", "AN", "AND", "OF", "THE"})
INDONESIA, LIMITED_COMPANY = "ID", "PT"

_COUNTRY = re.compile(r"[A-Z]{2}")
_APART = re.compile(r"[^A-Z0-9.]+")
# Digits of one number may be parted by commas or hyphens: 12,34,56 and 12-34-56 are 123456; a blank starts
# another number.
_NUMBER = re.compile(r"[0-9](?:[,\-‐-–]?[0-9])*")


def suggest_mid(manufacturer: Manufacturer) -> str | None:
    """The code of a maker's country, name, street and city; None when country, name or city is missing."""
    country = _country_part(manufacturer)
    name = _name_part(manufacturer.name or "", country)
    city = _city_part(manufacturer.city or "")
    if not country or not name or not city:
        return None
    return f"{country}{name}{_street_part(manufacturer.address or '')}{city}"[:MAX_LENGTH]


def _country_part(manufacturer: Manufacturer) -> str:
    country = _latin(manufacturer.country or "").strip()
    if country != CANADA:
        return country if _COUNTRY.fullmatch(country) else ""
    region = _latin(manufacturer.region or "").strip()
    return PROVINCES.get(PROVINCE_NAMES.get(region, region), "")


def _name_part(name: str, country: str) -> str:
    """Three characters of each of the first two words."""
    words = _words(name)
    if country == INDONESIA and words[:1] == [LIMITED_COMPANY]:
        words = words[1:]
    return "".join(word[:3] for word in words[:2])


def _words(name: str) -> list[str]:
    """Words without articles and punctuation; initials that stand together are one word."""
    # An apostrophe or a hyphen within a word joins; other punctuation parts.
    text = re.sub(r"(?<=[A-Z0-9])['’\-](?=[A-Z0-9])", "", _latin(name))
    words: list[str] = []
    follows_initial = False
    for part in _APART.split(text):
        letters = part.replace(".", "")
        if not letters or (letters in IGNORED_WORDS and part != f"{letters}."):
            continue
        is_initial = len(letters) == 1 and letters.isalpha()
        if is_initial and follows_initial:
            words[-1] += letters
        else:
            words.append(letters)
        follows_initial = is_initial
    return words


def _street_part(address: str) -> str:
    """Up to four digits of the largest number of the street line, a suite's number included."""
    numbers = [re.sub("[^0-9]", "", digits) for digits in _NUMBER.findall(_latin(address))]
    return max(numbers, key=int, default="")[:4]


def _city_part(city: str) -> str:
    """Three letters of the city, without digits and a leading "The"."""
    text = re.sub(r"^THE\s+", "", _latin(city).strip())
    return re.sub(r"[^A-Z]", "", text)[:3]


def _latin(text: str) -> str:
    """Capitals without accents, Đ, Ł and Ø as D, L and O; letters of other scripts are left as they are."""
    plain = unicodedata.normalize("NFKD", text)
    return "".join(_letter(sign) for sign in plain if not unicodedata.combining(sign)).upper()


def _letter(sign: str) -> str:
    return anyascii(sign) if unicodedata.name(sign, "").startswith("LATIN") else sign
