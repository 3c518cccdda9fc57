"""Verification of webhooks by the client, against the library of the specification."""

import base64
import hmac
import time
from datetime import UTC, datetime

import pytest
from standardwebhooks import Webhook

from entrygo_client import webhooks

SECRET = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
BODY = b'{"type":"export.executed","timestamp":"2026-11-27T22:55:00Z","data":{"exportId":"exp_1"}}'


def signed(body: bytes = BODY, at: float | None = None, secret: str = SECRET) -> dict[str, str]:
    moment = datetime.fromtimestamp(time.time() if at is None else at, UTC)
    return {
        "Webhook-Id": "evt_1",
        "Webhook-Timestamp": str(int(moment.timestamp())),
        "Webhook-Signature": Webhook(secret).sign("evt_1", moment, body.decode()),
    }


def test_what_the_library_signs_is_verified() -> None:
    assert webhooks.verify(SECRET, BODY, signed())["data"] == {"exportId": "exp_1"}


def test_the_known_vector_is_verified() -> None:
    headers = {
        "webhook-id": "evt_01JTESTVECTOR",
        "webhook-timestamp": "1795820100",
        "webhook-signature": "v1,bm90IHRoaXM= v1,5OeEYRkV4JMEDE7eph4kj0twZBaLaY5qR5c6CYk+GA0=",
    }
    event = webhooks.verify(SECRET, BODY, headers, tolerance=float("inf"))
    assert event["type"] == "export.executed"


@pytest.mark.parametrize(
    ("body", "headers", "secret"),
    [
        (BODY + b" ", signed(), SECRET),
        (BODY, {**signed(), "Webhook-Id": "evt_2"}, SECRET),
        (BODY, signed(at=time.time() - 3600), SECRET),
        (BODY, signed(at=time.time() + 3600), SECRET),
        (BODY, signed(), "whsec_" + "B" * 43 + "="),
        (BODY, signed(), "whsec_???"),
        (BODY, {**signed(), "Webhook-Timestamp": "soon"}, SECRET),
        (BODY, {**signed(), "Webhook-Signature": "v1a,AAAA"}, SECRET),
        (BODY, {**signed(), "Webhook-Timestamp": "9" * 400}, SECRET),
        # As servers give bytes that are no UTF-8.
        (BODY, {**signed(), "Webhook-Id": "evt_\udcff"}, SECRET),
        (BODY, {**signed(), "Webhook-Signature": "v1,\udcff"}, SECRET),
        (BODY, {}, SECRET),
        (b"[]", signed(b"[]"), SECRET),
        (b"{", signed(b"{"), SECRET),
    ],
)
def test_anything_else_is_refused_in_one_way(body: bytes, headers: dict[str, str], secret: str) -> None:
    with pytest.raises(webhooks.InvalidSignature):
        webhooks.verify(secret, body, headers)


@pytest.mark.parametrize("empty", ["", "whsec_"])
def test_what_is_signed_with_no_key_is_refused_where_the_secret_was_not_set(empty: str) -> None:
    headers = {"webhook-id": "evt_1", "webhook-timestamp": str(int(time.time()))}
    content = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + BODY
    unkeyed = base64.b64encode(hmac.digest(b"", content, "sha256")).decode()
    with pytest.raises(webhooks.InvalidSignature):
        webhooks.verify(empty, BODY, {**headers, "webhook-signature": f"v1,{unkeyed}"})
