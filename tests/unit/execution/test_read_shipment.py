"""A shipment from the wire: read into one form, or everything wrong with it reported at once."""

from decimal import Decimal

import pytest

from entrygo.domain.shipment import MAX_CHARGES, NOTHING_STATED, Shipment
from entrygo.execution.requests.execute import normalised
from entrygo.execution.requests.shipment import read_shipment
from entrygo.execution.steps.step_store import OPERATION
from entrygo.postgres.idempotency import fingerprint
from entrygo.proto.execution.v1 import execution_pb2 as pb
from entrygo.requests.issues import Issues
from tests.unit.execution.shipments import make_shipment

TERMS = pb.TermsOfSale(incoterm="DAP", place=" Blaine, WA ")
STATED = pb.Shipment(
    terms_of_sale=TERMS,
    shipped_on="2026-03-10",
    paps_number="pcxl20260310",
    trip_number="PCXL0310A",
    packages=4,
    reason="sale",
    seller="Northshore Apparel Ltd",
    buyer=" Northshore Imports LLC",
    charges=[
        pb.Charge(kind="freight", amount_usd="180.50", description="Richmond BC to Blaine WA"),
        pb.Charge(kind="insurance", amount_usd="12.25", description=" "),
        pb.Charge(kind="discount", amount_usd="20", description="Spring"),
        pb.Charge(kind="assist", amount_usd="75.0", description="Embroidery dies"),
        pb.Charge(kind="rebate", amount_usd="9"),
    ],
)


def issues_of(given: pb.Shipment) -> tuple[tuple[str, str, str], ...]:
    issues = Issues()
    read_shipment(given, issues)
    return issues.found


def request_with(given: pb.Shipment | None) -> pb.ExecuteExportRequest:
    return pb.ExecuteExportRequest(
        account_id="acc_123", batch_id="batch_123", idempotency_key="k", shipment=given
    )


def fingerprint_with(given: pb.Shipment | None) -> bytes:
    request = request_with(given)
    return fingerprint(OPERATION, normalised(request, read_shipment(request.shipment, Issues())))


def test_everything_that_is_stated_is_read_without_the_blanks_around_it() -> None:
    issues = Issues()
    assert read_shipment(STATED, issues) == make_shipment()
    assert issues.found == ()


def test_what_is_not_stated_is_none() -> None:
    assert read_shipment(pb.Shipment(seller="  "), Issues()) == NOTHING_STATED


def test_what_is_stored_reads_as_the_same_shipment() -> None:
    assert Shipment.model_validate_json(make_shipment().model_dump_json()) == make_shipment()
    assert Shipment.model_validate_json(NOTHING_STATED.model_dump_json()) == NOTHING_STATED


@pytest.mark.parametrize(
    ("given", "path", "code"),
    [
        (pb.Shipment(shipped_on="2026-02-30"), "shippedOn", "invalid_date"),
        (pb.Shipment(shipped_on="20260310"), "shippedOn", "invalid_date"),
        (pb.Shipment(paps_number="PCX12345"), "papsNumber", "invalid_string"),
        (pb.Shipment(paps_number="PCXL"), "papsNumber", "invalid_string"),
        (pb.Shipment(paps_number="PCXL1234567890123"), "papsNumber", "invalid_string"),
        (pb.Shipment(paps_number="PCXL-123"), "papsNumber", "invalid_string"),
        (pb.Shipment(paps_number="PCXL123\n"), "papsNumber", "invalid_string"),
        (pb.Shipment(trip_number="T" * 26), "tripNumber", "invalid_string"),
        (pb.Shipment(packages=1_000_000), "packages", "too_big"),
        (pb.Shipment(reason="gift"), "reason", "invalid_enum_value"),
        (pb.Shipment(seller="s" * 201), "seller", "too_big"),
        (pb.Shipment(buyer="a\0b"), "buyer", "invalid_string"),
        (pb.Shipment(terms_of_sale=pb.TermsOfSale(incoterm="DAP")), "termsOfSale.place", "invalid_type"),
        (
            pb.Shipment(terms_of_sale=pb.TermsOfSale(incoterm="DAF", place="Blaine")),
            "termsOfSale.incoterm",
            "invalid_enum_value",
        ),
        (pb.Shipment(charges=[pb.Charge()] * (MAX_CHARGES + 1)), "charges", "too_big"),
    ],
)
def test_a_wrong_value_is_told_by_its_place(given: pb.Shipment, path: str, code: str) -> None:
    assert [(found[0], found[2]) for found in issues_of(given)] == [(f"shipment.{path}", code)]


@pytest.mark.parametrize(
    "amount", ["", "-1", "1.005", "1e3", "NaN", "1_0", "٣", "1,5", "1234567890123", ".5", "1\n"]
)
def test_an_amount_is_dollars_and_cents(amount: str) -> None:
    [(path, _, code)] = issues_of(pb.Shipment(charges=[pb.Charge(kind="freight", amount_usd=amount)]))
    assert (path, code) == ("shipment.charges.0.amountUsd", "invalid_number")


@pytest.mark.parametrize(("shipped_on", "is_refused"), [("2026-11-27", False), ("2026-11-28", True)])
def test_goods_are_shipped_no_later_than_the_truck_arrives(shipped_on: str, is_refused: bool) -> None:
    # The 28th already by UTC: what counts is the clock of the offset, as for the day of entry.
    trip = pb.Trip(estimated_arrival="2026-11-27T21:00:00-08:00")
    found = issues_of(pb.Shipment(shipped_on=shipped_on, trip=trip))
    assert [path for path, *_ in found] == ["shipment.shippedOn"] * is_refused
    assert issues_of(pb.Shipment(shipped_on=shipped_on)) == ()


def test_everything_wrong_is_told_at_once() -> None:
    given = pb.Shipment(
        terms_of_sale=pb.TermsOfSale(),
        shipped_on="soon",
        charges=[
            pb.Charge(kind="freight", amount_usd="1"),
            pb.Charge(kind="bribe", description="d" * 101),
        ],
    )
    assert [path.removeprefix("shipment.") for path, _, _ in issues_of(given)] == [
        "termsOfSale.incoterm",
        "termsOfSale.place",
        "shippedOn",
        "charges.1.kind",
        "charges.1.description",
        "charges.1.amountUsd",
    ]


def test_an_unknown_kind_is_told_with_those_that_are_known() -> None:
    [(_, message, _)] = issues_of(pb.Shipment(charges=[pb.Charge(kind="bribe", amount_usd="1")]))
    assert message == (
        "Expected one of freight, insurance, packing, commission, other, discount, rebate, assist"
    )


def test_a_request_without_a_shipment_has_the_fingerprint_it_had_before_there_was_any() -> None:
    # Computed with the message as it was.
    golden = "6e25bdd65bcd9ab4eea945ff98bdbd35ca56a3bfa857682192d7589058be6559"
    assert fingerprint_with(None).hex() == golden
    assert fingerprint_with(pb.Shipment()).hex() == golden
    assert fingerprint_with(pb.Shipment(buyer=" ")).hex() == golden


def test_another_spelling_is_the_same_request() -> None:
    spelt = pb.Shipment()
    spelt.CopyFrom(STATED)
    spelt.paps_number, spelt.charges[0].amount_usd = "PCXL20260310", "180.5"
    assert fingerprint_with(spelt) == fingerprint_with(STATED)


def test_a_shipment_that_differs_in_any_field_is_another_request() -> None:
    freight = pb.Charge(kind="freight", amount_usd="1")
    different = [
        None,
        pb.Shipment(terms_of_sale=TERMS),
        pb.Shipment(terms_of_sale=pb.TermsOfSale(incoterm="DDP", place="Blaine, WA")),
        pb.Shipment(terms_of_sale=pb.TermsOfSale(incoterm="DAP", place="Sumas, WA")),
        *(pb.Shipment(paps_number=number) for number in ("PCXL0001", "PCXL0002")),
        *(pb.Shipment(trip_number=number) for number in ("PCXL0001", "PCXL0002")),
        *(pb.Shipment(seller=name) for name in ("Northshore", "Southshore")),
        *(pb.Shipment(buyer=name) for name in ("Northshore", "Southshore")),
        *(pb.Shipment(shipped_on=day) for day in ("2026-03-10", "2026-03-11")),
        *(pb.Shipment(packages=count) for count in (1, 2)),
        *(pb.Shipment(reason=reason) for reason in ("sale", "sample")),
        pb.Shipment(charges=[freight]),
        pb.Shipment(charges=[freight, freight]),
        pb.Shipment(charges=[pb.Charge(kind="freight", amount_usd="1.01")]),
        pb.Shipment(charges=[pb.Charge(kind="packing", amount_usd="1")]),
        pb.Shipment(charges=[pb.Charge(kind="freight", amount_usd="1", description="to Blaine")]),
    ]
    assert len({fingerprint_with(given) for given in different}) == len(different)


def test_what_is_billed_and_discounts_are_added_up_apart_from_what_is_only_stated() -> None:
    shipment = make_shipment()
    assert (shipment.billed_usd, shipment.discounts_usd) == (Decimal("192.75"), Decimal("20.00"))
