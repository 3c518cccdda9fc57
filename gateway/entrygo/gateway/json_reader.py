"""Reads JSON exactly: every number a Decimal, so that 18.5 stays 18.5. Knows nothing of schemas.

The standard library's parser with `parse_float=Decimal` was as fast as pydantic-core's (which goes
through a binary float) on order bodies of 1 and of 100 orders, and it keeps every digit.
"""

import json
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from json.decoder import JSONArray, JSONObject  # type: ignore[attr-defined]  # unknown to the stubs
from json.scanner import make_scanner
from typing import Any, NoReturn

from entrygo.domain.errors import InvalidRequest, PayloadTooLarge

# Commas, brackets and braces in a body. Every value but one stands behind such a mark, and a value of two
# bytes becomes an object of a hundred: 8 MB of them were half a gigabyte. The longest lists a request may
# have, with all their fields, come to less than half of it.
MAX_MARKS = 1_000_000
_MARKS = b",[{"
# No other thread runs while a piece is counted.
PIECE_BYTES = 256 * 1024
# Above it, other threads have their turns between the items of a list.
LARGE_BYTES = 1024 * 1024

Scan = Callable[[str, int], tuple[Any, int]]


def read_json(body: bytes | bytearray) -> object:
    """The value of a JSON text in UTF-8; InvalidRequest for everything else, NaN and Infinity included.

    PayloadTooLarge, before anything is read, for a text that would become too many values.
    """
    _check_marks(body)
    decoder = _PATIENT if len(body) > LARGE_BYTES else _PLAIN
    try:
        value: object = decoder.decode(body.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise InvalidRequest("Request body is not valid UTF-8.") from error
    except RecursionError as error:
        raise InvalidRequest("Request body is nested too deeply.") from error
    except InvalidOperation as error:
        raise InvalidRequest("Request body holds a number that is out of range.") from error
    except ValueError as error:
        raise InvalidRequest from error
    return value


class Marks:
    """Counts the marks of a text piece by piece: one with too many is refused before all of it is there."""

    def __init__(self) -> None:
        self._count = 0

    def add(self, piece: bytes | bytearray) -> None:
        """Raises PayloadTooLarge once there are too many."""
        self._count += len(piece) - len(piece.translate(None, _MARKS))
        if self._count > MAX_MARKS:
            message = f"The request body has more than {MAX_MARKS} commas, brackets and braces."
            raise PayloadTooLarge(message, details={"limitMarks": MAX_MARKS})


def _check_marks(body: bytes | bytearray) -> None:
    marks = Marks()
    if len(body) > MAX_MARKS:
        for start in range(0, len(body), PIECE_BYTES):
            marks.add(body[start : start + PIECE_BYTES])


def _refuse(constant: str) -> NoReturn:
    raise ValueError(constant)


class _PatientDecoder(json.JSONDecoder):
    """Reads the items of a list in the text, or in its object, one by one.

    The parser in C lets no other thread run until it is done: a body of 8 MB held the event loop up for as
    long as it was read, beside it or not. Here it reads one item, and the interpreter comes by in between.
    """

    def __init__(self) -> None:
        super().__init__(parse_float=Decimal, parse_int=Decimal, parse_constant=_refuse)
        scan_item: Scan = make_scanner(self)  # type: ignore[arg-type]  # takes any decoder

        def scan_field(text: str, at: int) -> tuple[Any, int]:
            if text[at : at + 1] != "[":
                return scan_item(text, at)
            items: tuple[Any, int] = JSONArray((text, at + 1), scan_item)
            return items

        def scan_text(text: str, at: int) -> tuple[Any, int]:
            if text[at : at + 1] != "{":
                return scan_field(text, at)
            fields: tuple[Any, int] = JSONObject((text, at + 1), self.strict, scan_field, None, None, {})
            return fields

        self.scan_once = scan_text


_PLAIN = json.JSONDecoder(parse_float=Decimal, parse_int=Decimal, parse_constant=_refuse)
_PATIENT = _PatientDecoder()
