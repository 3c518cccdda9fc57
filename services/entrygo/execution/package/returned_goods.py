"""What goods are claimed under of chapter 98, what supports it, and what their duty is taken of. Pure."""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal

from entrygo.domain.consolidation import claimed_provision
from entrygo.domain.facts import Chapter98, Product
from entrygo.domain.money import to_cents
from entrygo.execution.package.invoicing import distinct, times
from entrygo.execution.package.json_values import Json, money
from entrygo.execution.package.printable import clean_text, dotted_hts
from entrygo.execution.package.shipped_products import ShippedProduct

Amount = Callable[[Chapter98], Decimal | None]
# Of one unit, USD: duty is on the repair (9802.00.40, .50), or not on the components (9802.00.80).
AMOUNTS: Mapping[str, Amount] = {
    "repair_value_usd": lambda facts: facts.repair_value_usd,
    "us_components_value_usd": lambda facts: facts.us_components_value_usd,
}


def provision_of(product: Product) -> str:
    """The claimed provision with its dots; empty without a claim."""
    return dotted_hts(claimed_provision(product))


def declaration_of(product: Product) -> str:
    """The declaration that supports the claim."""
    return clean_text(product.chapter_98.declaration) if claimed_provision(product) else ""


def exported_on(product: Product) -> str:
    """The day on which the goods left the United States, YYYY-MM-DD."""
    day = product.chapter_98.exported_on
    return day.isoformat() if day and claimed_provision(product) else ""


def amount_of(product: Product, quantity: Decimal, amount: Amount) -> Decimal | None:
    """Of that many units; None without a claim, and where nobody stated it."""
    return times(quantity, amount(product.chapter_98)) if claimed_provision(product) else None


def total_of(goods: Sequence[ShippedProduct], amount: Amount) -> Decimal | None:
    """Of all goods of an entry line, rounded once to the cent; None where it is not known of one of them."""
    found = [amount_of(each.product, each.quantity, amount) for each in goods]
    known = [each for each in found if each is not None]
    return to_cents(sum(known, Decimal(0))) if known and len(known) == len(found) else None


def declarations(goods: Sequence[ShippedProduct]) -> tuple[str, ...]:
    return distinct(declaration_of(each.product) for each in goods)


def days_of_export(goods: Sequence[ShippedProduct]) -> tuple[str, ...]:
    return distinct(exported_on(each.product) for each in goods)


def claim_under_chapter_98(goods: Sequence[ShippedProduct]) -> Json:
    """What an entry line claims, for documents that are JSON; empty without a claim."""
    provision = provision_of(goods[0].product)
    if not provision:
        return {}
    totals = {name: total_of(goods, amount) for name, amount in AMOUNTS.items()}
    return {
        "chapter_98": {
            "provision": provision,
            "declarations": list(declarations(goods)),
            "exported_from_us_on": list(days_of_export(goods)),
            **{name: None if total is None else money(total) for name, total in totals.items()},
        }
    }
