"""The head of an answer and what follows at once leave in one piece; nothing waits for what may not come."""

import asyncio
from typing import Any

import pytest

from entrygo.gateway.door.transports import Answering, Outgoing


class Recorder:
    """A transport that keeps what it is given, a list each time."""

    def __init__(self) -> None:
        self.sent: list[list[bytes]] = []
        self.is_over = False

    def write(self, content: bytes) -> None:
        self.sent.append([content])

    def writelines(self, pieces: Any) -> None:
        self.sent.append(list(pieces))

    def is_closing(self) -> bool:
        return self.is_over

    def close(self) -> None:
        self.is_over = True


@pytest.fixture
def recorder() -> Recorder:
    return Recorder()


def answering(recorder: Any, outgoing: Outgoing | None = None, *, has_body: bool = True) -> Answering:
    outgoing = outgoing or Outgoing(recorder)
    return Answering(recorder, outgoing, recorder.close, has_body=has_body)


async def next_turn() -> None:
    await asyncio.sleep(0)


async def test_head_leaves_with_what_follows_at_once(recorder: Recorder) -> None:
    answer = answering(recorder)
    answer.write(b"head")
    answer.write(b"body")
    answer.write(b"rest")
    await next_turn()
    assert recorder.sent == [[b"head", b"body"], [b"rest"]]


async def test_head_of_a_stream_waits_for_no_first_message(recorder: Recorder) -> None:
    answer = answering(recorder)
    answer.write(b"head")
    assert recorder.sent == []
    await next_turn()
    assert recorder.sent == [[b"head"]]
    answer.write(b"message")
    assert recorder.sent == [[b"head"], [b"message"]]


async def test_head_without_a_body_leaves_at_once(recorder: Recorder) -> None:
    answering(recorder, has_body=False).write(b"head")
    assert recorder.sent == [[b"head"]]


async def test_close_sends_the_head_before_it(recorder: Recorder) -> None:
    answer = answering(recorder)
    answer.write(b"head")
    answer.close()
    await next_turn()
    assert recorder.sent == [[b"head"]]


async def test_nothing_is_sent_into_a_connection_that_closes(recorder: Recorder) -> None:
    answering(recorder).write(b"head")
    recorder.close()
    await next_turn()
    assert recorder.sent == []


async def test_answers_of_one_connection_leave_in_their_order(recorder: Recorder) -> None:
    outgoing: Any = Outgoing(recorder)  # type: ignore[arg-type]
    answering(recorder, outgoing).write(b"first")
    answering(recorder, outgoing).write(b"second")
    outgoing.flush()
    await next_turn()
    assert recorder.sent == [[b"first"], [b"second"]]
