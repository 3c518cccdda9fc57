"""The table of the entry lines: names, order, values. Clean text; each document escapes it itself."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal

from entrygo.domain.facts import Address, ImporterOfRecord
from entrygo.domain.importer_number import masked
from entrygo.domain.money import plain
from entrygo.domain.shipment import ChargeKind
from entrygo.domain.tariff import headings_of
from entrygo.execution.package.entry_column import EntryColumn, EntryLine
from entrygo.execution.package.facts import SHORT_NOTICE
from entrygo.execution.package.figures import quantities
from entrygo.execution.package.house_bills import house_bills
from entrygo.execution.package.invoice import CURRENCY, ConsolidatedLine, Invoice, Weight
from entrygo.execution.package.invoice_columns import money, number
from entrygo.execution.package.line_values import charges_by_line, destination_states
from entrygo.execution.package.port import port_of_entry
from entrygo.execution.package.printable import clean_text, dotted_hts
from entrygo.execution.package.returned_goods import (
    AMOUNTS,
    days_of_export,
    declarations,
    provision_of,
    total_of,
)
from entrygo.execution.package.shipped_products import goods_by_line, whole_dollars

TRUCK_NOT_IN_CONTAINER = "30"


def _head(name: str, value: Callable[[Invoice], str | None], width: int = 16) -> EntryColumn:
    return EntryColumn(name, lambda invoice, _: clean_text(value(invoice)), width, is_of_the_head=True)


def _address(party: str, address_of: Callable[[Invoice], Address]) -> tuple[EntryColumn, ...]:
    """Street and further line in one column, the other parts each in its own."""

    def street(invoice: Invoice) -> str:
        address = address_of(invoice)
        parts = (clean_text(getattr(address, name)) for name in ("line_1", "line_2"))
        return ", ".join(filter(None, parts))

    def part(name: str) -> EntryColumn:
        return _head(f"{party}_{name}", lambda invoice: getattr(address_of(invoice), name))

    return (
        _head(f"{party}_street", street, 30),
        *(part(name) for name in ("city", "region", "postal_code", "country")),
    )


def _known(weight: Weight) -> str:
    """Blank where nothing is known: no weight is not a weight of 0."""
    return "" if weight.stated_kg is None else plain(weight.stated_kg)


def _commercial(line: ConsolidatedLine) -> tuple[str, str]:
    """Quantity and unit, blank where goods of several units share the line."""
    [(unit, quantity), *others] = line.quantities
    return ("", "") if others else (plain(quantity), unit)


def _hts(position: int) -> tuple[EntryColumn, EntryColumn]:
    def reported(row: EntryLine) -> Iterator[tuple[str, str]]:
        for each in row.line.hts_quantities[position : position + 1]:
            yield "" if each.amount is None else str(each.amount), each.unit

    place = position + 1
    return (
        EntryColumn(
            f"hts_quantity_{place}", lambda _, row: "".join(a for a, _ in reported(row)), 14, is_figure=True
        ),
        EntryColumn(f"hts_unit_{place}", lambda _, row: "".join(unit for _, unit in reported(row)), 10),
    )


def _metal_weight(metal: str) -> EntryColumn:
    def cell(_: Invoice, row: EntryLine) -> str:
        known = [each.weight_kg for each in row.metals if each.metal == metal and each.weight_kg is not None]
        return number(sum(known, Decimal(0)) if known else None)

    return EntryColumn(f"{metal}_weight_kg", cell, 16, is_figure=True)


def _metal_countries(name: str, attribute: str) -> EntryColumn:
    def cell(_: Invoice, row: EntryLine) -> str:
        return ";".join(dict.fromkeys(filter(None, (getattr(each, attribute) for each in row.metals))))

    return EntryColumn(name, cell)


def _joined(texts: Sequence[str]) -> str:
    return "; ".join(texts)


def _port(invoice: Invoice) -> str | None:
    return port_of_entry(invoice.snapshot, invoice.package.shipment).code or None


def _paps(invoice: Invoice, row: EntryLine) -> str:
    """The control number of its entry; of a manifest by house bill those of all of its orders."""
    if invoice.snapshot.broker.manifest_per == "house_bill":
        return _joined(row.control_numbers)
    shipment, entries = invoice.package.shipment, len(invoice.entries)
    return clean_text(shipment.paps_of(row.line.entry_number, entries=entries))


def _numbers_of_bills(invoice: Invoice) -> Mapping[int, Sequence[str]]:
    bills = house_bills(invoice.snapshot, invoice.package.shipment, invoice.snapshot.orders)
    stated = {each.order.id: each.control_number for each in bills if each.control_number}
    return {
        entry.number: [stated[order_id] for order_id in entry.order_ids if order_id in stated]
        for entry in invoice.entries
    }


def _iso(day: date | None) -> str:
    return day.isoformat() if day else ""


def _party(name: str) -> Sequence[EntryColumn]:
    """Seller or buyer, by the shipment's word."""

    def address(invoice: Invoice) -> Address:
        stated: Address | None = getattr(invoice.package.shipment, f"{name}_address")
        return stated or Address()

    return (
        _head(f"{name}_name", lambda invoice: getattr(invoice.package.shipment, name), 30),
        *_address(name, address),
    )


def _related(invoice: Invoice) -> str:
    """Y or N as the form has it; blank where nobody stated it."""
    related = invoice.snapshot.warehouse.related_parties
    return "" if related is None else "Y" if related else "N"


def _state(invoice: Invoice) -> str:
    return "".join(each.name for each in destination_states(invoice)[:1])


def _listed(invoice: Invoice, name: str) -> str:
    trip = invoice.package.shipment.trip
    return _joined(getattr(trip, name) if trip else ())


def _maker(name: str) -> EntryColumn:
    return EntryColumn(
        f"manufacturer_{'street' if name == 'address' else name}",
        lambda _, row: clean_text(getattr(row.line.manufacturer, name)),
        16,
    )


def _charge(kind: ChargeKind) -> EntryColumn:
    """The line's part, by value; blank where no such charge was stated."""

    def cell(_: Invoice, row: EntryLine) -> str:
        return money(row.charges[kind]) if kind in row.charges else ""

    return EntryColumn(f"{kind}_usd", cell, 14, is_figure=True)


def _of_returned_goods(name: str) -> EntryColumn:
    def cell(_: Invoice, row: EntryLine) -> str:
        total = total_of(row.goods, AMOUNTS[name])
        return "" if total is None else money(total)

    return EntryColumn(name, cell, 14, is_figure=True)


def _importer(invoice: Invoice) -> ImporterOfRecord:
    return invoice.snapshot.warehouse.importer_of_record


def _weights_complete(_: Invoice, row: EntryLine) -> str:
    is_complete = row.line.net_weight.is_complete and row.line.gross_weight.is_complete
    return "yes" if is_complete else "no"


# Of the whole invoice; then of each line. New columns are added at the end of either.
ENTRY_COLUMNS: tuple[EntryColumn, ...] = (
    _head("package_number", lambda invoice: invoice.package.number),
    _head("invoice_number", lambda invoice: invoice.package.number),
    _head("invoice_date", lambda invoice: invoice.package.invoice_date.isoformat()),
    _head("currency", lambda _: CURRENCY),
    _head("entry_type", lambda invoice: invoice.snapshot.entry_type),
    _head("expected_entry_date", lambda invoice: invoice.snapshot.entry_date.isoformat()),
    _head("port_of_entry", _port),
    _head("mode_of_transport", lambda _: TRUCK_NOT_IN_CONTAINER),
    _head("carrier", lambda invoice: invoice.snapshot.warehouse.transport.carrier),
    _head("carrier_scac", lambda invoice: invoice.snapshot.warehouse.transport.scac),
    EntryColumn("paps_number", _paps, 16),
    _head("trip_number", lambda invoice: invoice.package.shipment.trip_number),
    _head("export_date", lambda invoice: _iso(invoice.package.shipment.shipped_on)),
    _head("exporting_country", lambda invoice: invoice.snapshot.warehouse.address.country),
    _head("packages", lambda invoice: str(invoice.totals.packages)),
    _head("exporter_name", lambda invoice: invoice.snapshot.warehouse.name, 30),
    *_address("exporter", lambda invoice: invoice.snapshot.warehouse.address),
    _head("importer_name", lambda invoice: _importer(invoice).name, 30),
    _head("importer_number_masked", lambda invoice: masked(_importer(invoice).number)),
    *_address("importer", lambda invoice: _importer(invoice).address),
    *(column for name in ("seller", "buyer") for column in _party(name)),
    _head("related_parties", _related),
    _head("sold_on", lambda invoice: _iso(invoice.package.shipment.sold_on)),
    _head("place_of_sale", lambda invoice: invoice.package.shipment.place_of_sale),
    _head("currency_of_sale", lambda invoice: invoice.package.shipment.currency_of_sale),
    _head("location_of_goods", lambda invoice: invoice.snapshot.warehouse.location_of_goods),
    _head("state_of_destination", _state),
    _head("equipment", lambda invoice: _listed(invoice, "equipment")),
    _head("seals", lambda invoice: _listed(invoice, "seals")),
    _head("broker_name", lambda invoice: invoice.snapshot.broker.name, 30),
    _head("broker_filer_code", lambda invoice: invoice.snapshot.broker.filer_code),
    EntryColumn("entry", lambda _, row: str(row.line.entry_number), 7, is_figure=True),
    EntryColumn("entry_line", lambda _, row: str(row.line.number), 10, is_figure=True),
    EntryColumn("chapter99_headings", lambda _, row: ";".join(map(dotted_hts, row.line.chapter_99)), 24),
    EntryColumn("hts_code", lambda _, row: row.line.hts_code, 13),
    EntryColumn("hts_code_dotted", lambda _, row: dotted_hts(row.line.hts_code), 15),
    EntryColumn("spi", lambda _, row: row.line.spi, 6),
    EntryColumn("country_of_origin", lambda _, row: row.line.country_of_origin),
    EntryColumn("manufacturer_mid", lambda _, row: row.line.manufacturer_mid, 18),
    EntryColumn("manufacturer_name", lambda _, row: row.line.manufacturer_name, 34),
    *(_maker(name) for name in ("address", "city", "region", "postal_code", "country")),
    EntryColumn("customs_descriptions", lambda _, row: _joined(row.line.descriptions), 50),
    EntryColumn("skus", lambda _, row: _joined(row.line.skus), 34),
    EntryColumn("orders", lambda _, row: str(len(row.line.order_ids)), 9, is_figure=True),
    EntryColumn("order_lines", lambda _, row: str(len(row.line.line_numbers)), 11, is_figure=True),
    EntryColumn("quantity", lambda _, row: _commercial(row.line)[0], 12, is_figure=True),
    EntryColumn("unit_of_measure", lambda _, row: _commercial(row.line)[1]),
    EntryColumn("quantities", lambda _, row: quantities(row.line.quantities), 16),
    *_hts(0),
    *_hts(1),
    EntryColumn("net_weight_kg", lambda _, row: _known(row.line.net_weight), 14, is_figure=True),
    EntryColumn("gross_weight_kg", lambda _, row: _known(row.line.gross_weight), 14, is_figure=True),
    EntryColumn("weights_complete", _weights_complete, 14),
    EntryColumn("value_usd", lambda _, row: money(row.line.value), 14, is_figure=True),
    EntryColumn("entered_value", lambda _, row: str(whole_dollars(row.line.value)), 14, is_figure=True),
    *map(_charge, ChargeKind),
    EntryColumn("adcvd_cases", lambda _, row: _joined(row.line.adcvd_cases), 20),
    EntryColumn("section_232_statuses", lambda _, row: _joined(row.line.section_232_statuses), 20),
    *map(_metal_weight, ("steel", "aluminum", "copper")),
    _metal_countries("melt_pour_country", "melt_pour"),
    _metal_countries("smelt_primary_country", "smelt_1"),
    _metal_countries("smelt_secondary_country", "smelt_2"),
    _metal_countries("cast_country", "cast"),
    EntryColumn("pga_flags", lambda _, row: _joined([flag.code for flag in row.line.agency_flags]), 14),
    EntryColumn("chapter99_candidates", lambda _, row: _joined(headings_of(row.line.candidate_headings)), 24),
    EntryColumn("warnings", lambda _, row: _joined(row.line.warnings), 34),
    _head("notice", lambda _: SHORT_NOTICE, 34),
    EntryColumn("chapter98_provision", lambda _, row: provision_of(row.goods[0].product), 15),
    EntryColumn("chapter98_declarations", lambda _, row: _joined(declarations(row.goods)), 20),
    EntryColumn("exported_from_us_on", lambda _, row: _joined(days_of_export(row.goods))),
    *map(_of_returned_goods, AMOUNTS),
)


_OF_A_LINE = tuple(
    (index, column.cell) for index, column in enumerate(ENTRY_COLUMNS) if not column.is_of_the_head
)


def entry_line_rows(invoice: Invoice) -> Iterator[list[str]]:
    """The cells of each entry line, as ENTRY_COLUMNS orders them; those of the head are worked out once."""
    head: list[str] | None = None
    goods, charges, bills = goods_by_line(invoice), charges_by_line(invoice), _numbers_of_bills(invoice)
    for line in invoice.consolidated:
        row = EntryLine(
            line=line,
            goods=goods[line.number],
            charges=charges[line.number],
            control_numbers=bills[line.entry_number],
        )
        if head is None:
            head = [column.cell(invoice, row) if column.is_of_the_head else "" for column in ENTRY_COLUMNS]
        cells = head.copy()
        for index, cell in _OF_A_LINE:
            cells[index] = cell(invoice, row)
        yield cells
