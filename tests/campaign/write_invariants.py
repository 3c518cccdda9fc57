"""What must hold of writes: each is kept, done once, and answered alike however often it is asked for."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence

from entrygo.domain.lifecycle import State
from tests.campaign.final_state import FinalState
from tests.campaign.history import Action, History, Operation
from tests.campaign.states import REACHABLE, STATE_AFTER

WRITES = (Action.SYNC, Action.PLAN, Action.EXECUTE, Action.CANCEL)
# Answers that no client of ours deserves: it sends only what is valid.
UNDESERVED = frozenset({400, 401, 403, 413, 415, 422, 500, 501, 502})
CONFLICT = "IDEMPOTENCY_CONFLICT"


def no_acknowledged_write_is_lost(history: History, final: FinalState) -> Iterator[str]:
    """Each order and each export that was acknowledged is there, as far on as the acknowledgement said."""
    orders = {(order.account, order.external_id): order.id for order in final.orders}
    for done in history.acknowledged(Action.SYNC):
        for external_id, order_id in done.answered.facts["orders"].items():
            if orders.get((done.asked.account, external_id)) != order_id:
                yield f"order {order_id} ({external_id}) of {done.asked.key} is gone"
    exports = {(export.account, export.id): export for export in final.exports}
    for done in history.acknowledged(*STATE_AFTER):
        export = exports.get((done.asked.account, done.answered.facts["export"]))
        if export is None:
            yield f"export {done.answered.facts['export']} of {done.asked.key} is gone"
        elif State(export.state) not in REACHABLE[STATE_AFTER[done.asked.action]]:
            yield f"export {export.id} is {export.state} after {done.asked.action} was acknowledged"
    packages = {(package.account, package.id): package.export_id for package in final.packages}
    for done in history.acknowledged(Action.EXECUTE):
        if packages.get((done.asked.account, done.answered.facts["package"])) != done.asked.about:
            yield f"package {done.answered.facts['package']} of {done.asked.about} is gone"


def replays_are_equal(history: History, final: FinalState) -> Iterator[str]:
    """Under one key and payload there is one effect: one first answer at most, and all answers are equal."""
    for (account, action, key), done in _by_key(history).items():
        right = [each for each in done if each.is_ok and each.asked.body == done[0].asked.body]
        if len({each.answered.digest for each in right}) > 1:
            yield f"{action} {key} of {account} was answered differently"
        if sum(not each.answered.is_replayed for each in right) > 1:
            yield f"{action} {key} of {account} was done more than once"


def a_key_is_used_for_one_payload(history: History, final: FinalState) -> Iterator[str]:
    """Of several payloads under one key one at most is acknowledged."""
    for (account, action, key), done in _by_key(history).items():
        bodies = {each.asked.body for each in done if each.is_ok}
        if len(bodies) > 1:
            yield f"{action} {key} of {account} was acknowledged for {len(bodies)} payloads"


def each_write_is_there_once(history: History, final: FinalState) -> Iterator[str]:
    """No external id has two orders, and no more exports hold the same orders than requests asked for."""
    seen = Counter((order.account, order.external_id) for order in final.orders)
    for (account, external_id), count in seen.items():
        if count > 1:
            yield f"order {external_id} of {account} is there {count} times"
    planned: dict[tuple[str, tuple[str, ...]], set[str]] = defaultdict(set)
    for (account, action, key), done in _by_key(history).items():
        if action is Action.PLAN:
            planned[account, tuple(sorted(done[0].asked.items))].add(key)
    held = Counter((export.account, tuple(sorted(export.order_ids))) for export in final.exports)
    for (account, order_ids), count in held.items():
        keys = len(planned[account, order_ids])
        if count > keys:
            yield f"{count} exports of {account} hold {order_ids}, which {keys} requests asked for"


def answers_are_deserved(history: History, final: FinalState) -> Iterator[str]:
    """A fault is 503 with its code, never an error of ours, and never the caller's fault."""
    for done in history.operations:
        answered = done.answered
        if answered.status in UNDESERVED:
            named = done.asked.about or done.asked.key
            yield f"{done.asked.action} {named} was {answered.status} {answered.code}"
        if answered.status == 409 and answered.code == CONFLICT and not _is_misused(history, done):
            yield f"{done.asked.action} {done.asked.key} was refused as another payload"


def _is_misused(history: History, done: Operation) -> bool:
    return len({each.asked.body for each in history.operations if each.asked.key == done.asked.key}) > 1


def _by_key(history: History) -> Mapping[tuple[str, Action, str], Sequence[Operation]]:
    found: dict[tuple[str, Action, str], list[Operation]] = defaultdict(list)
    for done in history.of(*WRITES):
        found[done.asked.account, done.asked.action, done.asked.key].append(done)
    return found
