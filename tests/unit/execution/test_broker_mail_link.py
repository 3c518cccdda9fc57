"""The link in the mail to the broker, and the mail that carries nothing but it for documents too large."""

import random
from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from functools import cache

import pytest

from entrygo.execution.broker.mail import compose
from entrygo.execution.broker.signed_links import Link
from entrygo.execution.package.artifacts import RenderedArtifact, loose_documents, zipped
from tests.unit.execution.test_broker_mail import MAIL, artifacts

LINK = Link(url="https://entrygo.example/broker/a.b", expires_at=datetime(2026, 6, 9, tzinfo=UTC))
LINKED = replace(MAIL, link=LINK)


@cache
def noise() -> RenderedArtifact:
    """What no ZIP makes smaller, and more than a mail carries loose."""
    return replace(artifacts()[0], content=random.Random(7).randbytes(6 * 1024 * 1024), packed=None)


@cache
def pack() -> bytes:
    return zipped([noise()])


def read(content: bytes) -> tuple[str, list[str | None]]:
    message = message_from_bytes(content, policy=default)
    assert isinstance(message, EmailMessage)
    body = message.get_body(("plain",))
    assert body is not None
    return body.get_content(), [part.get_filename() for part in message.iter_attachments()]


def test_the_mail_carries_the_link_and_says_until_when_it_works() -> None:
    text, attached = read(compose(LINKED, artifacts()))
    assert LINK.url in text
    assert "until 2026-06-09" in text
    assert len(attached) == len(loose_documents(artifacts()))


def test_documents_above_the_cap_stay_behind_the_link() -> None:
    content = compose(LINKED, artifacts(), zipped(artifacts()), 2_000)
    text, attached = read(content)
    assert attached == []
    assert "is ready for your review, behind the link" in text
    assert all(each.filename in text for each in loose_documents(artifacts()))
    assert len(content) < 5_000


def test_without_a_link_they_are_attached_all_the_same() -> None:
    _, attached = read(compose(MAIL, artifacts(), zipped(artifacts()), 2_000))
    assert attached == ["cp_ch123456.zip"]


@pytest.mark.parametrize("room", [-40_000, -1, 0, 1, 20_000, 40_000, 80_000])
def test_a_mail_with_attachments_is_never_larger_than_the_cap(room: int) -> None:
    in_base64 = len(pack()) * 4 // 3 * 78 // 76
    content = compose(LINKED, [noise()], pack(), in_base64 + room)
    _, attached = read(content)
    assert len(content) <= in_base64 + room
    assert bool(attached) is (room > 32 * 1024)


def test_no_line_is_longer_than_smtp_allows_when_the_link_is_long() -> None:
    long = replace(MAIL, link=replace(LINK, url="https://entrygo.example/broker/" + "a" * 900))
    for content in (compose(long, artifacts()), compose(long, artifacts(), zipped(artifacts()), 2_000)):
        assert max(len(line) for line in content.split(b"\r\n")) <= 998
        assert "a" * 900 in read(content)[0]
