"""What a process and its own child tell each other over pipes of their own: pickles, each with its length."""

import pickle
from typing import IO, Any

LENGTH_BYTES = 8


def read_message(pipe: IO[bytes]) -> Any:
    """The next one; raises EOFError once the other side is gone."""
    length = int.from_bytes(_exactly(pipe, LENGTH_BYTES))
    return pickle.loads(_exactly(pipe, length))  # noqa: S301 - our own child's, or parent's


def _exactly(pipe: IO[bytes], length: int) -> bytes:
    content = pipe.read(length)
    if len(content) < length:
        raise EOFError("The other side of the pipe is gone.")
    return content


def write_message(pipe: IO[bytes], message: object) -> None:
    """All of it has left when this returns."""
    content = pickle.dumps(message, pickle.HIGHEST_PROTOCOL)
    pipe.write(len(content).to_bytes(LENGTH_BYTES))
    pipe.write(content)
    pipe.flush()
