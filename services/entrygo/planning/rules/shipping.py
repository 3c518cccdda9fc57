"""Rules on how a product travels: sold still, weighed, and safe on a truck."""

from entrygo.domain.facts import DangerousGoodsStatus, Product
from entrygo.domain.money import plain
from entrygo.domain.snapshot import Severity
from entrygo.planning.rules.base import Context, Problem, ProductRule, Rule, is_blank, sku_of, words_in

ARCHIVED = "archived"


def _archived(product: Product, context: Context) -> Problem | None:
    return Problem(f"Product {sku_of(product)} is archived.") if product.status == ARCHIVED else None


def _dangerous(product: Product, context: Context) -> Problem | None:
    """Nobody has classified what sounds dangerous, or what is regulated has no UN number."""
    goods = product.dangerous_goods
    if goods.status is DangerousGoodsStatus.REGULATED:
        needs_review = is_blank(goods.un_number)
    else:
        named = words_in(product.customs_description) | words_in(product.material_composition)
        sounds_dangerous = not context.reference.dangerous_words.isdisjoint(named)
        needs_review = goods.status is DangerousGoodsStatus.NOT_ASSESSED and sounds_dangerous
    if not needs_review:
        return None
    return Problem(
        f"{sku_of(product)} may be dangerous goods; a classification with its UN number is needed."
    )


def _gross_weight_missing(product: Product, context: Context) -> Problem | None:
    """A truck's manifest states the weight of every shipment on it."""
    if product.gross_weight_kg:
        return None
    return Problem(f"Product {sku_of(product)} has no gross weight, which the truck's manifest states.")


def _gross_below_net(product: Product, context: Context) -> Problem | None:
    """What is packed weighs no less than what is in the pack."""
    gross, net = product.gross_weight_kg, product.net_weight_kg
    if not gross or not net or gross >= net:
        return None
    return Problem(f"{sku_of(product)} weighs {plain(gross)} kg packed and {plain(net)} kg without packing.")


PRODUCT_ARCHIVED = ProductRule(
    code="PRODUCT_ARCHIVED",
    severity=Severity.ERROR,
    penalty=8,
    field="status",
    basis="The account's catalogue",
    check=_archived,
)

DANGEROUS_GOODS_REVIEW = ProductRule(
    code="DANGEROUS_GOODS_REVIEW",
    severity=Severity.WARNING,
    penalty=5,
    field="dangerous_goods",
    basis="49 CFR 172.101; TDG Regulations",
    check=_dangerous,
)

PRODUCT_GROSS_WEIGHT_MISSING = ProductRule(
    code="PRODUCT_GROSS_WEIGHT_MISSING",
    severity=Severity.WARNING,
    penalty=3,
    field="gross_weight_kg",
    basis="19 CFR 123.92; CBP Form 7501, gross weight",
    is_datum_missing=True,
    check=_gross_weight_missing,
)

PRODUCT_GROSS_WEIGHT_BELOW_NET = ProductRule(
    code="PRODUCT_GROSS_WEIGHT_BELOW_NET",
    severity=Severity.ERROR,
    penalty=8,
    field="gross_weight_kg",
    basis="19 CFR 141.86(a)(4); CBP Form 7501, gross weight and net quantity",
    check=_gross_below_net,
)

RULES: tuple[Rule, ...] = (
    PRODUCT_ARCHIVED,
    PRODUCT_GROSS_WEIGHT_MISSING,
    PRODUCT_GROSS_WEIGHT_BELOW_NET,
    DANGEROUS_GOODS_REVIEW,
)
