"""Decides on facts of the demo account with small changes; what every planning test starts from."""

from collections.abc import Sequence
from typing import Any

from entrygo.domain.facts import Order, Product
from entrygo.domain.snapshot import SavingsBasis, ValidationMessage
from entrygo.planning.decide import Decision, decide
from entrygo.planning.inputs import OnBlocked, PlanFacts, PlanRequest
from entrygo.planning.reference.in_force import reference_on
from entrygo.planning.rules import RULES
from tests.factories import GOLDEN_ENTRY_DATE, golden_products, make_broker, make_order, make_warehouse


def decide_on(*orders: Order, products: Sequence[Product] = (), **changes: Any) -> Decision:
    """The decision on `orders`; `products` replace those of the demo account by id."""
    chosen = orders or (make_order(),)
    named = {item.product_id for order in chosen for item in order.items}
    catalogue = {product.id: product for product in (*golden_products(), *products)}
    entry_date = changes.pop("entry_date", GOLDEN_ENTRY_DATE)
    request = PlanRequest(
        order_ids=tuple(order.id for order in chosen),
        destination_country=changes.pop("destination_country", "US"),
        entry_date=entry_date,
        asked_on=changes.pop("asked_on", entry_date),
        is_dry_run=changes.pop("is_dry_run", False),
        on_blocked=OnBlocked(changes.pop("on_blocked", "block")),
        entry_type=changes.pop("entry_type", None),
        savings_basis=SavingsBasis(changes.pop("savings_basis", SavingsBasis.PER_ORDER)),
        filed=changes.pop("filed", ()),
        not_filed=changes.pop("not_filed", frozenset()),
    )
    rules = changes.pop("rules", RULES)
    reference = changes.pop("reference", None) or reference_on(entry_date)
    duty_book = changes.pop("duty_book", None)
    facts = PlanFacts(
        orders={order.id: order for order in chosen},
        products={id: catalogue[id] for id in named},
        warehouse=changes.pop("warehouse", make_warehouse()),
        broker=changes.pop("broker", make_broker()),
        importers=tuple(changes.pop("importers", ())),
        exported=changes.pop("exported", {}),
        open_exports=changes.pop("open_exports", {}),
        paid=changes.pop("paid", {}),
    )
    assert not changes, changes
    return decide(request, facts, rules, reference, duty_book=duty_book)


def found(decision: Decision, code: str) -> list[ValidationMessage]:
    return [message for message in decision.messages if message.code == code]


def codes(decision: Decision) -> list[str]:
    return [message.code for message in decision.messages]
