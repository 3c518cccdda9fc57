"""The steel, aluminum and copper in what is shipped of a product, as Section 232 asks for it."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from entrygo.domain.facts import Metal
from entrygo.execution.invoice import times
from entrygo.execution.printable import clean_text
from entrygo.execution.shipped_products import ShippedProduct


@dataclass(frozen=True, slots=True, kw_only=True)
class MetalContent:
    """One metal; weight and value are of the whole quantity. Unknown is None, or empty."""

    metal: str
    weight_kg: Decimal | None
    weight_pct: Decimal | None
    value: Decimal | None
    melt_pour: str
    smelt_1: str
    smelt_2: str
    cast: str


def metal_content(shipped: ShippedProduct) -> Sequence[MetalContent]:
    return [_content(shipped.quantity, metal) for metal in shipped.product.section_232.metals]


def _content(quantity: Decimal, metal: Metal) -> MetalContent:
    return MetalContent(
        metal=metal.metal,
        weight_kg=times(quantity, metal.weight_kg),
        weight_pct=metal.weight_pct,
        value=times(quantity, metal.value_usd),
        melt_pour=clean_text(metal.melt_pour),
        smelt_1=clean_text(metal.smelt_1),
        smelt_2=clean_text(metal.smelt_2),
        cast=clean_text(metal.cast),
    )
