"""What a new plan changed, in words and without what only follows from it, as the page shows it. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from entrygo.domain.plan_words import field_in_words, place_of, value_in_words
from entrygo.gateway.schemas.plan_diff import FieldChanges, PlanDiffAnswer
from entrygo.gateway.schemas.plan_views import ValidationMessage

# Findings that are asked for, the most that one answer has: of thousands of orders most say the same.
FINDINGS = 200
# Rows of records, and different findings, that a page shows.
SHOWN = 25
# What only follows from the other changes: the sentence of the state, and the parts of the saving.
_FOLLOWS = frozenset({"recommended_strategy", "flags", "savings.signed_usd"})
_SAVING = "savings.estimated_usd"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeRow:
    """One value that differs; `of` is whose it is, empty where it is the plan's own."""

    of: str
    field: str
    before: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """Everything that the page says of the difference; of findings what they say, each once."""

    plan: Sequence[ChangeRow]
    records: Sequence[ChangeRow]
    resolved: Sequence[str]
    appeared: Sequence[str]
    # There are more findings than were looked at.
    is_part: bool


def changes_of(diff: PlanDiffAnswer) -> Changes:
    """A finding that stays, and only counts otherwise for an order that is left out now, is no change."""
    messages = diff["messages"]
    gone, new = _texts(messages["disappeared"]), _texts(messages["appeared"])
    looked_at = len(messages["disappeared"]) + len(messages["appeared"])
    return Changes(
        plan=_of_the_plan(diff),
        records=list(_of_records(diff))[:SHOWN],
        resolved=[each for each in gone if each not in new][:SHOWN],
        appeared=[each for each in new if each not in gone][:SHOWN],
        is_part=messages["disappeared_count"] + messages["appeared_count"] > looked_at,
    )


def _texts(messages: Sequence[ValidationMessage]) -> dict[str, None]:
    return dict.fromkeys(message["message"] for message in messages)


def _of_the_plan(diff: PlanDiffAnswer) -> Sequence[ChangeRow]:
    shown = [
        each
        for each in diff["plan"]["first"]
        if each["field"] not in _FOLLOWS
        and (each["field"] == _SAVING or not each["field"].startswith("savings."))
    ]
    return [
        ChangeRow(
            of="",
            field=field_in_words(each["field"]),
            before=value_in_words(each["field"], each["before"]),
            after=value_in_words(each["field"], each["after"]),
        )
        for each in sorted(shown, key=lambda each: place_of(each["field"]))
    ]


def _of_records(diff: PlanDiffAnswer) -> Iterator[ChangeRow]:
    for item in (*diff["products"]["changed"], *diff["importers"]["changed"]):
        yield from _fields(item["name"] or item["id"], item["changes"])
    yield from _fields("Warehouse", diff["warehouse"])
    yield from _fields("Broker", diff["broker"])


def _fields(of: str, changes: FieldChanges) -> Iterator[ChangeRow]:
    for each in changes["first"]:
        yield ChangeRow(
            of=of,
            field=field_in_words(each["field"]),
            before=each["before"] or "",
            after=each["after"] or "",
        )
