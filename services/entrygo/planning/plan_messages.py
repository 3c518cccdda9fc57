"""A plan in bytes, and what holds it: the answer and the event. Pure.

Of a large plan these are 14 MB each. The plan is written once and put into both as it is, so that neither is
ever held as a message; the bytes are those that such a message would be written as.
"""

from datetime import datetime

from google.protobuf.message import Message

from entrygo.domain.changes import changes_in_words
from entrygo.domain.errors import PayloadTooLarge
from entrygo.domain.snapshot import Amendment
from entrygo.planning.decide import Decision
from entrygo.planning.exports import Export
from entrygo.planning.plan_to_proto import plan_to_proto
from entrygo.proto.events.v1 import events_pb2
from entrygo.proto.planning.v1 import planning_pb2

# Readers take a few times as much, but hold an answer in several forms. An event that inspection cannot read
# would stop its reading of all that came after.
MAX_PLAN_BYTES = 60 * 1024 * 1024
# How a field that has a length begins (protobuf.dev, "Encoding"): its number, with this in the lowest bits.
_HAS_LENGTH = 2


def plan_bytes(decision: Decision, planned_at: datetime) -> bytes:
    """The plan that answer and event hold; PayloadTooLarge for one that none of its readers would take."""
    plan = plan_to_proto(decision, planned_at).SerializeToString()
    if len(plan) > MAX_PLAN_BYTES:
        found, accepted = (f"{size / 1024**2:.0f}" for size in (len(plan), MAX_PLAN_BYTES))
        raise PayloadTooLarge(
            f"What was found in these orders takes {found} MiB, and a plan {accepted} at most: mend the"
            " products of some of them first, or plan fewer at once."
        )
    return plan


def answer_parts(
    export_id: str, status: str, revision: int, plan: bytes, amendment: Amendment | None = None
) -> tuple[bytes, ...]:
    """A PlanExportResponse around `plan`; of a successor with what it follows, and what changed, in words."""
    before = planning_pb2.PlanExportResponse(export_id=export_id, status=status, revision=revision)
    after = planning_pb2.PlanExportResponse()
    if amendment is not None:
        after.supersedes = amendment.supersedes
        after.changes.extend(changes_in_words(amendment))
    return _around(before, planning_pb2.PlanExportResponse.PLAN_FIELD_NUMBER, plan, after)


def event_data(export: Export, plan: bytes) -> tuple[bytes, ...]:
    """The ExportPlanned of its event, as `full_parts` takes it."""
    before = events_pb2.ExportPlanned(batch_id=export.export_id, revision=export.revision)
    after = events_pb2.ExportPlanned(supersedes=export.supersedes or "")
    planned = _around(before, events_pb2.ExportPlanned.PLAN_FIELD_NUMBER, plan, after)
    return _begun(events_pb2.Event.EXPORT_PLANNED_FIELD_NUMBER, sum(map(len, planned))), *planned


def _around(before: Message, number: int, content: bytes, after: Message) -> tuple[bytes, ...]:
    """A message with `content` in the field of this number, between the fields that come before and after."""
    return before.SerializeToString(), _begun(number, len(content)), content, after.SerializeToString()


def _begun(number: int, length: int) -> bytes:
    return _varint(number << 3 | _HAS_LENGTH) + _varint(length)


def _varint(number: int) -> bytes:
    """Seven bits a byte, the lowest first; all but the last have the highest bit set."""
    digits = bytearray()
    while number > 0x7F:
        digits.append(number & 0x7F | 0x80)
        number >>= 7
    digits.append(number)
    return bytes(digits)
