"""Which fields of a product one input can mend, and what a filled input means."""

from decimal import Decimal

import pytest

from entrygo.domain.errors import ValidationFailed
from entrygo.gateway.console.product_fields import editable, value_of
from entrygo.proto.sync.v1 import sync_pb2


def test_deep_field_is_named_as_people_and_as_rest_name_it() -> None:
    field = editable("manufacturer.postal_code")
    assert field is not None
    assert field.label == "Manufacturer: postal code"
    assert field.body("M5V 2T6") == {"manufacturer": {"postalCode": "M5V 2T6"}}


def test_finding_about_a_group_is_mended_by_its_status() -> None:
    field = editable("dangerous_goods")
    assert field is not None
    assert field.path == "dangerous_goods.status"
    assert "not_regulated" in field.choices


def test_code_of_another_country_is_a_field() -> None:
    field = editable("hts_codes.CA")
    assert field is not None
    assert field.body("6109100012") == {"htsCodes": {"CA": "6109100012"}}
    assert value_of(sync_pb2.Product(hts_codes={"CA": "1"}), field) == "1"
    assert value_of(sync_pb2.Product(), field) == ""


def test_number_is_read_as_a_number() -> None:
    field = editable("unit_value_usd")
    assert field is not None
    assert field.body("18.50") == {"unitValueUsd": Decimal("18.50")}
    with pytest.raises(ValidationFailed):
        field.body("18,50 $")


@pytest.mark.parametrize(
    "path", ["", "nothing", "sku.x", "manufacturer.nothing", "section_232.metals", "hts_codes"]
)
def test_anything_else_is_no_field(path: str) -> None:
    assert editable(path) is None
