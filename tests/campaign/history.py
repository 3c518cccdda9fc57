"""What clients asked and were answered, and what the nemesis did meanwhile, in the order of time.

A history is kept as JSON lines: `invoke` when a request leaves, then `ok`, `fail` or `unknown` under the same
number. `fail` is an answer that says that nothing was done; `unknown` may have been done or not.
"""

import json
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any


class Action(StrEnum):
    """What a client asks for."""

    SYNC = "sync"
    PLAN = "plan"
    EXECUTE = "execute"
    CANCEL = "cancel"
    INSPECT = "inspect"
    LIST = "list"
    DOWNLOAD = "download"


class Outcome(StrEnum):
    """How it ended, as far as its caller can know."""

    OK = "ok"
    FAIL = "fail"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A request as it left. `about` is the export it names, `body` a digest of its payload."""

    action: Action
    account: str
    client: str
    about: str = ""
    key: str = ""
    body: str = ""
    # Of a sync or a plan: external ids or order ids.
    items: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """An answer: its digest, and of its contents what the checker looks at (by name)."""

    outcome: Outcome
    status: int = 0
    code: str = ""
    is_replayed: bool = False
    digest: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One request with its answer; seconds since the history began. Without an answer it ended `unknown`."""

    number: int
    asked: Asked
    invoked: float
    completed: float
    answered: Answered

    @property
    def is_ok(self) -> bool:
        return self.answered.outcome is Outcome.OK


@dataclass(frozen=True, slots=True)
class Injected:
    """A fault, from its beginning to its end."""

    what: str
    began: float
    ended: float


@dataclass(frozen=True, slots=True)
class History:
    """All of it, in the order in which the requests left."""

    operations: tuple[Operation, ...]
    faults: tuple[Injected, ...] = ()

    def of(self, *actions: Action) -> tuple[Operation, ...]:
        return tuple(each for each in self.operations if each.asked.action in actions)

    def acknowledged(self, *actions: Action) -> tuple[Operation, ...]:
        return tuple(each for each in self.of(*actions) if each.is_ok)


class Recorder:
    """Writes a history while it happens."""

    def __init__(self, file: Path) -> None:
        self._out = file.open("w", encoding="utf-8")
        self._began = time.monotonic()
        self._numbers = 0
        self._invoked: dict[int, tuple[float, Asked]] = {}
        self._done: list[Operation] = []
        self._faults: list[Injected] = []

    @property
    def seconds(self) -> float:
        """Since it began."""
        return time.monotonic() - self._began

    @property
    def answers(self) -> int:
        """How many requests were acknowledged so far."""
        return sum(each.is_ok for each in self._done)

    def invoke(self, asked: Asked) -> int:
        """The number under which the answer is to be noted."""
        self._numbers += 1
        now = self.seconds
        self._invoked[self._numbers] = (now, asked)
        self._write("invoke", self._numbers, now, _plain(asked))
        return self._numbers

    def complete(self, number: int, answered: Answered) -> None:
        invoked, asked = self._invoked.pop(number)
        now = self.seconds
        self._done.append(
            Operation(number=number, asked=asked, invoked=invoked, completed=now, answered=answered)
        )
        self._write(answered.outcome, number, now, _plain(answered))

    def fault(self, what: str, began: float) -> None:
        """Notes one that has just ended."""
        self._faults.append(Injected(what, began, self.seconds))
        self._write("fault", 0, self.seconds, {"what": what, "began": round(began, 3)})

    def sample(self, fields: Mapping[str, Any]) -> None:
        """Notes what a process takes; it is no part of what the checker sees."""
        self._write("sample", 0, self.seconds, fields)

    def close(self) -> History:
        """The history; what was never answered is unknown."""
        for number in list(self._invoked):
            self.complete(number, Answered(outcome=Outcome.UNKNOWN))
        self._out.close()
        return History(tuple(sorted(self._done, key=lambda operation: operation.number)), tuple(self._faults))

    def _write(self, kind: str, number: int, at: float, fields: Mapping[str, Any]) -> None:
        line = {"type": kind, "number": number, "time": round(at, 4), **fields}
        self._out.write(json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n")


def _plain(value: Asked | Answered) -> dict[str, Any]:
    """Its fields, without those that say nothing."""
    return {name: value for name, value in asdict(value).items() if value}


def load(file: Path) -> History:
    """A history that was written before."""
    invoked: dict[int, tuple[float, Asked]] = {}
    done: list[Operation] = []
    faults: list[Injected] = []
    for line in file.read_text(encoding="utf-8").splitlines():
        found = json.loads(line)
        kind, number, at = found.pop("type"), found.pop("number"), found.pop("time")
        match kind:
            case "invoke":
                found["items"] = tuple(found.get("items", ()))
                invoked[number] = (at, Asked(**{**found, "action": Action(found["action"])}))
            case "sample":
                pass
            case "fault":
                faults.append(Injected(found["what"], found["began"], at))
            case _:
                before, asked = invoked.pop(number)
                answered = Answered(**{**found, "outcome": Outcome(kind)})
                done.append(
                    Operation(number=number, asked=asked, invoked=before, completed=at, answered=answered)
                )
    return History(tuple(sorted(done, key=lambda operation: operation.number)), tuple(faults))
