"""What a field of a product accepts, and a value that would hold. Pure.

A suggestion is for a person to confirm; it is shown only when every rule on its field is content with it.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from entrygo.domain.facts import Product
from entrygo.planning.manufacturer_id import suggest_mid
from entrygo.planning.rules.base import Context, ProductPartsRule, ProductRule, Rule

Candidates = Callable[[Product, Context], Iterator[str]]

# Letters that are typed, or read by a scanner, for digits.
_DIGITS = str.maketrans("OoQIlSsBZz", "0001155822")
_NO_DIGIT = re.compile(r"[^0-9]")
_NO_LETTER = re.compile(r"[^A-Z]")
TARIFF_DIGITS = 10

# How people and ERP systems spell the countries that most goods come from.
COUNTRY_SPELLINGS = {
    "AUS": "AU", "AUSTRALIA": "AU", "BGD": "BD", "BANGLADESH": "BD", "BRA": "BR", "BRAZIL": "BR",
    "CAN": "CA", "CANADA": "CA", "CHE": "CH", "SWITZERLAND": "CH", "CHN": "CN", "CHINA": "CN", "PRC": "CN",
    "PEOPLESREPUBLICOFCHINA": "CN", "DEU": "DE", "GERMANY": "DE", "ESP": "ES", "SPAIN": "ES", "FRA": "FR",
    "FRANCE": "FR", "UK": "GB", "GBR": "GB", "UNITEDKINGDOM": "GB", "GREATBRITAIN": "GB", "ENGLAND": "GB",
    "HKG": "HK", "HONGKONG": "HK", "IDN": "ID", "INDONESIA": "ID", "IND": "IN", "INDIA": "IN", "ITA": "IT",
    "ITALY": "IT", "JPN": "JP", "JAPAN": "JP", "KHM": "KH", "CAMBODIA": "KH", "KOR": "KR", "KOREA": "KR",
    "SOUTHKOREA": "KR", "REPUBLICOFKOREA": "KR", "LKA": "LK", "SRILANKA": "LK", "MEX": "MX", "MEXICO": "MX",
    "MYS": "MY", "MALAYSIA": "MY", "NLD": "NL", "NETHERLANDS": "NL", "PAK": "PK", "PAKISTAN": "PK",
    "PER": "PE", "PERU": "PE", "PHL": "PH", "PHILIPPINES": "PH", "POL": "PL", "POLAND": "PL", "PRT": "PT",
    "PORTUGAL": "PT", "SWE": "SE", "SWEDEN": "SE", "THA": "TH", "THAILAND": "TH", "TUR": "TR",
    "TURKEY": "TR", "TURKIYE": "TR", "TWN": "TW", "TAIWAN": "TW", "USA": "US", "UNITEDSTATES": "US",
    "UNITEDSTATESOFAMERICA": "US", "VNM": "VN", "VIETNAM": "VN",
}  # fmt: skip


def _none(product: Product, context: Context) -> Iterator[str]:
    yield from ()


def _tariff_codes(product: Product, context: Context) -> Iterator[str]:
    """Digits read as letters, and the leading zero that spreadsheets drop; anything else would be a guess."""
    code = _NO_DIGIT.sub("", (product.hts_code or "").translate(_DIGITS))
    yield code
    if len(code) == TARIFF_DIGITS - 1:
        yield f"0{code}"


def _origins(product: Product, context: Context) -> Iterator[str]:
    letters = _NO_LETTER.sub("", (product.country_of_origin or "").upper())
    yield letters
    if letters in COUNTRY_SPELLINGS:
        yield COUNTRY_SPELLINGS[letters]


def _descriptions(product: Product, context: Context) -> Iterator[str]:
    """From what else is known of the product: its name and what it is made of."""
    texts = (product.name, product.customs_description)
    material = (product.material_composition or "").strip()
    named = [text.strip() for text in texts if text is not None and text.strip()]
    if material:
        yield from (f"{text}, {material}" for text in named)
    yield from named


def _manufacturer_ids(product: Product, context: Context) -> Iterator[str]:
    suggested = suggest_mid(product.manufacturer)
    if suggested is not None:
        yield suggested


@dataclass(frozen=True, slots=True)
class Fix:
    """What a field takes, in words, and candidates for its value made from what else is known."""

    accepted: str
    candidates: Candidates = _none


REVIEW = (
    "Status not_applicable or applicable, signed off by a person, for a period that covers the entry date"
)

# By the field of a product, in the names of facts.py; a part of it that is not listed goes by the whole.
FIXES = {
    "status": Fix("active, for a product that is still sold"),
    "customs_description": Fix(
        "In English what the article is and what it is made of, in three words or more:"
        " men's knitted cotton baseball cap",
        _descriptions,
    ),
    "hts_code": Fix(
        "The 10 digits of the Harmonized Tariff Schedule of the United States, with or without dots",
        _tariff_codes,
    ),
    "country_of_origin": Fix("ISO 3166-1 alpha-2 code of the country of origin: CN", _origins),
    "material_composition": Fix("Materials with their shares by weight: 80% cotton, 20% polyester"),
    "manufacturer": Fix("Name, street address, city, postal code and country of the actual maker"),
    "manufacturer.country": Fix("ISO 3166-1 alpha-2 code"),
    "manufacturer.mid": Fix(
        "Manufacturer identification code by 19 CFR 102, Appendix: XCNORAPP1450VAN", _manufacturer_ids
    ),
    "net_weight_kg": Fix("Net weight of one unit in kg, above zero"),
    "gross_weight_kg": Fix("Gross weight of one unit in kg, at least the net weight"),
    "unit_of_measure": Fix("Unit that quantities count: PCS, PRS, KG"),
    "unit_value_usd": Fix("Catalogue value of one unit in USD, above zero"),
    "usmca": Fix("Criterion A to D, the certification in hand, and a blanket period of at most 12 months"),
    "usmca.criterion": Fix("A, B, C or D"),
    "section_232": Fix(
        "Status not_applicable with evidence, or applicable with each metal's weight, share and countries"
    ),
    "section_301": Fix(REVIEW),
    "section_338": Fix(REVIEW),
    "adcvd_case": Fix(REVIEW),
    "supply_chain": Fix(REVIEW),
    "pga": Fix("The agency's data, or the letter A to D of a disclaimer"),
    "pga.fda": Fix(
        "FDA product code, and of food the facility's registration;"
        " the letter A to D of a disclaimer only where the data are not required"
    ),
    "pga.fda.product_code": Fix("FDA product code: two digits, a letter, and two to four more characters"),
    "pga.fda.registration": Fix("Food facility registration: eleven digits"),
    "pga.cpsc": Fix(
        "Reference of the certificate, or its seven elements (16 CFR 1110), or the letter of a disclaimer"
    ),
    "chapter_98": Fix("The provision, the declaration that supports it, and the day the goods left the US"),
    "chapter_98.provision": Fix("Eight or ten digits: 9801.00.10 of goods returned, 9802.00.50 of repairs"),
    "chapter_98.declaration": Fix("The declaration in hand (19 CFR 10.1, 10.8, 10.24)"),
    "chapter_98.exported_on": Fix("YYYY-MM-DD: the day the goods left the US, not after the entry date"),
    "chapter_98.repair_value_usd": Fix("What was paid for the repair of one unit, in USD"),
    "chapter_98.us_components_value_usd": Fix("Value of the US components in one unit, in USD"),
    "dangerous_goods": Fix("Status not_regulated, or regulated with UN number, class and packing group"),
}


def accepted_in(field: str) -> str:
    """What the field of a product takes; empty for one that nobody described."""
    fix = _fix_of(field)
    return fix.accepted if fix else ""


def suggestion_for(field: str, product: Product, context: Context, rules: Sequence[Rule]) -> str | None:
    """The first value for the field with which every rule on it holds; None when none is known.

    None, too, where the stored value holds: what was found then is no fault of the value.
    """
    fix = _fix_of(field)
    candidates = tuple(fix.candidates(product, context)) if fix else ()
    if not candidates or not any(_finds_fault(rule, field, product, context) for rule in rules):
        return None
    for candidate in candidates:
        changed = _with_value(product, field, candidate)
        if not any(_finds_fault(rule, field, changed, context) for rule in rules):
            return candidate
    return None


def _finds_fault(rule: Rule, field: str, product: Product, context: Context) -> bool:
    if rule.remedy:
        return False
    if isinstance(rule, ProductRule):
        return rule.field == field and rule.check(product, context) is not None
    if isinstance(rule, ProductPartsRule):
        problems = rule.check(product, context)
        return any(".".join(filter(None, (rule.field, one.below))) == field for one in problems)
    return False


def _fix_of(field: str) -> Fix | None:
    return FIXES.get(field) or FIXES.get(field.partition(".")[0])


def _with_value(product: Product, field: str, value: str) -> Product:
    head, _, part = field.partition(".")
    new = getattr(product, head).model_copy(update={part: value}) if part else value
    return product.model_copy(update={head: new})
