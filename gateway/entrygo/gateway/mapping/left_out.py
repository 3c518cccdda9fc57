"""Which orders a plan leaves behind, and why."""

from entrygo.gateway.schemas.plan_views import ExcludedOrder
from entrygo.proto.events.v1 import events_pb2


def excluded_orders(plan: events_pb2.Plan) -> list[ExcludedOrder]:
    """In the order of `excluded_order_ids`; none of a plan from before plans said it."""
    return [
        {"order_id": each.order_id, "external_id": each.external_id, "reasons": list(each.reasons)}
        for each in plan.excluded_orders
    ]
