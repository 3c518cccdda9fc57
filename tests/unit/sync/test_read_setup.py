"""Reading products, warehouses and brokers: given fields only, every rule named, blanks ignored."""

import pytest

from entrygo.domain.errors import ValidationFailed
from entrygo.proto.sync.v1 import sync_pb2
from entrygo.records.reading import Facts
from entrygo.sync.read_setup import read_brokers, read_importers, read_products, read_warehouses
from tests.unit.sync.requests import ACCOUNT, products


def issues_of(*items: sync_pb2.Product) -> list[tuple[str, str]]:
    with pytest.raises(ValidationFailed) as raised:
        read_products(products(*items))
    assert raised.value.details is not None
    return [(issue["path"], issue["code"]) for issue in raised.value.details["issues"]]


def test_a_product_is_read_with_the_given_fields_only_when_others_are_absent_or_blank() -> None:
    given = sync_pb2.Product(
        external_id="JKT-001",
        name=" Jacket ",
        hts_code="6202.30.8061",
        country_of_origin="ca",
        material_composition=" ",
        manufacturer=sync_pb2.Manufacturer(city="Vancouver", mid=""),
        unit_value_usd="110.00",
        section_232=sync_pb2.Section232(
            status="applicable", metals=[sync_pb2.Metal(metal="steel", weight_kg="1.50", melt_pour="oth")]
        ),
    )
    (draft,) = read_products(products(given))
    assert draft.id is None
    assert draft.facts == {
        "name": "Jacket",
        "hts_code": "6202308061",
        "country_of_origin": "CA",
        "manufacturer": {"city": "Vancouver"},
        "unit_value_usd": "110",
        "section_232": {
            "status": "applicable",
            "metals": [{"metal": "steel", "weight_kg": "1.5", "melt_pour": "OTH"}],
        },
    }


def test_every_issue_of_a_product_is_named_by_the_path_of_rest() -> None:
    wrong = sync_pb2.Product(
        id="not an id",
        status="gone",
        net_weight_kg="-1",
        usmca=sync_pb2.Usmca(criterion="E", blanket_from="2026-1-1"),
        section_232=sync_pb2.Section232(us_metal_pct="101", metals=[sync_pb2.Metal(weight_kg="x")]),
    )
    assert issues_of(wrong) == [
        ("items.0.externalId", "invalid_type"),
        ("items.0.id", "invalid_string"),
        ("items.0.status", "invalid_enum_value"),
        ("items.0.netWeightKg", "too_small"),
        ("items.0.usmca.criterion", "invalid_enum_value"),
        ("items.0.usmca.blanketFrom", "invalid_date"),
        ("items.0.section232.metals.0.metal", "invalid_type"),
        ("items.0.section232.metals.0.weightKg", "invalid_type"),
        ("items.0.section232.usMetalPct", "too_big"),
    ]


def test_a_code_that_customs_will_not_accept_is_kept_for_planning_to_judge() -> None:
    (draft,) = read_products(
        products(sync_pb2.Product(external_id="A", hts_code="62x 1", country_of_origin="Canada"))
    )
    assert draft.facts == {"hts_code": "62x1", "country_of_origin": "Canada"}


def test_duplicate_ids_and_external_ids_in_one_request_are_named() -> None:
    twins = [sync_pb2.Product(external_id="A", id="prod_a"), sync_pb2.Product(external_id="A", id="prod_a")]
    assert issues_of(*twins) == [("items.1.externalId", "duplicate"), ("items.1.id", "duplicate")]


@pytest.mark.parametrize("text", ["a\x00b", "line\nbreak", "x" * 501])
def test_a_name_is_refused_when_it_has_control_characters_or_is_too_long(text: str) -> None:
    assert [path for path, _ in issues_of(sync_pb2.Product(external_id="A", name=text))] == ["items.0.name"]


def test_a_warehouse_keeps_no_and_zero_when_they_are_given() -> None:
    warehouse = sync_pb2.Warehouse(
        external_id="yvr-01",
        transit_days=0,
        importer_of_record=sync_pb2.ImporterOfRecord(power_of_attorney=False),
    )
    (draft,) = read_warehouses(sync_pb2.SyncWarehousesRequest(account_id=ACCOUNT, items=[warehouse]))
    assert draft.facts == {"transit_days": 0, "importer_of_record": {"power_of_attorney": False}}


def test_an_importers_number_is_checked_as_that_of_an_order_is_and_not_told_again() -> None:
    importer = sync_pb2.ImporterOfRecord(number="98-7654321ab")
    given = sync_pb2.Warehouse(external_id="yvr", importer_of_record=importer)
    (draft,) = read_warehouses(sync_pb2.SyncWarehousesRequest(account_id=ACCOUNT, items=[given]))
    assert draft.facts == {"importer_of_record": {"number": "98-7654321AB"}}
    importer.number = "12-34567"
    given = sync_pb2.Warehouse(external_id="yvr", importer_of_record=importer)
    with pytest.raises(ValidationFailed) as raised:
        read_warehouses(sync_pb2.SyncWarehousesRequest(account_id=ACCOUNT, items=[given]))
    assert raised.value.details is not None
    [issue] = raised.value.details["issues"]
    assert issue["path"] == "items.0.importerOfRecord.number"
    assert "34567" not in str(raised.value.details)


def test_a_fee_schedule_needs_its_start_and_its_fees() -> None:
    broker = sync_pb2.Broker(external_id="b", email="no-address", fee_schedules=[sync_pb2.FeeSchedule()])
    with pytest.raises(ValidationFailed) as raised:
        read_brokers(sync_pb2.SyncBrokersRequest(account_id=ACCOUNT, items=[broker]))
    assert raised.value.details is not None
    assert [issue["path"] for issue in raised.value.details["issues"]] == [
        "items.0.email",
        "items.0.feeSchedules.0.feeFormal",
        "items.0.feeSchedules.0.feeInformal",
        "items.0.feeSchedules.0.lineFee",
        "items.0.feeSchedules.0.orderFee",
        "items.0.feeSchedules.0.validFrom",
    ]


PERIOD = {"valid_from": "2026-12-01", "valid_to": "2026-11-30"}


def test_a_period_that_ends_before_it_begins_is_named_by_its_last_day() -> None:
    usmca = sync_pb2.Usmca(blanket_from="2026-12-01", blanket_to="2026-11-30")
    product = sync_pb2.Product(external_id="A", usmca=usmca, section_301=sync_pb2.TradeReview(**PERIOD))
    assert issues_of(product) == [
        ("items.0.usmca.blanketTo", "too_small"),
        ("items.0.section301.validTo", "too_small"),
    ]
    importer = sync_pb2.Importer(
        external_id="A",
        bond=sync_pb2.Bond(**PERIOD),
        powers_of_attorney=[
            sync_pb2.PowerOfAttorney(broker="b", valid_from="2026-12-01", valid_to="2026-12-01"),
            sync_pb2.PowerOfAttorney(broker="b", **PERIOD),
        ],
    )
    with pytest.raises(ValidationFailed) as refused:
        read_importers(sync_pb2.SyncImportersRequest(account_id=ACCOUNT, items=[importer]))
    assert refused.value.details is not None
    assert [issue["path"] for issue in refused.value.details["issues"]] == [
        "items.0.bond.validTo",
        "items.0.powersOfAttorney.1.validTo",
    ]


@pytest.mark.parametrize("given", [{"valid_to": "2026-11-30"}, {"valid_from": "2026-12-01"}])
def test_a_period_may_be_open(given: dict[str, str]) -> None:
    importer = sync_pb2.Importer(external_id="A", bond=sync_pb2.Bond(**given))
    (draft,) = read_importers(sync_pb2.SyncImportersRequest(account_id=ACCOUNT, items=[importer]))
    assert draft.facts == {"bond": given}


@pytest.mark.parametrize("address", ["a..b@example.com", "müller@example.com"])
def test_an_address_that_no_mail_could_be_sent_to_is_refused_before_anything_is_planned(address: str) -> None:
    broker = sync_pb2.Broker(external_id="b", email=address)
    with pytest.raises(ValidationFailed) as raised:
        read_brokers(sync_pb2.SyncBrokersRequest(account_id=ACCOUNT, items=[broker]))
    assert raised.value.field == "items.0.email"


def test_reading_stops_behind_the_record_with_the_hundredth_issue() -> None:
    with pytest.raises(ValidationFailed) as raised:
        read_products(products(*[sync_pb2.Product(hts_code="x", unit_value_usd="x")] * 500))
    details = raised.value.details or {}
    # Three of each: two values that cannot be read, and no externalId.
    assert (len(details["issues"]), details["totalIssues"]) == (100, 102)


def read_broker(**given: object) -> Facts:
    broker = sync_pb2.Broker(external_id="b", **given)  # type: ignore[arg-type]
    (draft,) = read_brokers(sync_pb2.SyncBrokersRequest(account_id=ACCOUNT, items=[broker]))
    return draft.facts


def test_the_documents_a_broker_takes_are_kept_once_each_in_one_order() -> None:
    assert read_broker() == {}
    documents = ["manifest", " cci_csv", "manifest"]
    assert read_broker(documents=documents, attach="zip") == {
        "documents": ["cci_csv", "manifest"],
        "attach": "zip",
    }


def test_a_document_that_there_is_not_is_refused_with_those_there_are() -> None:
    with pytest.raises(ValidationFailed) as raised:
        read_broker(documents=["manifest", "invoice"])
    assert raised.value.details is not None
    [issue] = raised.value.details["issues"]
    assert (issue["path"], issue["code"]) == ("items.0.documents.1", "invalid_enum_value")
    assert "cci_human_readable, cci_csv, cci_pdf" in issue["message"]
