"""Who sold to whom, when, where and in what; where goods lie and go; what each line bears of the charges."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import orjson
import pytest

from entrygo.domain.facts import Address, Manufacturer, Party
from entrygo.domain.shipment import NOTHING_STATED, Shipment, with_parties_of
from entrygo.execution.requests.execute import normalised
from entrygo.execution.requests.shipment import read_shipment
from entrygo.proto.execution.v1 import execution_pb2 as pb
from entrygo.requests.issues import Issues
from tests.unit.execution.rendered import csv_rows, html_of, rendered
from tests.unit.execution.shipments import make_charge, make_shipment, package_of
from tests.unit.execution.snapshots import make_order, make_product, make_snapshot, make_warehouse

VANCOUVER = Address(
    line_1="1450 Venables St", city="Vancouver", region="BC", postal_code="V5L 2G4", country="CA"
)
SEATTLE = Address(line_1="1 Pike Pl", city="Seattle", region="WA", postal_code="98101", country="US")
NORTHSHORE = Party(name="Northshore Apparel Ltd", address=VANCOUVER)
WAREHOUSE = make_warehouse(
    seller=NORTHSHORE,
    buyer=Party(name="Northshore Imports LLC", address=SEATTLE),
    related_parties=True,
    location_of_goods="H123 Blaine",
)
SALE = make_shipment(
    seller=None,
    buyer=None,
    sold_on=date(2026, 3, 1),
    place_of_sale="Vancouver, BC",
    currency_of_sale="CAD",
    trip={"equipment": ["TRL 53"], "seals": ["S-1", "S-2"]},
)


def test_seller_and_buyer_of_the_warehouse_stand_where_the_shipment_names_none() -> None:
    found = with_parties_of(NOTHING_STATED, WAREHOUSE)
    assert (found.seller, found.seller_address) == ("Northshore Apparel Ltd", VANCOUVER)
    assert (found.buyer, found.buyer_address) == ("Northshore Imports LLC", SEATTLE)


@pytest.mark.parametrize(
    ("stated", "address"),
    [
        (Shipment(seller="Northshore Apparel Ltd"), VANCOUVER),
        (Shipment(seller="Another Ltd"), None),
        (Shipment(seller="Another Ltd", seller_address=SEATTLE), SEATTLE),
        (Shipment(seller_address=SEATTLE), SEATTLE),
    ],
)
def test_another_seller_never_gets_the_address_of_the_records(
    stated: Shipment, address: Address | None
) -> None:
    assert with_parties_of(stated, WAREHOUSE).seller_address == address


def test_a_record_without_parties_changes_nothing() -> None:
    stated = make_shipment()
    assert with_parties_of(stated, make_warehouse()) is stated


def test_entry_data_have_what_cargo_is_released_by() -> None:
    artifact = rendered(make_snapshot(warehouse=WAREHOUSE), package_of(SALE))["entry_dataset"]
    found = orjson.loads(artifact.content)
    parties, entry = found["parties"], found["entry"]
    assert parties["seller"] == {"name": "Northshore Apparel Ltd", "address": VANCOUVER.model_dump()}
    assert parties["buyer"]["address"]["city"] == "Seattle"
    assert entry["sale"] == {
        "sold_on": "2026-03-01",
        "place_of_sale": "Vancouver, BC",
        "currency_of_sale": "CAD",
    }
    assert (entry["location_of_goods"], entry["related_parties"]) == ("H123 Blaine", True)
    assert (entry["equipment"], entry["seals"]) == (["TRL 53"], ["S-1", "S-2"])
    assert all(line["related_parties"] for line in found["lines"])
    assert not {"location_of_goods", "related_parties"} & set(found["left_to_the_broker"]["entry"])


@pytest.mark.parametrize(("sold_in", "converted"), [("CAD", "CAD"), ("USD", None), (None, None)])
def test_documents_say_where_values_were_converted_and_leave_the_rate_to_the_broker(
    sold_in: str | None, converted: str | None
) -> None:
    stated = SALE.model_copy(update={"currency_of_sale": sold_in})
    made = rendered(make_snapshot(warehouse=WAREHOUSE), package_of(stated))
    dataset = orjson.loads(made["entry_dataset"].content)
    invoice = orjson.loads(made["manifest"].content)["invoice"]
    assert (invoice["currency"], invoice["fx_rate"], invoice.get("converted_from")) == ("USD", "1", converted)
    assert ("exchange_rate" in dataset["left_to_the_broker"]["entry"]) is (converted is not None)
    page = made["cci_human_readable"].content.decode()
    assert ("converted into USD" in page) is (converted is not None)


def test_rows_of_entry_lines_have_parties_and_sale() -> None:
    for row in csv_rows(make_snapshot(warehouse=WAREHOUSE), "entry_lines", package_of(SALE)):
        assert (row["seller_street"], row["seller_country"]) == ("1450 Venables St", "CA")
        assert (row["buyer_city"], row["buyer_postal_code"]) == ("Seattle", "98101")
        assert (row["sold_on"], row["currency_of_sale"], row["related_parties"]) == ("2026-03-01", "CAD", "Y")
        assert (row["equipment"], row["seals"]) == ("TRL 53", "S-1; S-2")


def test_the_invoice_shows_addresses_sale_and_truck_only_where_they_are_stated() -> None:
    maker = Manufacturer(name="Northshore Apparel Ltd", address="1450 Venables St", city="Vancouver")
    products = tuple(
        product.model_copy(update={"manufacturer": maker}) for product in make_snapshot().products
    )
    stated = make_snapshot(warehouse=WAREHOUSE, products=products)
    page = rendered(stated, package_of(SALE))["cci_human_readable"].content.decode()
    for shown in (
        "Seller: Northshore Apparel Ltd, 1450 Venables St, Vancouver BC V5L 2G4, CA",
        "On 2026-03-01; at Vancouver, BC; in CAD, its values converted into USD",
        "Equipment TRL 53; seals S-1, S-2",
        "H123 Blaine",
        "1450 Venables St, Vancouver</div>",
    ):
        assert shown in page
    for label in ("<dt>Sale<", "<dt>Truck<", "Location of goods", "Seller and buyer related"):
        assert label in page
        assert label not in html_of("cci_human_readable")


def test_the_state_of_destination_is_that_of_the_greatest_value() -> None:
    orders = (
        make_order("ord_1", destination_region="OR"),
        make_order("ord_2", destination_region="WA"),
        make_order("ord_3", destination_region="wa"),
        make_order("ord_4", destination_region=None),
        make_order("ord_5", destination_region="Washington"),
        make_order("ord_6", destination_region="US-OR"),
    )
    snapshot = make_snapshot(orders=orders, products=(make_product(),))
    entry = orjson.loads(rendered(snapshot)["entry_dataset"].content)["entry"]
    assert entry["state_of_destination"] == "WA"
    assert entry["destination_states"] == [
        {"state": "WA", "value": "660.00"},
        {"state": "OR", "value": "440.00"},
    ]
    assert csv_rows(snapshot, "entry_lines")[0]["state_of_destination"] == "WA"


def test_no_state_is_made_up_where_no_order_names_one() -> None:
    snapshot = make_snapshot(orders=(make_order(destination_region=None),), products=(make_product(),))
    entry = orjson.loads(rendered(snapshot)["entry_dataset"].content)["entry"]
    assert (entry["state_of_destination"], entry["destination_states"]) == (None, [])


def test_charges_of_the_lines_add_up_to_those_of_the_shipment_to_the_cent() -> None:
    charges = (make_charge("freight", "100.01"), make_charge("freight", "0.01"), make_charge("assist", "1"))
    package = package_of(make_shipment(charges=charges))
    rows = csv_rows(None, "entry_lines", package)
    assert sum(Decimal(row["freight_usd"]) for row in rows) == Decimal("100.02")
    assert sum(Decimal(row["assist_usd"]) for row in rows) == 1
    assert {row["insurance_usd"] for row in rows} == {""}
    lines = orjson.loads(rendered(package=package)["entry_dataset"].content)["lines"]
    parts = [Decimal(each["amount_usd"]) for line in lines for each in line["charges"]]
    assert sum(parts) == Decimal("101.02")
    jacket, cap = lines
    assert jacket["charges"][0] == {"kind": "freight", "amount_usd": "61.13"}
    assert cap["charges"][0] == {"kind": "freight", "amount_usd": "38.89"}


STATED = pb.Shipment(
    sold_on="2026-03-01",
    place_of_sale=" Vancouver, BC ",
    currency_of_sale="cad",
    seller_address=pb.PartyAddress(city="Vancouver", country="ca"),
)


def test_a_sale_is_read_in_one_form_and_asked_for_again_in_the_same() -> None:
    issues = Issues()
    found = read_shipment(STATED, issues)
    assert issues.found == ()
    assert found == Shipment(
        sold_on=date(2026, 3, 1),
        place_of_sale="Vancouver, BC",
        currency_of_sale="CAD",
        seller_address=Address(city="Vancouver", country="CA"),
    )
    again = normalised(pb.ExecuteExportRequest(shipment=STATED), found).shipment
    assert read_shipment(again, Issues()) == found


def test_an_address_of_blanks_is_none() -> None:
    given = pb.Shipment(buyer_address=pb.PartyAddress(city="  "))
    assert read_shipment(given, Issues()) == NOTHING_STATED


def _wrong(change: Callable[[pb.Shipment], object]) -> list[str]:
    given, issues = pb.Shipment(), Issues()
    change(given)
    read_shipment(given, issues)
    return [path for path, _, _ in issues.found]


def test_everything_wrong_with_a_sale_is_named() -> None:
    def spoil(given: pb.Shipment) -> None:
        given.sold_on = "tomorrow"
        given.currency_of_sale = "dollars"
        given.seller_address.country = "Canada"
        given.place_of_sale = "x" * 101

    assert _wrong(spoil) == [
        "shipment.soldOn",
        "shipment.placeOfSale",
        "shipment.currencyOfSale",
        "shipment.sellerAddress.country",
    ]
