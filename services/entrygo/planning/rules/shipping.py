"""Rules on whether a product may travel at all: sold still, and safe on a truck."""

from entrygo.domain.facts import DangerousGoodsStatus, Product
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

RULES: tuple[Rule, ...] = (
    PRODUCT_ARCHIVED,
    DANGEROUS_GOODS_REVIEW,
)
