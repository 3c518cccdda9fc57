"""What the bond of each importer must cover, as REST shows it."""

from entrygo.domain.money import json_number
from entrygo.gateway.schemas import plan_views
from entrygo.proto.events.v1 import events_pb2


def bond_needs(plan: events_pb2.Plan) -> list[plan_views.BondNeed]:
    """In the order of the plan's entries; amounts in USD."""
    return [
        {
            "importer": each.importer or None,
            "type": each.type,
            "on_file_usd": json_number(each.on_file_usd) if each.on_file_usd else None,
            "needed_usd": json_number(each.needed_usd),
            "sufficient": each.is_sufficient if each.HasField("is_sufficient") else None,
            "twelve_months_usd": json_number(each.twelve_months_usd) if each.twelve_months_usd else None,
            "first_day": each.first_day or None,
            "last_day": each.last_day or None,
            "entries": each.entries,
            "complete": each.is_complete,
        }
        for each in plan.bonds
    ]
