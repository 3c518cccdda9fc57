"""What the gateway knows of a key: for how long its requests go on while a service is asked again."""

import asyncio

import pytest

from entrygo.domain.errors import InvalidApiKey, ServiceUnavailable
from entrygo.gateway.door.known_keys import KNOWN_SECONDS, STALE_SECONDS, KnownKeys
from entrygo.gateway.services import Call

CALL = Call(authorization="Bearer key", request_id="req_1")
KEY = b"\0" * 32


class Service:
    """Answers what it is told to, and counts how often it was asked."""

    def __init__(self) -> None:
        self.answer: str | Exception = "acc_1"
        self.asked = 0

    async def look_up(self, _: Call) -> str:
        self.asked += 1
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


async def test_a_key_goes_on_while_a_service_is_away_and_for_a_minute_only() -> None:
    service, clock = Service(), Clock()
    keys = KnownKeys(service.look_up, clock=clock)
    assert await keys.account_of(KEY, CALL) == "acc_1"
    service.answer = ServiceUnavailable()
    clock.now += KNOWN_SECONDS + STALE_SECONDS - 0.01
    assert await keys.account_of(KEY, CALL) == "acc_1"
    await asyncio.sleep(0)
    assert service.asked == 2
    clock.now += 0.01
    with pytest.raises(ServiceUnavailable):
        await keys.account_of(KEY, CALL)


async def test_a_key_that_was_revoked_is_refused_from_the_answer_on() -> None:
    service, clock = Service(), Clock()
    keys = KnownKeys(service.look_up, clock=clock)
    await keys.account_of(KEY, CALL)
    service.answer = InvalidApiKey()
    clock.now += KNOWN_SECONDS
    assert await keys.account_of(KEY, CALL) == "acc_1"
    await asyncio.sleep(0)
    for _ in range(2):
        with pytest.raises(InvalidApiKey):
            await keys.account_of(KEY, CALL)
    assert service.asked == 2
    assert keys.is_stranger(KEY)
