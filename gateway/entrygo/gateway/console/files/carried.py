"""What a page hands to the next one in a hidden field: bytes, packed small, in letters that forms keep."""

import base64
import binascii
import zlib

from entrygo.domain.errors import PayloadTooLarge, UnsupportedMediaType
from entrygo.gateway.forms import PLEASE

MAX_BYTES = 4 * 1024 * 1024
TOO_LARGE = f"A file on this page may have {MAX_BYTES >> 20} MB. Larger ones: entrygo orders import."


def packed(content: bytes) -> str:
    """What a page carries to the next one in a hidden field, as text; `unpacked` reads it again."""
    return base64.urlsafe_b64encode(zlib.compress(content)).decode()


def unpacked(field: str, limit: int = MAX_BYTES) -> bytes:
    """What `packed` was given. PayloadTooLarge beyond `limit`, UnsupportedMediaType for anything else."""
    unpacking = zlib.decompressobj()
    try:
        content = unpacking.decompress(base64.b64decode(field, b"-_", validate=True), limit + 1)
    except (binascii.Error, ValueError, zlib.error) as error:
        raise UnsupportedMediaType(PLEASE) from error
    if len(content) > limit:
        raise PayloadTooLarge(TOO_LARGE)
    if not unpacking.eof:
        raise UnsupportedMediaType(PLEASE)
    return content
