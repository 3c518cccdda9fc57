"""Answers with the findings of a plan: of thousands, JSON is written some at a time and held in pieces."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final

import orjson

from entrygo.gateway.mapping.exports import validation_messages
from entrygo.proto.events.v1 import events_pb2

# More take long enough to be noticed by other requests. So many are a piece: some hundred kilobytes.
IN_LOOP = 2_000
# No text in JSON has this byte as it is.
_MARK = b"\0"
# Stands in an answer where the findings go.
FINDINGS: Final = orjson.Fragment(b"[" + _MARK + b"]")


def in_pieces(plan: events_pb2.Plan, answer_of: Callable[[], Mapping[str, Any]]) -> Sequence[bytes]:
    """The answer as JSON, with the findings of `plan` in each place that it has for them.

    `answer_of` is asked when the plan has no findings any more. They are written once, some at a time: all
    findings of a large plan are as large as their JSON, and a plan's answer, which has them twice, is 34 MB.
    What is small is one piece.
    """
    findings = list(_written(plan.validation_messages))
    plan.ClearField("validation_messages")
    first, *others = orjson.dumps(answer_of()).split(_MARK)
    pieces = [first]
    for other in others:
        pieces += [*findings, other]
    return pieces if len(findings) > 1 else [b"".join(pieces)]


def _written(findings: Sequence[events_pb2.ValidationMessage]) -> Iterator[bytes]:
    """What stands in a JSON array of them, without its brackets."""
    for start in range(0, len(findings), IN_LOOP):
        written = orjson.dumps(validation_messages(findings[start : start + IN_LOOP]))[1:-1]
        yield b"," + written if start else written
