"""What an attack was answered: by class, and what no attack may ever get."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

import grpc
import orjson

# An outage is said with a code and when to come back; anything else of 500 and above is a fault of ours.
SAID_OUTAGE = 503
FAULTS_OF_RPC = frozenset({grpc.StatusCode.UNKNOWN, grpc.StatusCode.INTERNAL, grpc.StatusCode.DATA_LOSS})
SHOWN_BYTES = 200


@dataclass(slots=True)
class Tally:
    """Of one attack. `broken` are answers that blame us, `leaks` what the asker must not see."""

    answers: Counter[str] = field(default_factory=Counter)
    broken: list[str] = field(default_factory=list)
    leaks: list[str] = field(default_factory=list)

    @property
    def attempts(self) -> int:
        return self.answers.total()

    def count(self, answer: str) -> None:
        """One attempt that was answered so."""
        self.answers[answer] += 1

    def count_http(self, status: int, content: bytes, asked: str) -> None:
        """One HTTP answer; `asked` names the request if the answer is not as it should be."""
        self.count(str(status))
        if status >= 500 and not (status == SAID_OUTAGE and _has_code(content)):
            self.broken.append(f"{asked}: {status} {content[:SHOWN_BYTES]!r}")

    def count_rpc(self, code: grpc.StatusCode, asked: str) -> None:
        """One status of gRPC."""
        self.count(code.name)
        if code in FAULTS_OF_RPC:
            self.broken.append(f"{asked}: {code.name}")

    def look_for(self, marks: Sequence[bytes], content: bytes, asked: str, request: bytes = b"") -> None:
        """A leak for each mark in the answer that the request did not name."""
        shown = [mark for mark in marks if mark in content and mark not in request]
        self.leaks += [f"{asked} shows {mark.decode()}" for mark in shown]


def _has_code(content: bytes) -> bool:
    try:
        return "errorCode" in orjson.loads(content)
    except (orjson.JSONDecodeError, TypeError):
        return False
