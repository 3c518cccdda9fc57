"""What a plan was checked for, in the shape of the REST interface."""

from entrygo.gateway.schemas import plan_views
from entrygo.proto.events.v1 import events_pb2


def coverage(plan: events_pb2.Plan) -> plan_views.Coverage:
    """The lists that decide, and each code with what it was checked for; none in earlier plans."""
    return {
        "lists": [_list(each) for each in plan.coverage.lists],
        "codes": [
            {
                "hts_code": each.hts_code,
                "country_of_origin": each.country_of_origin,
                "checks": {one.subject: one.by for one in each.checks},
            }
            for each in plan.coverage.codes
        ],
    }


def _list(message: events_pb2.LoadedList) -> plan_views.LoadedList:
    return {
        "subject": message.subject,
        "table": message.table,
        "is_loaded": message.is_loaded,
        "source": message.source if message.HasField("source") else None,
        "effective_from": message.effective_from if message.HasField("effective_from") else None,
        "checked_on": message.checked_on if message.HasField("checked_on") else None,
    }
