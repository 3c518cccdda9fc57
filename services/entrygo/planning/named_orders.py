"""Which orders a plan is asked for, by either of their names; or which of them nobody has. Pure."""

from collections.abc import Mapping, Sequence

from entrygo.domain.errors import InvalidOrderReference, ValidationFailed
from entrygo.domain.facts import Order
from entrygo.planning.requests import PlanCommand


def named_orders(command: PlanCommand, orders: Mapping[str, Order]) -> tuple[str, ...]:
    """The ids in the order of the request, those named by external id last.

    Raises InvalidOrderReference with what was asked for and found, ValidationFailed for an order named twice.
    """
    by_external_id = {order.external_id: order.id for order in orders.values()}
    found = [order_id for order_id in command.order_ids if order_id in orders]
    external = [external_id for external_id in command.external_order_ids if external_id in by_external_id]
    if len(found) < len(command.order_ids) or len(external) < len(command.external_order_ids):
        details = {"requestedOrderIds": list(command.order_ids), "foundOrderIds": found}
        if command.external_order_ids:
            details["requestedExternalOrderIds"] = list(command.external_order_ids)
            details["foundExternalOrderIds"] = external
        raise InvalidOrderReference(details=details)
    _check_distinct(command, by_external_id)
    return (*command.order_ids, *(by_external_id[external_id] for external_id in command.external_order_ids))


def _check_distinct(command: PlanCommand, by_external_id: Mapping[str, str]) -> None:
    by_id = frozenset(command.order_ids)
    issues: Sequence[tuple[str, str, str]] = [
        (f"externalOrderIds.{index}", f"Order {by_external_id[external_id]} is listed twice", "duplicate")
        for index, external_id in enumerate(command.external_order_ids)
        if by_external_id[external_id] in by_id
    ]
    if issues:
        raise ValidationFailed.of(issues)
