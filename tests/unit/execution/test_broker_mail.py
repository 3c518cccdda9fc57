"""The mail to the broker: frozen bytes, one recipient, no way to smuggle a header in."""

from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import default

import pytest

from entrygo.domain.principal import Mode, Tenant
from entrygo.execution.broker.mail import MAX_LOOSE_ATTACHMENTS, BrokerMail, compose
from entrygo.execution.documents import DOCUMENTS
from entrygo.execution.documents.base import render_documents
from entrygo.execution.package.facts import NOTICE
from entrygo.requests.email_address import parse_address
from tests.unit.execution.snapshots import PACKAGE, make_snapshot

MAIL = BrokerMail(
    submission_id="bes_123",
    tenant=Tenant("acc_123", Mode.LIVE),
    export_id="batch_123",
    package=PACKAGE,
    sender="customs@wh.example",
    recipient="broker@example.com",
    written_at=datetime(2026, 3, 11, 16, 10, tzinfo=UTC),
)
ARTIFACTS = render_documents(DOCUMENTS, make_snapshot(), PACKAGE)


def test_composing_twice_gives_the_same_bytes() -> None:
    assert compose(MAIL, ARTIFACTS) == compose(MAIL, ARTIFACTS)


def test_the_mail_carries_the_package_number_and_every_document() -> None:
    message = message_from_bytes(compose(MAIL, ARTIFACTS), policy=default)
    assert message["Subject"] == "EntryGo broker submission cp_ch123456"
    assert message["To"] == "broker@example.com"
    assert message["Message-ID"] == "<bes_123.acc_123@wh.example>"
    assert message["Date"] == "Wed, 11 Mar 2026 16:10:00 +0000"
    attached = {part.get_filename(): part.get_payload(decode=True) for part in message.iter_attachments()}
    loose = [each for each in ARTIFACTS if each.artifact_type != "package_zip"]
    assert attached == {each.filename: each.content for each in loose}
    body = message.get_body()
    assert body is not None
    assert NOTICE in body.get_content().replace("\n", " ")


def test_no_line_of_the_mail_is_longer_than_smtp_allows() -> None:
    assert max(len(line) for line in compose(MAIL, ARTIFACTS).split(b"\r\n")) <= 998


def test_documents_too_large_for_mail_servers_go_as_one_archive() -> None:
    large = replace(ARTIFACTS[0], content=b"x" * (MAX_LOOSE_ATTACHMENTS + 1))
    content = compose(MAIL, [large, *ARTIFACTS[1:]])
    message = message_from_bytes(content, policy=default)
    attached = {part.get_filename(): part.get_payload(decode=True) for part in message.iter_attachments()}
    assert attached == {"cp_ch123456.zip": ARTIFACTS[-1].content}
    body = message.get_body()
    assert body is not None
    named = body.get_content()
    assert all(each.filename in named and each.sha256 in named for each in ARTIFACTS[:-1])


def test_the_mail_names_no_archive_that_is_not_attached() -> None:
    body = message_from_bytes(compose(MAIL, ARTIFACTS), policy=default).get_body()
    assert body is not None
    assert "customs_package.zip" not in body.get_content()


def test_an_unusable_address_is_never_written_into_a_header() -> None:
    mail = replace(MAIL, recipient="b@y.test\r\nBcc: all@y.test")
    message = message_from_bytes(compose(mail, ARTIFACTS), policy=default)
    assert message["Bcc"] is None
    assert "y.test" not in str(message["To"])


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("broker@example.com", "broker@example.com"),
        ("first.last+tag@sub.example.com", "first.last+tag@sub.example.com"),
        ("zoll@bücher.example", "zoll@xn--bcher-kva.example"),
        ("a" * 65 + "@example.com", None),
        ("a@" + "b" * 64 + ".com", None),
        ("a@-b.com", None),
        ("a..b@example.com", None),
        (" a@example.com", None),
        ("a@example.com\n", None),
        ("a@[127.0.0.1]", None),
        ('"a b"@example.com', None),
    ],
)
def test_only_plain_addresses_are_taken(text: str, address: str | None) -> None:
    assert parse_address(text) == address


def test_a_mail_is_plain_ascii_as_not_every_server_takes_more() -> None:
    content = compose(replace(MAIL, reason="Numéro corrigé: 東京"), ARTIFACTS)
    assert content.isascii()
    body = message_from_bytes(content, policy=default).get_body()
    assert body is not None
    assert "Numéro corrigé: 東京" in body.get_content()
