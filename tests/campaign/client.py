"""A client of the REST interface that does not give up, and writes down what it asks and is answered."""

import asyncio
import hashlib
import json
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from tests.campaign.accounts import Account
from tests.campaign.history import Action, Answered, Asked, Outcome, Recorder

# More than the product lets anybody wait.
ANSWER_SECONDS = 35.0
# So many requests out of a hundred are given up after a moment, as by a client whose user went away.
GIVEN_UP_PERCENT = 5
MOMENT_SECONDS = (0.01, 0.5)
PATIENCE_SECONDS = 60.0
LONGEST_PAUSE_SECONDS = 2.0
# Nothing is known of a write after these: it may be under way.
IN_DOUBT = frozenset({500, 502, 503, 504})
IN_PROGRESS = "IDEMPOTENCY_IN_PROGRESS"

Facts = Callable[[Any], Mapping[str, Any]]


@dataclass(kw_only=True)
class Client:
    """One caller of one account, who may ask any of the gateways."""

    name: str
    account: Account
    http: httpx.AsyncClient
    gateways: tuple[str, ...]
    recorder: Recorder
    choose: random.Random
    given_up_percent: int = GIVEN_UP_PERCENT

    async def write(self, asked: Asked, path: str, body: Any, facts: Facts) -> Answered:
        """Tries with the same key until it is known what became of it, or patience ends."""
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                while True:
                    answered, pause = await self.attempt(asked, path, body, facts)
                    if answered.outcome is not Outcome.UNKNOWN and answered.status != 429:
                        return answered
                    await asyncio.sleep(pause)
        except TimeoutError:
            return Answered(outcome=Outcome.UNKNOWN)

    async def attempt(self, asked: Asked, path: str, body: Any, facts: Facts) -> tuple[Answered, float]:
        """One try of a write, and how long to wait before the next one."""
        headers = {"idempotency-key": asked.key} if asked.key else {}
        return await self._ask(asked, "POST", path, facts, json=body, headers=headers)

    async def read(self, asked: Asked, path: str, facts: Facts) -> Answered:
        """One look."""
        answered, _ = await self._ask(asked, "GET", path, facts)
        return answered

    async def download(self, asked: Asked, path: str, promised: str) -> Answered:
        """Fetches a document whole, and notes its digest beside the one that was promised."""
        number = self.recorder.invoke(asked)
        answered = Answered(outcome=Outcome.UNKNOWN)
        try:
            answer = await self._send("GET", path)
            found = {"promised": promised, "found": hashlib.sha256(answer.content).hexdigest()}
            ok = answer.status_code == 200
            answered = Answered(
                outcome=Outcome.OK if ok else Outcome.FAIL,
                status=answer.status_code,
                facts=found if ok else {},
            )
        except httpx.HTTPError:
            pass
        finally:
            self.recorder.complete(number, answered)
        return answered

    async def _ask(
        self, asked: Asked, method: str, path: str, facts: Facts, **request: Any
    ) -> tuple[Answered, float]:
        number = self.recorder.invoke(asked)
        answered, pause = Answered(outcome=Outcome.UNKNOWN), self.choose.uniform(0.05, 0.3)
        try:
            answer = await self._send(method, path, **request)
            answered = _answered(answer, facts)
            pause = min(float(answer.headers.get("retry-after", pause)), LONGEST_PAUSE_SECONDS)
        except httpx.HTTPError as error:
            answered = Answered(outcome=Outcome.UNKNOWN, code=type(error).__name__)
        finally:
            self.recorder.complete(number, answered)
        return answered, pause

    async def _send(self, method: str, path: str, **request: Any) -> httpx.Response:
        headers = {"authorization": f"Bearer {self.account.key}", **request.pop("headers", {})}
        is_given_up = self.choose.random() * 100 < self.given_up_percent
        seconds = self.choose.uniform(*MOMENT_SECONDS) if is_given_up else ANSWER_SECONDS
        gateway = self.choose.choice(self.gateways)
        return await self.http.request(
            method, f"{gateway}{path}", headers=headers, timeout=seconds, **request
        )


def open_http(connections: int = 100) -> httpx.AsyncClient:
    """For callers that together ask for no more at once than `connections`: one more would wait here."""
    limits = httpx.Limits(max_connections=connections, max_keepalive_connections=50)
    return httpx.AsyncClient(timeout=60.0, limits=limits, trust_env=False)


def digest_of(body: Any) -> str:
    """Of a payload or an answer: equal for equal JSON."""
    return hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()


def _answered(answer: httpx.Response, facts: Facts) -> Answered:
    status = answer.status_code
    content = answer.json()
    if status == 200:
        return Answered(
            outcome=Outcome.OK,
            status=status,
            is_replayed=answer.headers.get("idempotency-replayed") == "true",
            digest=digest_of(content),
            facts=facts(content),
        )
    code = str(content.get("errorCode", ""))
    is_in_doubt = status in IN_DOUBT or code == IN_PROGRESS
    return Answered(outcome=Outcome.UNKNOWN if is_in_doubt else Outcome.FAIL, status=status, code=code)


def same_write(action: Action, client: Client, *, key: str, body: Any, **named: Any) -> Asked:
    """The record of a write, to be attempted as often as it takes."""
    return Asked(
        action=action,
        account=client.account.id,
        client=client.name,
        key=key,
        body=digest_of(body),
        **named,
    )
