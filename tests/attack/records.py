"""Another's ids on every operation and every RPC, with keys that are good for something else."""

from typing import Any

from tests.attack.tally import Tally
from tests.attack.target import Target
from tests.isolation import rest_attempts, rpc_attempts
from tests.isolation.attempts import OUT_OF_REACH, Answered, Attempt
from tests.isolation.callers import Caller
from tests.isolation.test_matrix import OPERATIONS

CALLERS = (Caller.OTHER_WAREHOUSE, Caller.OTHER_ACCOUNT, Caller.OTHER_MODE)
CONNECTIONS = 4


async def ask_for_others_records(target: Target, tally: Tally) -> None:
    """Each as a key bound to another warehouse, of another account and of the other mode; again and again."""
    before = await target.victim.rows()
    try:
        while True:
            for caller in CALLERS:
                await _ask_rest(target, caller, tally)
                await _ask_rpcs(target, caller, tally)
    finally:
        changed = before ^ await target.victim.rows()
        tally.leaks += [f"changed: {row[:200]}" for row in changed]


async def _ask_rest(target: Target, caller: Caller, tally: Tally) -> None:
    async with target.http(CONNECTIONS) as http:
        for operation, attempts in rest_attempts.ATTEMPTS.items():
            for attempt in attempts:
                if _is_rightful(attempt, caller):
                    continue
                request = attempt.request(target.victim)
                key = await target.keys.of(caller, attempt.enough)
                answered = await rest_attempts.ask(http, *OPERATIONS[operation], request, key)
                _judge(
                    target,
                    tally,
                    f"{attempt.name} as {caller}",
                    answered,
                    request.text,
                )


async def _ask_rpcs(target: Target, caller: Caller, tally: Tally) -> None:
    for name, attempts in rpc_attempts.ATTEMPTS.items():
        part, method = rpc_attempts.METHODS[name]
        for attempt in attempts:
            if name in rpc_attempts.OPEN or _is_rightful(attempt, caller):
                continue
            request = attempt.request(target.victim)
            key = await target.keys.of(caller, attempt.enough)
            answered = await rpc_attempts.ask(target.victim.system.targets[part], method, request, key)
            _judge(target, tally, f"{name} as {caller}", answered, str(request))


def _is_rightful(attempt: "Attempt[Any]", caller: Caller) -> bool:
    return caller is Caller.OTHER_WAREHOUSE and attempt.of_account


def _judge(target: Target, tally: Tally, name: str, answered: Answered, asked: str) -> None:
    outcome = answered.outcome
    tally.count(outcome if outcome == OUT_OF_REACH else outcome.partition(" ")[0])
    if outcome.startswith(("500", "502", "504", "UNKNOWN", "INTERNAL")):
        tally.broken.append(f"{name}: {outcome[:200]}")
    tally.leaks += [f"{name} shows {mark}" for mark in target.victim.shown(answered.content, asked)]
