"""What a broker's own layout can be made of: our fields by name, and how each is written. Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from functools import cache
from types import MappingProxyType
from typing import Literal, get_args

LayoutFormat = Literal["csv", "xlsx", "none"]
LAYOUT_FORMATS: tuple[LayoutFormat, ...] = get_args(LayoutFormat)
LayoutRows = Literal["entry_line", "tariff_line", "order_line"]
LAYOUT_ROWS: tuple[LayoutRows, ...] = get_args(LayoutRows)
WeightUnit = Literal["kg", "lb", "g"]
WEIGHT_UNITS: tuple[WeightUnit, ...] = get_args(WeightUnit)
# Python's name of each.
ENCODINGS: Mapping[str, str] = MappingProxyType(
    {
        "utf-8": "utf-8", "utf-8-bom": "utf-8-sig", "utf-16": "utf-16", "windows-1252": "cp1252",
        "iso-8859-1": "iso-8859-1", "us-ascii": "ascii",
    }
)  # fmt: skip
DELIMITERS: Mapping[str, str] = MappingProxyType(
    {"comma": ",", "semicolon": ";", "tab": "\t", "pipe": "|"},
)
DECIMAL_MARKS: Mapping[str, str] = MappingProxyType({"point": ".", "comma": ","})
DEFAULT_DATE = "YYYY-MM-DD"

DOTTED, PLAIN, CAPITALS = "dotted", "plain", "capitals"


class Content(StrEnum):
    """What a field holds, and so how it can be written."""

    TEXT = "text"
    DATE = "date"
    NUMBER = "number"
    WEIGHT = "weight"
    CODE = "code"


# Section 301, 338 and 232 headings of one line, each in a column of its own.
HEADING_FIELDS = tuple(f"chapter99_heading_{place}" for place in range(1, 7))
_DATES = ("invoice_date", "expected_entry_date", "export_date", "sold_on")
_ENTRY_NUMBERS = (
    "packages", "entry", "entry_line", "orders", "order_lines", "quantity", "hts_quantity_1",
    "hts_quantity_2", "value_usd", "entered_value", "freight_usd", "insurance_usd", "packing_usd",
    "commission_usd", "other_usd", "discount_usd", "rebate_usd", "assist_usd", "repair_value_usd",
    "us_components_value_usd",
)  # fmt: skip
_WEIGHTS = (
    "net_weight_kg", "gross_weight_kg", "steel_weight_kg", "aluminum_weight_kg", "copper_weight_kg",
)  # fmt: skip
_ENTRY_TEXTS = (
    "package_number", "invoice_number", "currency", "entry_type", "port_of_entry", "mode_of_transport",
    "carrier", "carrier_scac", "paps_number", "trip_number", "exporting_country", "exporter_name",
    "exporter_street", "exporter_city", "exporter_region", "exporter_postal_code", "exporter_country",
    "importer_name", "importer_number", "importer_number_masked", "importer_street", "importer_city",
    "importer_region", "importer_postal_code", "importer_country", "seller_name", "seller_street",
    "seller_city", "seller_region", "seller_postal_code", "seller_country", "buyer_name", "buyer_street",
    "buyer_city", "buyer_region", "buyer_postal_code", "buyer_country", "related_parties", "place_of_sale",
    "currency_of_sale", "location_of_goods", "state_of_destination", "equipment", "seals", "broker_name",
    "broker_filer_code", "chapter99_headings", "spi", "country_of_origin", "manufacturer_mid",
    "manufacturer_name", "manufacturer_street", "manufacturer_city", "manufacturer_region",
    "manufacturer_postal_code", "manufacturer_country", "customs_descriptions", "skus", "unit_of_measure",
    "quantities", "hts_unit_1", "hts_unit_2", "weights_complete", "adcvd_cases", "section_232_statuses",
    "melt_pour_country", "smelt_primary_country", "smelt_secondary_country", "cast_country", "pga_flags",
    "chapter99_candidates", "warnings", "notice", "chapter98_declarations", "exported_from_us_on",
)  # fmt: skip
_ORDER_NUMBERS = (
    "line_number", "consolidated_line_number", "quantity", "hts_quantity_1", "hts_quantity_2", "unit_value",
    "line_value", "fx_rate", "line_value_usd", "repair_value_usd", "us_components_value_usd",
)  # fmt: skip
_ORDER_TEXTS = (
    "package_number", "invoice_number", "order_id", "order_external_id", "package_marks", "product_id", "sku",
    "customs_description", "material_composition", "chapter99_headings", "country_of_origin",
    "manufacturer_name", "manufacturer_mid", "spi", "usmca_criterion", "unit_of_measure", "hts_unit_1",
    "hts_unit_2", "currency", "section_232_status", "metal_weight_pct", "melt_pour_country",
    "smelt_primary_country", "smelt_secondary_country", "cast_country", "pga_flags", "destination_state",
    "destination_postal_code", "warnings", "chapter99_candidates", "notice", "chapter98_declaration",
    "exported_from_us_on",
)  # fmt: skip


def _known(
    texts: tuple[str, ...], numbers: tuple[str, ...], others: tuple[str, ...]
) -> Mapping[str, Content]:
    kinds = {
        **dict.fromkeys(texts, Content.TEXT),
        **dict.fromkeys(numbers, Content.NUMBER),
        **dict.fromkeys(_WEIGHTS, Content.WEIGHT),
        **{name: Content.DATE if name in _DATES else Content.CODE for name in others},
    }
    return MappingProxyType(dict(sorted(kinds.items())))


_OF_ENTRY_LINES = _known(
    _ENTRY_TEXTS,
    _ENTRY_NUMBERS,
    (*_DATES, "hts_code", "hts_code_dotted", "chapter98_provision", *HEADING_FIELDS),
)
# What a row of each kind has.
FIELDS: Mapping[LayoutRows, Mapping[str, Content]] = MappingProxyType(
    {
        "entry_line": _OF_ENTRY_LINES,
        # A row for each number that is declared: chapter 98, the headings of chapter 99, the code itself.
        "tariff_line": MappingProxyType(
            dict(sorted({**_OF_ENTRY_LINES, "tariff_number": Content.CODE}.items()))
        ),
        "order_line": _known(
            _ORDER_TEXTS,
            _ORDER_NUMBERS,
            ("invoice_date", "hts_code", "hts_code_dotted", "chapter98_provision", *HEADING_FIELDS),
        ),
    }
)

_NUMBER = re.compile(r"(?P<grouped>#,##)?0(?:\.(?P<decimals>0{1,6}))?")
_DATE_PART = re.compile(r"YYYY|YY|MM|DD")
_SEPARATORS = re.compile(r"[-/. ]*")
_STRFTIME: Mapping[str, str] = {"YYYY": "%Y", "YY": "%y", "MM": "%m", "DD": "%d"}
_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
_GRAMS: Mapping[WeightUnit, Decimal] = {
    "kg": Decimal(1000), "lb": Decimal("453.59237"), "g": Decimal(1),
}  # fmt: skip


class ImpossibleFormat(ValueError):
    """A pattern that no date or number can be written by; the message says what is taken."""


@dataclass(frozen=True, slots=True)
class NumberFormat:
    """How many decimals, and whether thousands are set apart."""

    decimals: int
    is_grouped: bool = False

    def rounded(self, value: Decimal) -> Decimal:
        """To the decimals, half up."""
        return value.quantize(Decimal(1).scaleb(-self.decimals), ROUND_HALF_UP)

    def written(self, value: Decimal, mark: str = ".") -> str:
        """With this decimal mark; thousands are set apart by the other one."""
        text = format(self.rounded(value), ",f" if self.is_grouped else "f")
        return text if mark == "." else text.translate({ord("."): ",", ord(","): "."})


@cache
def number_format(pattern: str) -> NumberFormat:
    """`0`, `0.00`, `#,##0.00`; ImpossibleFormat otherwise."""
    match = _NUMBER.fullmatch(pattern)
    if match is None:
        raise ImpossibleFormat("Expected a number format: 0, 0.00, 0.000, #,##0 or #,##0.00")
    return NumberFormat(len(match["decimals"] or ""), is_grouped=bool(match["grouped"]))


@cache
def date_format(pattern: str) -> str:
    """`MM/DD/YYYY` as strftime takes it: year, month and day once each. ImpossibleFormat otherwise."""
    parts = _DATE_PART.findall(pattern)
    separators = _DATE_PART.split(pattern)
    is_whole = sorted(part[0] for part in parts) == ["D", "M", "Y"]
    if not is_whole or not all(_SEPARATORS.fullmatch(each) for each in separators):
        raise ImpossibleFormat(
            "Expected a date format: YYYY or YY, MM and DD, each once, with - / . or blanks between"
        )
    return _DATE_PART.sub(lambda part: _STRFTIME[part[0]], pattern)


def placeholders(text: str) -> list[str]:
    """The fields that a text names in braces; ImpossibleFormat for a brace that names none."""
    rest = _PLACEHOLDER.sub("", text)
    if "{" in rest or "}" in rest:
        raise ImpossibleFormat("Each { needs its }, with the name of a field between them")
    return _PLACEHOLDER.findall(text)


def filled_in(text: str, values: Mapping[str, str]) -> str:
    """`text` with the value of each field that it names in braces."""
    return _PLACEHOLDER.sub(lambda found: values[found[1]], text)


def weight_in(unit: WeightUnit, kilograms: Decimal) -> Decimal:
    """The same weight in another unit, to a thousandth, half up."""
    exact = kilograms * _GRAMS["kg"] / _GRAMS[unit]
    return exact.quantize(Decimal("0.001"), ROUND_HALF_UP)
