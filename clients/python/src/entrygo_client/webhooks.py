"""Verifies webhooks, as Standard Webhooks 1.0.0 says, with the secret of the endpoint."""

import base64
import binascii
import hashlib
import hmac
import json
import time
from collections.abc import Mapping
from typing import Any

from entrygo_client._errors import EntryGoError

SECRET_PREFIX = "whsec_"  # noqa: S105
TOLERANCE_SECONDS = 300


class InvalidSignature(EntryGoError):
    """The request is not one that EntryGo signed with this secret, or an old one sent again."""


def verify(
    secret: str, body: bytes, headers: Mapping[str, str], *, tolerance: float = TOLERANCE_SECONDS
) -> dict[str, Any]:
    """The event `{type, timestamp, data}` in a request's body; InvalidSignature unless it is genuine.

    `body` is the bytes as they arrived. During a rotation either secret verifies. Remember the `webhook-id`s
    that you have handled: an event may come again.
    """
    given = {name.lower(): value for name, value in headers.items()}
    try:
        message_id, timestamp = given["webhook-id"], given["webhook-timestamp"]
        signatures = [each.encode() for each in given["webhook-signature"].split()]
        age = abs(time.time() - int(timestamp))
        signed = f"{message_id}.{timestamp}.".encode() + body
        key = base64.b64decode(secret.removeprefix(SECRET_PREFIX), validate=True)
    except (KeyError, ValueError, OverflowError, binascii.Error) as error:
        raise InvalidSignature("headers or secret are missing or cannot be read") from error
    # With a key of nothing anybody signs: a variable that was not set must not open the door.
    if not key:
        raise InvalidSignature("the secret is empty")
    if age > tolerance:
        raise InvalidSignature("the request is too old, or this machine's clock is wrong")
    expected = base64.b64encode(hmac.digest(key, signed, hashlib.sha256))
    if not any(_matches(signature, expected) for signature in signatures):
        raise InvalidSignature("no signature of this secret")
    try:
        event = json.loads(body)
    except ValueError as error:
        raise InvalidSignature("the body is not JSON") from error
    if not isinstance(event, dict):
        raise InvalidSignature("the body is not an event")
    return event


def _matches(signature: bytes, expected: bytes) -> bool:
    version, _, value = signature.partition(b",")
    return version == b"v1" and hmac.compare_digest(value, expected)
