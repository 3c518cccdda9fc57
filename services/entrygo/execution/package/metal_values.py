"""The metals of an entry line and where they come from, for documents that are JSON."""

from collections.abc import Mapping, Sequence

from entrygo.execution.package.json_values import Json, money, number
from entrygo.execution.package.printable import clean_text
from entrygo.execution.package.shipped_products import MetalContent, ShippedProduct, metal_content


def metals(goods: Sequence[ShippedProduct]) -> list[Json]:
    """Each metal of each of the goods; null what nobody stated."""
    return [_metal(clean_text(each.product.sku), metal) for each in goods for metal in metal_content(each)]


def metal_shares(goods: Sequence[ShippedProduct]) -> Mapping[str, str | None]:
    """By SKU the share of all metals in the goods' weight, percent, of those of whom it was stated."""
    return {
        clean_text(each.product.sku): number(each.product.section_232.metal_weight_pct)
        for each in goods
        if each.product.section_232.metal_weight_pct is not None
    }


def _metal(sku: str, content: MetalContent) -> Json:
    return {
        "sku": sku,
        "metal": content.metal,
        "weight_kg": number(content.weight_kg),
        "weight_pct": number(content.weight_pct),
        "value": None if content.value is None else money(content.value),
        "melt_pour": content.melt_pour or None,
        "smelt_primary": content.smelt_1 or None,
        "smelt_secondary": content.smelt_2 or None,
        "cast": content.cast or None,
    }
