"""What an answer is sent as."""

from entrygo.proto.events.v1 import events_pb2
from entrygo.rpc.interceptors.handlers import passing_bytes


def test_an_answer_that_is_bytes_is_sent_as_it_is_and_a_message_is_written() -> None:
    message = events_pb2.Event(id="evt_1")
    serialize = passing_bytes(events_pb2.Event.SerializeToString)
    assert serialize(message) == message.SerializeToString()
    stored = b"as it was stored"
    assert serialize(stored) is stored
