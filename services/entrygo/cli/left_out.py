"""Why the orders that a plan left out stay behind."""

from collections.abc import Mapping, Sequence
from typing import Any

from entrygo.domain.left_behind import keeps_importer_behind

Message = Mapping[str, Any]


def reasons_left_out(plan: Mapping[str, Any]) -> Mapping[str, Sequence[Message]]:
    """The messages of a plan's answer that say it, by our id of each order left out.

    An order without one of its own stays because of its importer. The answer does not say which that is: of
    several importers that stay behind it has the messages of all, each of which names its importer.
    """
    own: dict[str, list[Message]] = {order_id: [] for order_id in plan["excluded_order_ids"]}
    of_importers: list[Message] = []
    for message in plan["validationMessages"]:
        if message["order_id"] in own:
            own[message["order_id"]].append(message)
        elif message["order_id"] is None and keeps_importer_behind(message["severity"], message["field"]):
            of_importers.append(message)
    return {order_id: messages or of_importers for order_id, messages in own.items()}
