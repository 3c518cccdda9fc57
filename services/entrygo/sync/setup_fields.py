"""The fields of products, warehouses and brokers, and what each takes: one table a kind of record."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from entrygo.requests.email_address import email
from entrygo.requests.issues import Check
from entrygo.requests.numbers import amount, percent
from entrygo.requests.texts import MAX_EXTERNAL_ID, country, currency, day, one_of, text
from entrygo.sync import checks, endpoint_checks
from entrygo.sync.checks import Fact

MAX_LIST = 100  # objects in one list


@dataclass(frozen=True, slots=True)
class Nested:
    """An object, merged field by field with what is stored."""

    fields: "Fields"


@dataclass(frozen=True, slots=True)
class Many:
    """A list of objects, which replaces the stored one when it has any."""

    fields: "Fields"
    required: frozenset[str] = field(default_factory=frozenset)


@dataclass(frozen=True, slots=True)
class Whole:
    """A whole number between two bounds."""

    maximum: int
    minimum: int = 0


@dataclass(frozen=True, slots=True)
class Flag:
    """Yes or no."""


@dataclass(frozen=True, slots=True)
class ByCountry:
    """A value for each country but the one that has a field of its own; merged country by country."""

    check: Check[Fact]
    but: str
    field: str


Rule = Check[Fact] | Nested | Many | Whole | Flag | ByCountry
Fields = Mapping[str, Rule]

ADDRESS: Fields = {
    "line_1": text(200),
    "line_2": text(200),
    "city": text(100),
    "region": text(100),
    "postal_code": text(32),
    "country": country,
}

METAL: Fields = {
    "metal": one_of("steel", "aluminum", "copper"),
    "weight_kg": amount,
    "weight_pct": percent,
    "value_usd": amount,
    "melt_pour": checks.origin,
    "smelt_1": checks.origin,
    "smelt_2": checks.origin,
    "cast": checks.origin,
}

REVIEW: Fields = {
    "status": one_of("not_assessed", "not_applicable", "applicable"),
    "headings": text(500),
    "signed_off_by": text(200),
    "valid_from": day,
    "valid_to": day,
}

DISCLAIMER: Fields = {"disclaimer": checks.disclaimer}
AGENCY: Fields = {"reference": text(100), **DISCLAIMER}
PGA: Fields = {
    "fda": Nested(
        {"product_code": text(20), "registration": text(20), "prior_notice": text(40), **DISCLAIMER}
    ),
    "cpsc": Nested(
        {
            "certificate": text(100),
            "product_id": text(100),
            "citations": text(500),
            "manufactured_on": day,
            "manufactured_at": text(500),
            "tested_on": day,
            "laboratory": text(200),
            "records_contact": text(500),
            **DISCLAIMER,
        }
    ),
    "fcc": Nested({"authorization": text(100), **DISCLAIMER}),
    **{agency: Nested(AGENCY) for agency in ("usda", "fws", "epa", "dot", "ttb")},
}

PRODUCT: Fields = {
    "sku": text(MAX_EXTERNAL_ID),
    "name": text(500),
    "status": one_of("active", "archived"),
    "customs_description": text(2000),
    "hts_code": checks.hts_code,
    "country_of_origin": checks.origin,
    "material_composition": text(1000),
    "manufacturer": Nested(
        {
            "name": text(500),
            "address": text(500),
            "city": text(100),
            "region": text(100),
            "postal_code": text(32),
            "country": country,
            "mid": text(32),
        }
    ),
    "net_weight_kg": amount,
    "gross_weight_kg": amount,
    "unit_of_measure": text(32),
    "unit_value_usd": amount,
    "usmca": Nested(
        {
            "criterion": checks.criterion,
            "certification": text(200),
            "blanket_from": day,
            "blanket_to": day,
        }
    ),
    "section_232": Nested(
        {
            "status": one_of("not_assessed", "not_applicable", "review", "applicable"),
            "metals": Many(METAL, frozenset({"metal"})),
            "us_metal_pct": percent,
            "evidence": text(2000),
            "assessed_on": day,
            "metal_weight_pct": percent,
        }
    ),
    "hts_codes": ByCountry(checks.hts_code, but="US", field="htsCode"),
    "pga": Nested(PGA),
    "dangerous_goods": Nested(
        {
            "status": one_of("not_assessed", "not_regulated", "regulated"),
            "un_number": checks.un_number,
            "hazard_class": text(20),
            "packing_group": one_of("I", "II", "III"),
            "proper_shipping_name": text(200),
        }
    ),
    "section_301": Nested(REVIEW),
    "section_338": Nested(REVIEW),
    "adcvd_case": Nested(REVIEW),
    "supply_chain": Nested(REVIEW),
}

WAREHOUSE: Fields = {
    "name": text(500),
    "address": Nested(ADDRESS),
    "responsible_employee": text(200),
    "phone": text(50),
    "email": email,
    "transit_days": Whole(60),
    "importer_of_record": Nested(
        {
            "name": text(500),
            "number": checks.importer_number,
            "address": Nested(ADDRESS),
            "power_of_attorney": Flag(),
            "bond": one_of("continuous", "single"),
            "section_301": Nested(REVIEW),
        }
    ),
    "transport": Nested(
        {"carrier": text(200), "scac": text(16), "port_code": text(16), "port_name": text(200)}
    ),
}

FEE_SCHEDULE: Fields = {
    "valid_from": day,
    "valid_to": day,
    "currency": currency,
    "fee_formal": amount,
    "fee_informal": amount,
    "included_lines": Whole(1_000_000),
    "line_fee": amount,
    "order_fee": amount,
    "pga_fee": amount,
    "disbursement_pct": percent,
    "disbursement_min": amount,
    "payment_mode": one_of("importer_ach", "broker"),
    "bond_mode": one_of("continuous", "single"),
    "single_bond_rate": amount,
    "single_bond_min": amount,
    "source": text(500),
}

BROKER: Fields = {
    "name": text(500),
    "email": email,
    "port_code": text(16),
    "filer_code": text(16),
    "fee_schedules": Many(
        FEE_SCHEDULE, frozenset({"valid_from", "fee_formal", "fee_informal", "line_fee", "order_fee"})
    ),
    "max_lines_per_entry": Whole(1_000_000, minimum=1),
    "max_orders_per_entry": Whole(1_000_000, minimum=1),
    "channel": one_of("email", "https", "sftp"),
    "https": Nested({"url": endpoint_checks.upload_url, "credential": endpoint_checks.credential}),
    "sftp": Nested(
        {
            "host": endpoint_checks.host,
            "port": Whole(65_535, minimum=1),
            "username": text(64),
            "folder": endpoint_checks.folder,
            "host_key": endpoint_checks.host_key,
            "credential": endpoint_checks.credential,
        }
    ),
}
