"""Text that is made piece by piece, as bytes."""

import io
from collections.abc import Iterable
from itertools import islice

_PIECES_AT_A_TIME = 4_096


def encoded(pieces: Iterable[str]) -> bytes:
    """The pieces one after another in UTF-8; of a long text never more than a part is there twice."""
    buffer, following = io.BytesIO(), iter(pieces)
    while some := list(islice(following, _PIECES_AT_A_TIME)):
        buffer.write("".join(some).encode())
    return buffer.getvalue()
