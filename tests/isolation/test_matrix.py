"""Every method times every wrong caller: refused, or answered with nothing of the victim; nothing changed.

The methods come from the proto descriptors and the OpenAPI document: one without an attempt fails here, with
what to add.
"""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Any

import httpx
import pytest

from entrygo.domain.principal import ScopeName
from entrygo.rpc.interceptors.auth import Access
from tests.isolation import rest_attempts, rpc_attempts
from tests.isolation.attempts import FORBIDDEN, NO_KEY, NOT_FOUND, OK, OUT_OF_REACH, Answered, Attempt
from tests.isolation.callers import UNKNOWN, Caller, Keys
from tests.isolation.exceptions import ANY_KEY, SERVICE_ONLY, every_method, methods_of, reasons_of
from tests.isolation.victim import Stored, Victim
from tests.openapi import DOCUMENT

OPERATIONS = {
    operation["operationId"]: (method.upper(), path)
    for path, methods in DOCUMENT["paths"].items()
    for method, operation in methods.items()
}


def _pairs(attempts: Mapping[str, Sequence["Attempt[Any]"]]) -> list[Any]:
    return [
        pytest.param(method, attempt, caller, id=f"{attempt.name}-{caller}")
        for method, each in attempts.items()
        for attempt in each
        for caller in Caller
        if _applies(attempt, caller)
    ]


def _applies(attempt: "Attempt[Any]", caller: Caller) -> bool:
    """Not where the caller is a rightful one."""
    if caller is Caller.OTHER_WAREHOUSE:
        return not attempt.of_account
    return caller is not Caller.NARROWER_SCOPE or bool(attempt.enough)


REST_PAIRS = _pairs(rest_attempts.ATTEMPTS)
RPC_PAIRS = _pairs(rpc_attempts.ATTEMPTS)


def test_every_operation_and_every_rpc_is_attempted() -> None:
    missing = [*(OPERATIONS.keys() - rest_attempts.ATTEMPTS.keys())]
    missing += [*(rpc_attempts.METHODS.keys() - rpc_attempts.ATTEMPTS.keys() - rpc_attempts.OPEN)]
    assert missing == [], "add what its rightful caller would ask to ATTEMPTS in rest_ or rpc_attempts.py"
    gone = [*(rest_attempts.ATTEMPTS.keys() - OPERATIONS.keys())]
    gone += [*(rpc_attempts.ATTEMPTS.keys() - rpc_attempts.METHODS.keys())]
    assert gone == []


def _tried(pairs: Sequence[Any]) -> dict[str, set[Caller]]:
    """With whom each method is asked at least once."""
    found: dict[str, set[Caller]] = {}
    for method, _, caller in (pair.values for pair in pairs):
        found.setdefault(method, set()).add(caller)
    return found


def test_every_method_is_asked_by_every_wrong_caller_but_those_that_are_left_out_for_a_reason() -> None:
    tried = _tried(REST_PAIRS) | _tried(RPC_PAIRS)
    methods = {*OPERATIONS, *rpc_attempts.METHODS} - rpc_attempts.OPEN
    missing = {
        method: sorted(absent)
        for method in methods
        if (absent := {*Caller} - tried.get(method, set()) - reasons_of(method).keys())
    }
    assert missing == {}, "try it, or say in tests/isolation/exceptions.py why not"
    needless = {
        method: sorted(both) for method in tried if (both := tried[method] & reasons_of(method).keys())
    }
    assert needless == {}, "it is tried, so it is no exception"
    assert every_method() <= methods


def test_scopes_that_are_tried_and_left_out_are_those_that_the_services_ask_for() -> None:
    named = {
        method: frozenset({needed}) if isinstance(needed, ScopeName) else needed
        for method, needed in rpc_attempts.NEEDED.items()
        if isinstance(needed, ScopeName | frozenset)
    }
    tried = {
        method: frozenset[ScopeName]().union(*(attempt.enough for attempt in each))
        for method, each in rpc_attempts.ATTEMPTS.items()
    }
    assert {method: scopes for method, scopes in tried.items() if scopes} == named
    assert methods_of(SERVICE_ONLY) == rpc_attempts.SERVICE_ONLY
    assert methods_of(ANY_KEY) & {*rpc_attempts.METHODS} == {
        method for method, needed in rpc_attempts.NEEDED.items() if needed is Access.ANY_KEY
    }


@pytest.mark.parametrize(("method", "attempt", "caller"), REST_PAIRS)
async def test_rest_gives_nothing_to(
    method: str,
    attempt: "Attempt[rest_attempts.RestRequest]",
    caller: Caller,
    victim: Victim,
    stored: Stored,
    keys: Keys,
    rest_client: httpx.AsyncClient,
) -> None:
    request = attempt.request(victim)
    before = await stored.before()
    key = await keys.of(caller, attempt.enough)
    answered = await rest_attempts.ask(rest_client, *OPERATIONS[method], request, key)
    await victim.settle()
    faults = _faults(answered, caller, _shown(victim, caller, answered, request.text))
    _judge(faults, before ^ await stored.after(), f"rest {attempt.name}", caller)


@pytest.mark.parametrize(("method", "attempt", "caller"), RPC_PAIRS)
async def test_grpc_gives_nothing_to(
    method: str, attempt: "Attempt[Any]", caller: Caller, victim: Victim, stored: Stored, keys: Keys
) -> None:
    part, descriptor = rpc_attempts.METHODS[method]
    request = attempt.request(victim)
    before = await stored.before()
    key = await keys.of(caller, attempt.enough)
    answered = await rpc_attempts.ask(victim.system.targets[part], descriptor, request, key)
    await victim.settle()
    if method in rpc_attempts.SERVICE_ONLY:
        assert answered.outcome == NO_KEY
    faults = _faults(answered, caller, _shown(victim, caller, answered, str(request)))
    _judge(faults, before ^ await stored.after(), f"grpc {attempt.name}", caller)


@pytest.mark.parametrize(
    ("method", "attempt"),
    [
        pytest.param(method, attempt, id=attempt.name)
        for method, each in rest_attempts.ATTEMPTS.items()
        for attempt in each
        if attempt.shows
    ],
)
async def test_rest_gives_the_rightful_caller_what_the_others_ask_for(
    method: str, attempt: "Attempt[rest_attempts.RestRequest]", victim: Victim, rest_client: httpx.AsyncClient
) -> None:
    # Else the attempts above might fail because nobody would be answered.
    request = attempt.request(victim)
    answered = await rest_attempts.ask(rest_client, *OPERATIONS[method], request, victim.system.api_key)
    assert answered.outcome == OK
    assert [mark for mark in victim.marks_in_the_account if mark.encode() in answered.content]


@pytest.mark.parametrize(
    ("method", "attempt"),
    [
        pytest.param(method, attempt, id=attempt.name)
        for method, each in rpc_attempts.ATTEMPTS.items()
        for attempt in each
        if attempt.shows
    ],
)
async def test_grpc_gives_the_rightful_caller_what_the_others_ask_for(
    method: str, attempt: "Attempt[Any]", victim: Victim
) -> None:
    part, descriptor = rpc_attempts.METHODS[method]
    request = attempt.request(victim)
    answered = await rpc_attempts.ask(victim.system.targets[part], descriptor, request, victim.system.api_key)
    assert answered.outcome == OK
    assert [mark for mark in victim.marks_in_the_account if mark.encode() in answered.content]


def _shown(victim: Victim, caller: Caller, answered: Answered, asked: str) -> list[str]:
    return victim.shown(answered.content, asked, in_the_account=caller is Caller.OTHER_WAREHOUSE)


def _faults(answered: Answered, caller: Caller, shown: Sequence[str]) -> list[str]:
    if caller in UNKNOWN:
        return [] if answered.outcome == NO_KEY else [answered.outcome]
    if caller is Caller.NARROWER_SCOPE:
        return [] if answered.outcome == FORBIDDEN else [answered.outcome]
    is_known = answered.outcome in (OK, NO_KEY, FORBIDDEN, NOT_FOUND, OUT_OF_REACH)
    return [*shown] if is_known else [answered.outcome]


def _judge(faults: Sequence[str], changed: AbstractSet[str], name: str, caller: Caller) -> None:
    """`changed`: rows that stood before and stand no longer, or the other way round."""
    assert (list(faults), sorted(changed)) == ([], []), f"{name} is open to {caller}"
