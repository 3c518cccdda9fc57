"""Limits how many records a message may hold, by counting them before it is deserialized.

Two bytes are an empty record, and reading makes 80 to 150 bytes of it: 4 MiB of empty orders took 305 MiB and
160 ms in which nobody else was served, and one of 16 MiB, which gzip makes 16 KiB of, four times that.
"""

import re
from functools import cache
from itertools import islice
from typing import Any

from google.protobuf.descriptor import Descriptor

from entrygo.domain.errors import PayloadTooLarge

# Shorter than 32 bytes; more than an honest message of 16 MiB holds. Longer ones are few by their length.
MOST_SHORT_RECORDS = 500_000
LENGTH_DELIMITED = 2  # the wire type of records, texts and bytes
CONTINUED = 0x80  # the first byte of a tag that has another


def check_density(content: bytes, read: Any) -> None:
    """Raises PayloadTooLarge for a message of very many very short records.

    `read` is the generated `FromString` of its class; for another reader nothing is checked.
    """
    if len(content) < 2 * MOST_SHORT_RECORDS:
        return
    descriptor = getattr(getattr(read, "__self__", None), "DESCRIPTOR", None)
    if descriptor is None:
        return
    tags = tags_of_records(descriptor)
    # Bytes of texts are among them: only where these are many is it worth to look closer.
    if len(content) - len(content.translate(None, tags)) <= MOST_SHORT_RECORDS:
        return
    if next(islice(_short_records(tags).finditer(content), MOST_SHORT_RECORDS, None), None) is not None:
        raise PayloadTooLarge("The message holds more records than this server accepts.")


@cache
def tags_of_records(descriptor: Descriptor) -> bytes:
    """The first bytes of the tags of every field that holds a record, at any depth.

    Each also as the first of several bytes: who likes writes a small number in many.
    """
    seen: set[str] = set()
    tags: set[int] = set()
    waiting = [descriptor]
    while waiting:
        message = waiting.pop()
        if message.full_name in seen:
            continue
        seen.add(message.full_name)
        for each in message.fields:
            if each.message_type is not None:
                tag = each.number << 3 | LENGTH_DELIMITED
                tags |= {tag & 0x7F | CONTINUED, *([tag] if tag < CONTINUED else [])}
                waiting.append(each.message_type)
    return bytes(sorted(tags))


@cache
def _short_records(tags: bytes) -> re.Pattern[bytes]:
    """A tag and a length, each in as few or many bytes as somebody likes: no text goes on like that."""
    return re.compile(b"[" + re.escape(tags) + b"][\x80-\xff]{0,9}[\x00-\x1f]" if tags else b"(?!)")
