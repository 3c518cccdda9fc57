"""A difference of plans, in the shape of the REST interface."""

from entrygo.gateway.mapping.exports import validation_messages
from entrygo.gateway.schemas import plan_diff as views
from entrygo.gateway.schemas.exports import DiffQuery
from entrygo.proto.planning.v1 import planning_pb2


def diff_request(export_id: str, query: DiffQuery) -> planning_pb2.DiffPlansRequest:
    """GET /api/exports/{id}/plan-diff: query to message."""
    return planning_pb2.DiffPlansRequest(
        export_id=export_id,
        from_plan_hash=query.from_,
        to_plan_hash=query.to or "",
        limit=query.limit or 0,
    )


def diff_answer(diff: planning_pb2.PlanDiff) -> views.PlanDiffAnswer:
    """What changed between two plans: counts of all, and the first of each."""
    # A field of this name cannot be written as an attribute.
    before: planning_pb2.PlanVersion = getattr(diff, "from")
    return {
        "exportId": diff.export_id,
        "from": _version(before),
        "to": _version(diff.to),
        "is_same": before.plan_hash == diff.to.plan_hash,
        "plan": _fields(diff.plan),
        "warehouse": _fields(diff.warehouse),
        "broker": _fields(diff.broker),
        "importers": _items(diff.importers),
        "orders": _items(diff.orders),
        "products": _items(diff.products),
        "reference_rows": _items(diff.reference_rows),
        "messages": {
            "appeared_count": diff.messages.appeared_count,
            "disappeared_count": diff.messages.disappeared_count,
            "appeared": validation_messages(diff.messages.appeared),
            "disappeared": validation_messages(diff.messages.disappeared),
        },
    }


def _version(version: planning_pb2.PlanVersion) -> views.PlanVersion:
    return {"revision": version.revision, "planHash": version.plan_hash, "planned_at": version.planned_at}


def _fields(changes: planning_pb2.FieldChanges) -> views.FieldChanges:
    return {
        "count": changes.count,
        "first": [
            {
                "field": change.field,
                "before": change.before if change.HasField("before") else None,
                "after": change.after if change.HasField("after") else None,
            }
            for change in changes.first
        ],
    }


def _items(changes: planning_pb2.ItemChanges) -> views.ItemChanges:
    return {
        "added_count": changes.added_count,
        "removed_count": changes.removed_count,
        "changed_count": changes.changed_count,
        "added": [_item(item) for item in changes.added],
        "removed": [_item(item) for item in changes.removed],
        "changed": [{**_item(item), "changes": _fields(item.changes)} for item in changes.changed],
    }


def _item(item: planning_pb2.ItemChanges.Item) -> views.DiffItem:
    return {"id": item.id, "name": item.name or None}
