"""Turns orders into entries: their value, and their lines as customs tells lines apart. Pure."""

from collections.abc import Hashable, Mapping, Sequence
from decimal import Decimal

from entrygo.domain.facts import Order, Product
from entrygo.planning.savings import Entry

USMCA = "S"


def entries_of(
    orders: Sequence[Order], products: Mapping[str, Product], usmca_product_ids: frozenset[str]
) -> tuple[Entry, ...]:
    """One entry for each order; a product in `usmca_product_ids` claims preference and pays no fee."""
    keys = {product.id: _line_key(product, product.id in usmca_product_ids) for product in products.values()}
    return tuple(_entry(order, keys, usmca_product_ids) for order in orders)


def _entry(order: Order, keys: Mapping[str, Hashable], usmca_product_ids: frozenset[str]) -> Entry:
    value = fee_value = Decimal(0)
    has_fee_lines = False
    for item in order.items:
        line_value = item.value_usd
        value += line_value
        if item.product_id not in usmca_product_ids:
            fee_value += line_value
            has_fee_lines = True
    return Entry(
        value_usd=value,
        fee_value_usd=fee_value,
        has_fee_lines=has_fee_lines,
        lines=frozenset(keys[item.product_id] for item in order.items),
    )


def _line_key(product: Product, is_usmca: bool) -> Hashable:
    """Lines that agree in these are one line of an entry."""
    return (
        product.hts_code,
        product.country_of_origin,
        USMCA if is_usmca else None,
        product.manufacturer.mid,
        product.section_232.status,
    )
