"""The checker finds nothing in a life that went well, and each way in which one may go wrong."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.campaign.checker import INVARIANTS, check
from tests.campaign.final_state import Event, Export, FinalState, Mail, Order, Package, Submission
from tests.campaign.history import Action, Answered, Asked, History, Operation, Outcome, Recorder, load

ACCOUNT = "acc_north"
PLANNED = ("export.planned", "export.execution_started", "export.executed")
Reported = tuple[History, FinalState]


def operation(number: int, action: Action, *, status: int = 200, code: str = "", **given: Any) -> Operation:
    """The request `number`, which was answered before the next one was asked."""
    facts, digest = given.pop("facts", {}), given.pop("digest", f"digest {action}")
    is_replayed = given.pop("is_replayed", False)
    asked = Asked(action=action, account=ACCOUNT, client="north/0", **given)
    outcome = Outcome.OK if status == 200 else Outcome.FAIL
    return Operation(
        number=number,
        asked=asked,
        invoked=float(number),
        completed=number + 0.5,
        answered=Answered(
            outcome=outcome, status=status, code=code, is_replayed=is_replayed, digest=digest, facts=facts
        ),
    )


def looked(number: int, **changes: Any) -> Operation:
    facts = {
        "state": "COMPLETED",
        "stale": False,
        "events": ["evt_1", "evt_2"],
        "package": "cp_1",
        "documents": {"manifest.json": "aa"},
        "submissions": {"bes_1": "sent"},
        **changes,
    }
    return operation(number, Action.INSPECT, about="batch_1", facts=facts)


def good_life() -> Reported:
    """An order is synced, planned, executed, replayed and looked at."""
    executed = {"export": "batch_1", "state": "COMPLETED", "package": "cp_1", "submission": "bes_1"}
    history = History(
        (
            operation(
                1, Action.SYNC, key="s1", body="b1", items=("wms-1",), facts={"orders": {"wms-1": "ord_1"}}
            ),
            operation(2, Action.PLAN, key="p1", body="b2", items=("ord_1",), facts={"export": "batch_1"}),
            operation(3, Action.EXECUTE, key="e1", body="b3", about="batch_1", facts=executed),
            operation(
                4, Action.EXECUTE, key="e1", body="b3", about="batch_1", facts=executed, is_replayed=True
            ),
            looked(5),
            looked(6),
            operation(7, Action.LIST, facts={"rows": {"batch_1": "COMPLETED"}}),
            operation(8, Action.DOWNLOAD, items=("manifest.json",), facts={"promised": "aa", "found": "aa"}),
        )
    )
    shown = {
        "state": "COMPLETED",
        "customsPackage": {"id": "cp_1"},
        "brokerSubmissions": [{"id": "bes_1", "status": "sent"}],
        "events": [{}] * 4,
    }
    final = FinalState(
        orders=[Order(account=ACCOUNT, id="ord_1", external_id="wms-1")],
        exports=[
            Export(
                account=ACCOUNT,
                id="batch_1",
                state="COMPLETED",
                order_ids=("ord_1",),
                listed={"state": "COMPLETED", "customsPackageId": "cp_1"},
                inspected=shown,
            )
        ],
        packages=[
            Package(
                account=ACCOUNT,
                id="cp_1",
                export_id="batch_1",
                number="cp_ch1",
                documents={"manifest.json": ("aa", "aa")},
            )
        ],
        submissions=[
            Submission(
                account=ACCOUNT,
                id="bes_1",
                export_id="batch_1",
                status="sent",
                attempts=1,
                recipient="entries@north.example.com",
            )
        ],
        events=[
            *(_event("planning", place, type) for place, type in enumerate(PLANNED, start=1)),
            _event("execution", 1, "customs_package.generated"),
        ],
        mails=[_mail()],
        claims=[(ACCOUNT, "ord_1", "batch_1")],
    )
    return history, final


def _event(source: str, sequence: int, type: str) -> Event:
    return Event(account=ACCOUNT, source=source, export_id="batch_1", sequence=sequence, type=type)


def _mail(**changes: Any) -> Mail:
    given = {
        "submission_id": "bes_1",
        "export_id": "batch_1",
        "message_id": "<1@entrygo>",
        "recipients": ("entries@north.example.com",),
        **changes,
    }
    return Mail(**given)


def also(*more: Operation) -> Callable[[History, FinalState], Reported]:
    return lambda history, final: (History((*history.operations, *more)), final)


def left(**changes: Any) -> Callable[[History, FinalState], Reported]:
    """Another final state; a value may be made from what was there."""
    return lambda history, final: (
        history,
        replace(
            final,
            **{
                name: value(getattr(final, name)) if callable(value) else value
                for name, value in changes.items()
            },
        ),
    )


def the_export(**changes: Any) -> Callable[[History, FinalState], Reported]:
    return left(exports=lambda found: [replace(found[0], **changes)])


REPEATED: dict[str, Any] = {"key": "p1", "body": "b2", "items": ("ord_1",), "facts": {"export": "batch_1"}}
SECOND = Export(
    account=ACCOUNT, id="batch_2", state="COMPLETED", order_ids=("ord_1",), listed=None, inspected=None
)

WRONG: tuple[tuple[str, Callable[[History, FinalState], Reported]], ...] = (
    ("no acknowledged write is lost", left(orders=[])),
    ("no acknowledged write is lost", left(exports=[])),
    ("no acknowledged write is lost", left(packages=[])),
    ("no acknowledged write is lost", the_export(state="BATCHED")),
    (
        "replays are equal",
        also(
            operation(
                9,
                Action.PLAN,
                key="p1",
                body="b2",
                items=("ord_1",),
                digest="other",
                is_replayed=True,
                facts={"export": "batch_1"},
            )
        ),
    ),
    (
        "replays are equal",
        also(operation(9, Action.PLAN, **REPEATED)),
    ),
    (
        "a key is used for one payload",
        also(operation(9, Action.SYNC, key="s1", body="else", facts={"orders": {"wms-1": "ord_1"}})),
    ),
    ("each write is there once", left(orders=lambda found: [*found, replace(found[0], id="ord_2")])),
    ("each write is there once", left(exports=lambda found: [*found, SECOND])),
    ("no order leaves twice", left(exports=lambda found: [*found, SECOND])),
    ("no order leaves twice", left(claims=[])),
    ("each export has one package", left(packages=lambda found: [*found, replace(found[0], id="cp_2")])),
    ("each export has one package", the_export(state="CANCELLED")),
    ("no mail is sent twice", left(mails=[_mail(), _mail()])),
    ("no mail is sent twice", left(mails=[])),
    ("no mail is sent twice", left(mails=[_mail(), _mail(submission_id="bes_9")])),
    ("no mail is sent twice", left(submissions=lambda found: [replace(found[0], status="failed")])),
    (
        "each export has one submission",
        left(submissions=lambda found: [*found, replace(found[0], id="bes_2")]),
    ),
    ("inspect never goes back", also(looked(9, state="BATCHED"))),
    ("inspect never goes back", also(looked(9, events=["evt_1"]))),
    ("inspect never goes back", also(looked(9, submissions={"bes_1": "prepared"}))),
    ("inspect shows what was acknowledged", also(looked(9, state="EXECUTING"))),
    (
        "inspect shows what was acknowledged",
        also(operation(9, Action.INSPECT, about="batch_1", status=404, code="NOT_FOUND")),
    ),
    ("list and inspect agree", the_export(listed={"state": "EXECUTING", "customsPackageId": "cp_1"})),
    ("list and inspect agree", the_export(inspected=None)),
    ("list and inspect agree", left(events=lambda found: found[:-1])),
    (
        "events are whole and move by the table",
        left(events=lambda found: [replace(each, sequence=each.sequence + 1) for each in found]),
    ),
    (
        "events are whole and move by the table",
        left(events=lambda found: [*found, _event("planning", 4, "export.cancelled")]),
    ),
    (
        "documents are what was promised",
        left(packages=lambda found: [replace(found[0], documents={"manifest.json": ("aa", "bb")})]),
    ),
    (
        "documents are what was promised",
        also(
            operation(9, Action.DOWNLOAD, items=("manifest.json",), facts={"promised": "aa", "found": "bb"})
        ),
    ),
    ("nothing crosses accounts", left(mails=[_mail(recipients=("entries@east.example.com",))])),
    ("nothing crosses accounts", the_export(account="acc_east")),
    ("answers are deserved", also(operation(9, Action.LIST, status=500, code="INTERNAL_ERROR"))),
    (
        "answers are deserved",
        also(operation(9, Action.PLAN, key="p1", body="b2", status=409, code="IDEMPOTENCY_CONFLICT")),
    ),
    ("everything settles", left(unsettled=["submission bes_1 is prepared"])),
    ("everything settles", left(outbox=1)),
    ("everything settles", left(dead_letters=1)),
)


def test_nothing_is_found_in_a_life_that_went_well() -> None:
    assert check(*good_life()) == []


@pytest.mark.parametrize(("invariant", "wrong"), WRONG)
def test_each_thing_that_went_wrong_is_found(
    invariant: str, wrong: Callable[[History, FinalState], Reported]
) -> None:
    assert invariant in {finding.invariant for finding in check(*wrong(*good_life()))}


def test_every_invariant_is_seen_to_fail() -> None:
    assert {invariant for invariant, _ in WRONG} == INVARIANTS.keys()


def test_a_key_that_was_misused_is_refused_rightly() -> None:
    history, final = good_life()
    refused = operation(9, Action.SYNC, key="s1", body="else", status=409, code="IDEMPOTENCY_CONFLICT")
    assert check(History((*history.operations, refused)), final) == []


def test_a_history_is_read_as_it_was_written(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path / "history.jsonl")
    number = recorder.invoke(Asked(action=Action.SYNC, account=ACCOUNT, client="c", items=("wms-1",)))
    recorder.invoke(Asked(action=Action.LIST, account=ACCOUNT, client="c"))
    recorder.complete(number, Answered(outcome=Outcome.OK, status=200, facts={"orders": {"a": "b"}}))
    recorder.fault("kill: sync-1", 0.1)
    written = recorder.close()
    found = load(tmp_path / "history.jsonl")
    assert [(each.asked, each.answered) for each in found.operations] == [
        (each.asked, each.answered) for each in written.operations
    ]
    assert [each.what for each in found.faults] == ["kill: sync-1"]
