"""Which of our columns somebody's column probably is. A person confirms it."""

import re
from collections.abc import Sequence
from difflib import get_close_matches

from entrygo.imports.columns import is_known

# How close a name has to be; below it, names that merely end alike are taken for each other.
CLOSENESS = 0.8
# Other words of the trade for our columns, as order systems and product sheets write them.
SYNONYMS = {
    "barcode": "gtin",
    "company": "name",
    "coo": "country_of_origin",
    "country": "ship_to_country",
    "country_code": "ship_to_country",
    "country_of_manufacture": "country_of_origin",
    "destination_country": "ship_to_country",
    "destination_state": "ship_to_state",
    "destination_zip": "ship_to_zip",
    "harmonized_code": "hts_code",
    "hs_code": "hts_code",
    "hs_tariff_number": "hts_code",
    "hts": "hts_code",
    "hts_number": "hts_code",
    "importer_of_record_number": "importer_number",
    "item": "sku",
    "item_price": "unit_price_usd",
    "item_sku": "sku",
    "lineitem_price": "unit_price_usd",
    "lineitem_quantity": "quantity",
    "lineitem_sku": "sku",
    "made_in": "country_of_origin",
    "mid": "manufacturer_id",
    "order": "order_id",
    "order_name": "order_id",
    "order_no": "order_id",
    "order_number": "order_id",
    "origin": "country_of_origin",
    "post_code": "ship_to_zip",
    "postal": "ship_to_zip",
    "postal_code": "ship_to_zip",
    "postal_zip": "ship_to_zip",
    "postal_zip_code": "ship_to_zip",
    "postcode": "ship_to_zip",
    "price": "unit_price_usd",
    "price_usd": "unit_price_usd",
    "product": "name",
    "product_name": "name",
    "product_sku": "sku",
    "province": "ship_to_state",
    "province_code": "ship_to_state",
    "province_state": "ship_to_state",
    "qty": "quantity",
    "ship_country": "ship_to_country",
    "ship_state": "ship_to_state",
    "ship_to_postal_code": "ship_to_zip",
    "ship_to_province": "ship_to_state",
    "ship_zip": "ship_to_zip",
    "shipping_country": "ship_to_country",
    "shipping_postal_code": "ship_to_zip",
    "shipping_province": "ship_to_state",
    "shipping_state": "ship_to_state",
    "shipping_zip": "ship_to_zip",
    "state": "ship_to_state",
    "state_code": "ship_to_state",
    "state_province": "ship_to_state",
    "title": "name",
    "unit_price": "unit_price_usd",
    "unit_value": "unit_price_usd",
    "units": "quantity",
    "zip": "ship_to_zip",
    "zip_code": "ship_to_zip",
    "zip_postal": "ship_to_zip",
    "zip_postal_code": "ship_to_zip",
    "zipcode": "ship_to_zip",
}
# Ours are in kg and US dollars: a column in anything else is none of them, however alike the names.
OTHER_UNITS = frozenset((
    "g", "gr", "gram", "grams", "lb", "lbs", "ounce", "ounces", "oz", "pound", "pounds", "ton", "tons",
    "aud", "cad", "chf", "cny", "eur", "euro", "gbp", "inr", "jpy", "krw", "mxn", "rmb", "vnd",
))  # fmt: skip
_SEPARATORS = re.compile(r"[\W_]+")
_HUMPS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


def spelled(name: str) -> str:
    """A name as ours are written: Ship to Country and shipToCountry are ship_to_country."""
    return _SEPARATORS.sub("_", _HUMPS.sub("_", name.strip())).strip("_").lower()


def nearest(name: str, known: Sequence[str]) -> str | None:
    """The one of `known` that `name` is another spelling of, or close to; None where there is none."""
    plain = spelled(name)
    if is_known(plain, known):
        return plain
    if OTHER_UNITS & set(plain.split("_")):
        return None
    if SYNONYMS.get(plain) in known:
        return SYNONYMS[plain]
    return next(iter(get_close_matches(plain, known, n=1, cutoff=CLOSENESS)), None)


def suggested(columns: Sequence[str], known: Sequence[str]) -> dict[str, str]:
    """Ours by theirs: names that are ours already, then the nearest, each of ours at most once."""
    found = {name: name for name in columns if is_known(name, known)}
    for name in columns:
        ours = nearest(name, known) if name and name not in found else None
        if ours is not None and ours not in found.values():
            found[name] = ours
    return found
