"""Writes a difference of plans as the message that is answered."""

from entrygo.domain.snapshot import Snapshot
from entrygo.planning.plan_diff import FieldChanges, Item, ItemChanges, PlanDiff
from entrygo.planning.plan_to_proto import message_to_proto
from entrygo.proto.planning.v1 import planning_pb2


def diff_to_proto(diff: PlanDiff, before: Snapshot, after: Snapshot) -> planning_pb2.PlanDiff:
    """The difference with the revision, hash and instant of both plans."""
    answer = planning_pb2.PlanDiff(
        export_id=after.export_id,
        to=_version(after),
        plan=_fields(diff.plan),
        warehouse=_fields(diff.warehouse),
        broker=_fields(diff.broker),
        importers=_items(diff.importers),
        orders=_items(diff.orders),
        products=_items(diff.products),
        reference_rows=_items(diff.reference_rows),
        messages=planning_pb2.MessageChanges(
            appeared_count=diff.messages.appeared_count,
            disappeared_count=diff.messages.disappeared_count,
            appeared=map(message_to_proto, diff.messages.appeared),
            disappeared=map(message_to_proto, diff.messages.disappeared),
        ),
    )
    # A field of this name cannot be written as an argument.
    getattr(answer, "from").CopyFrom(_version(before))
    return answer


def _version(snapshot: Snapshot) -> planning_pb2.PlanVersion:
    return planning_pb2.PlanVersion(
        revision=snapshot.revision, plan_hash=snapshot.plan_hash, planned_at=snapshot.planned_at
    )


def _fields(changes: FieldChanges) -> planning_pb2.FieldChanges:
    return planning_pb2.FieldChanges(
        count=changes.count,
        first=[
            planning_pb2.FieldChange(field=change.field, before=change.before, after=change.after)
            for change in changes.first
        ],
    )


def _items(changes: ItemChanges) -> planning_pb2.ItemChanges:
    return planning_pb2.ItemChanges(
        added_count=changes.added_count,
        removed_count=changes.removed_count,
        changed_count=changes.changed_count,
        added=map(_item, changes.added),
        removed=map(_item, changes.removed),
        changed=map(_item, changes.changed),
    )


def _item(item: Item) -> planning_pb2.ItemChanges.Item:
    changes = _fields(item.changes) if item.changes is not None else None
    return planning_pb2.ItemChanges.Item(id=item.id, name=item.name, changes=changes)
