"""What must hold of what is shown: it never goes back, lacks nothing, and is the same everywhere."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from entrygo.domain.lifecycle import State
from tests.campaign.final_state import Export, FinalState
from tests.campaign.history import Action, History, Operation
from tests.campaign.states import REACHABLE, STATE_AFTER

SURE_STATUSES = frozenset({"sent", "acknowledged", "rejected", "failed"})


def inspect_never_goes_back(history: History, final: FinalState) -> Iterator[str]:
    """Of two answers, one after the other, the later one is as far on and has forgotten nothing."""
    for export_id, seen in _inspections(history).items():
        for earlier, later in _one_after_the_other(seen):
            yield from _went_back(export_id, earlier, later)


def _went_back(export_id: str, earlier: Operation, later: Operation) -> Iterator[str]:
    before, after = earlier.answered.facts, later.answered.facts
    if State(after["state"]) not in REACHABLE[State(before["state"])]:
        yield f"{export_id} was {before['state']}, then {after['state']}"
    if forgotten := set(before["events"]) - set(after["events"]):
        yield f"{export_id} has forgotten {sorted(forgotten)}"
    for submission_id, status in before["submissions"].items():
        found = after["submissions"].get(submission_id)
        if found is None or (status in SURE_STATUSES and found not in SURE_STATUSES):
            yield f"submission {submission_id} was {status}, then {found}"


def inspect_shows_what_was_acknowledged(history: History, final: FinalState) -> Iterator[str]:
    """An answer that is not stale is as far on as every write that was acknowledged before the question."""
    known = defaultdict(list)
    for done in history.acknowledged(*STATE_AFTER):
        known[done.asked.account, done.answered.facts["export"]].append(done)
    for look in history.of(Action.INSPECT):
        before = [
            done for done in known[look.asked.account, look.asked.about] if done.completed < look.invoked
        ]
        if before and look.answered.status == 404:
            yield f"{look.asked.about} is not found after it was acknowledged"
        if look.is_ok and not look.answered.facts["stale"]:
            state = State(look.answered.facts["state"])
            for done in before:
                if state not in REACHABLE[STATE_AFTER[done.asked.action]]:
                    yield f"{look.asked.about} shows {state} after {done.asked.action} was acknowledged"


def list_and_inspect_agree(history: History, final: FinalState) -> Iterator[str]:
    """In the end the owner, the list and inspect say the same of every export."""
    for export in final.exports:
        if export.listed is None or export.inspected is None:
            yield f"{export.id} is {'not listed' if export.listed is None else 'not found by inspect'}"
            continue
        said = (export.state, export.listed["state"], export.inspected["state"])
        if len(set(said)) != 1:
            yield f"{export.id} is {said[0]}, listed as {said[1]}, inspected as {said[2]}"
        # What changes while it is looked at may differ; that it does not settle is a finding of its own.
        if not final.unsettled:
            yield from _details_differ(export, final)


def _details_differ(export: Export, final: FinalState) -> Iterator[str]:
    listed, inspected = export.listed or {}, export.inspected or {}
    package = (inspected["customsPackage"] or {}).get("id")
    owned = next((found.id for found in final.packages if found.export_id == export.id), None)
    if export.state == State.COMPLETED and {package, listed["customsPackageId"]} != {owned}:
        yield f"{export.id} has package {owned}, shown as {package} and {listed['customsPackageId']}"
    ledger = {found.id: found.status for found in final.submissions if found.export_id == export.id}
    shown = {found["id"]: found["status"] for found in inspected["brokerSubmissions"]}
    if shown != ledger:
        yield f"{export.id} shows the submissions {shown}, the ledger has {ledger}"
    logged = sum(event.export_id == export.id for event in final.events)
    if len(inspected["events"]) != logged:
        yield f"{export.id} shows {len(inspected['events'])} of {logged} events"


def _inspections(history: History) -> Mapping[str, Sequence[Operation]]:
    found: dict[str, list[Operation]] = defaultdict(list)
    for done in history.acknowledged(Action.INSPECT):
        found[done.asked.about].append(done)
    return found


def _one_after_the_other(seen: Sequence[Operation]) -> Iterator[tuple[Operation, Operation]]:
    """Pairs of which the second was asked for after the first was answered."""
    for earlier in seen:
        for later in seen:
            if earlier.completed < later.invoked:
                yield earlier, later
