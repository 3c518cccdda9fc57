"""What a new plan changed, as the page of an export tells it."""

from typing import Any, cast

from entrygo.gateway.console.plan_changes import changes_of
from entrygo.gateway.schemas.plan_diff import FieldChange, FieldChanges, ItemChanges, PlanDiffAnswer
from entrygo.gateway.schemas.plan_views import ValidationMessage

NO_MID, NO_HTS = "CAP-002 has no manufacturer ID.", "MUG-110 has no HTS code."


def fields(*changes: tuple[str, str | None, str | None]) -> FieldChanges:
    first: list[FieldChange] = [{"field": field, "before": old, "after": new} for field, old, new in changes]
    return {"count": len(first), "first": first}


def items(**changed: FieldChanges) -> ItemChanges:
    return {
        "added_count": 0,
        "removed_count": 0,
        "changed_count": len(changed),
        "added": [],
        "removed": [],
        "changed": [{"id": f"prod_{name}", "name": name, "changes": each} for name, each in changed.items()],
    }


def message(text: str, severity: Any = "error") -> ValidationMessage:
    return {
        "code": "C",
        "message": text,
        "severity": severity,
        "field": "f",
        "product_id": None,
        "order_id": None,
    }


def diff(
    gone: list[ValidationMessage], new: list[ValidationMessage], *, more: int = 0, **parts: Any
) -> PlanDiffAnswer:
    version: Any = {"revision": 1, "planHash": "planhash_1", "planned_at": "2026-11-30T12:00:00Z"}
    nothing: dict[str, Any] = {
        **dict.fromkeys(("plan", "warehouse", "broker"), fields()),
        **dict.fromkeys(("importers", "orders", "products", "reference_rows"), items()),
        **parts,
    }
    messages = {
        "appeared_count": len(new) + more,
        "disappeared_count": len(gone),
        "appeared": new,
        "disappeared": gone,
    }
    answer = {"exportId": "batch_1", "from": version, "to": version, "is_same": False, "messages": messages}
    return cast("PlanDiffAnswer", {**answer, **nothing})


def test_findings_are_told_once_and_one_that_only_weighs_less_is_no_change() -> None:
    gone = [message(NO_MID), message(NO_HTS), message(NO_MID)]
    found = changes_of(
        diff(gone, [message(NO_MID, "info"), message("Ships to CA."), message("Ships to CA.")])
    )
    assert (found.resolved, found.appeared, found.is_part) == ([NO_HTS], ["Ships to CA."], False)
    assert changes_of(diff(gone, [], more=9)).is_part


def test_the_plan_is_told_in_words_and_how_it_stands_first() -> None:
    plan = fields(
        ("flags", "data_missing", ""),
        ("orders", "4978", "623"),
        ("readiness_state", "BLOCKED", "READY"),
        ("recommended_strategy", "Correct it.", "Execute it."),
        ("savings.consolidated.lines", "21", "4"),
        ("savings.estimated_usd", "105069.7", "12977.38"),
    )
    assert [(each.field, each.before, each.after) for each in changes_of(diff([], [], plan=plan)).plan] == [
        ("How it stands", "blocked", "ready to send"),
        ("Orders", "4,978", "623"),
        ("Estimated saving", "USD 105,069.70", "USD 12,977.38"),
    ]


def test_records_are_told_field_by_field() -> None:
    found = changes_of(
        diff(
            [],
            [],
            products=items(CAP=fields(("manufacturer.mid", None, "VNSAIHEA88HOC"))),
            importers=items(North=fields(("name", "North", "North Ltd"))),
            broker=fields(("name", "Border", "Other")),
        )
    )
    assert [(each.of, each.field, each.before, each.after) for each in found.records] == [
        ("CAP", "Manufacturer: MID", "", "VNSAIHEA88HOC"),
        ("North", "Name", "North", "North Ltd"),
        ("Broker", "Name", "Border", "Other"),
    ]
