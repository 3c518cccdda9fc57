"""The columns of one invoice line: names, order, values. Clean text; each document escapes it itself."""

from collections.abc import Callable
from decimal import Decimal

from entrygo.domain.money import CENT, plain
from entrygo.domain.tariff import headings_of
from entrygo.execution.invoice import CURRENCY, Invoice, InvoiceLine, metals_by_name, times
from entrygo.execution.printable import clean_text, dotted_hts, undotted_hts

Cell = Callable[[Invoice, InvoiceLine], str]


def money(amount: Decimal) -> str:
    """At least cents; a unit value keeps its further decimals."""
    return format(amount.quantize(CENT), "f") if amount == amount.quantize(CENT) else plain(amount)


def number(value: Decimal | None) -> str:
    return "" if value is None else plain(value)


def _metal_weight(metal: str) -> Cell:
    def cell(_: Invoice, line: InvoiceLine) -> str:
        found = metals_by_name(line.product).get(metal)
        return "" if found is None else number(times(line.item.quantity, found.weight_kg))

    return cell


def _metal_countries(attribute: str) -> Cell:
    def cell(_: Invoice, line: InvoiceLine) -> str:
        values = (getattr(metal, attribute) for metal in line.product.section_232.metals)
        return ";".join(dict.fromkeys(clean_text(value) for value in values if value))

    return cell


def _metal_share(_: Invoice, line: InvoiceLine) -> str:
    metals = [metal for metal in line.product.section_232.metals if metal.weight_pct is not None]
    if len(metals) == 1:
        return number(metals[0].weight_pct)
    return ";".join(f"{metal.metal}={number(metal.weight_pct)}" for metal in metals)


def _hts_quantity(position: int) -> Cell:
    def cell(_: Invoice, line: InvoiceLine) -> str:
        reported = line.hts_quantities[position : position + 1]
        return "".join(str(each.amount) for each in reported if each.amount is not None)

    return cell


def _hts_unit(position: int) -> Cell:
    def cell(_: Invoice, line: InvoiceLine) -> str:
        return "".join(each.unit for each in line.hts_quantities[position : position + 1])

    return cell


def _text(value: str | None) -> str:
    return clean_text(value)


# The column names and their order are the broker's import contract; new ones are added at the end.
COLUMNS: tuple[tuple[str, Cell], ...] = (
    ("package_number", lambda invoice, _: _text(invoice.package.number)),
    ("invoice_number", lambda invoice, _: _text(invoice.package.number)),
    ("invoice_date", lambda invoice, _: invoice.package.invoice_date.isoformat()),
    ("line_number", lambda _, line: str(line.number)),
    ("consolidated_line_number", lambda _, line: str(line.consolidated_number)),
    ("order_id", lambda _, line: _text(line.order.id)),
    ("order_external_id", lambda _, line: _text(line.order.external_id)),
    ("package_marks", lambda _, line: _text(line.order.external_id)),
    ("product_id", lambda _, line: _text(line.product.id)),
    ("sku", lambda _, line: _text(line.product.sku)),
    ("customs_description", lambda _, line: _text(line.product.customs_description)),
    ("material_composition", lambda _, line: _text(line.product.material_composition)),
    ("hts_code", lambda _, line: _text(undotted_hts(line.product.hts_code))),
    ("hts_code_dotted", lambda _, line: _text(dotted_hts(line.product.hts_code))),
    ("chapter99_headings", lambda _, line: ";".join(map(dotted_hts, line.filing.key.chapter_99))),
    ("country_of_origin", lambda _, line: _text(line.product.country_of_origin)),
    ("manufacturer_name", lambda _, line: _text(line.product.manufacturer.name)),
    ("manufacturer_mid", lambda _, line: _text(line.product.manufacturer.mid)),
    ("spi", lambda _, line: line.spi),
    ("usmca_criterion", lambda _, line: _text(line.product.usmca.criterion) if line.spi else ""),
    ("quantity", lambda _, line: number(line.item.quantity)),
    ("unit_of_measure", lambda _, line: _text(line.unit)),
    ("hts_quantity_1", _hts_quantity(0)),
    ("hts_unit_1", _hts_unit(0)),
    ("hts_quantity_2", _hts_quantity(1)),
    ("hts_unit_2", _hts_unit(1)),
    ("net_weight_kg", lambda _, line: number(line.net_weight_kg)),
    ("gross_weight_kg", lambda _, line: number(line.gross_weight_kg)),
    ("unit_value", lambda _, line: money(line.item.unit_value_usd)),
    ("line_value", lambda _, line: money(line.value)),
    ("currency", lambda _invoice, _line: CURRENCY),
    ("fx_rate", lambda _invoice, _line: "1"),
    ("line_value_usd", lambda _, line: money(line.value)),
    ("section_232_status", lambda _, line: str(line.product.section_232.status)),
    ("steel_weight_kg", _metal_weight("steel")),
    ("aluminum_weight_kg", _metal_weight("aluminum")),
    ("copper_weight_kg", _metal_weight("copper")),
    ("metal_weight_pct", _metal_share),
    ("melt_pour_country", _metal_countries("melt_pour")),
    ("smelt_primary_country", _metal_countries("smelt_1")),
    ("smelt_secondary_country", _metal_countries("smelt_2")),
    ("cast_country", _metal_countries("cast")),
    ("pga_flags", lambda _, line: ";".join(flag.code for flag in line.filing.treatment.agency_flags)),
    ("destination_state", lambda _, line: _text(line.order.destination_region)),
    ("destination_postal_code", lambda _, line: _text(line.order.destination_postal_code)),
    ("warnings", lambda _, line: _text(";".join(line.warnings))),
    (
        "chapter99_candidates",
        lambda _, line: ";".join(headings_of(line.filing.treatment.candidate_headings)),
    ),
)

# Computed by us and never text of outside origin.
NUMERIC_COLUMNS = frozenset(
    {
        "line_number",
        "consolidated_line_number",
        "quantity",
        "hts_quantity_1",
        "hts_quantity_2",
        "net_weight_kg",
        "gross_weight_kg",
        "unit_value",
        "line_value",
        "fx_rate",
        "line_value_usd",
        "steel_weight_kg",
        "aluminum_weight_kg",
        "copper_weight_kg",
    }
)
