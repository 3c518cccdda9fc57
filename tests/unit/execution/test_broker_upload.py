"""The body of an upload: frozen bytes that say which documents they hold, and are read by any form parser."""

import io
import zipfile
from dataclasses import replace
from datetime import UTC, datetime
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import HTTP

import orjson

from entrygo.execution.broker.signed_links import Link
from entrygo.execution.broker.upload import compose_archive, compose_upload, media_type_of
from entrygo.execution.broker.withdrawal_notice import WithdrawalNotice
from entrygo.execution.package.artifacts import RenderedArtifact, loose_documents, zipped
from entrygo.execution.package.facts import NOTICE
from tests.unit.execution.test_broker_mail import MAIL, artifacts


def upload_of(submission_id: str = "bes_1") -> bytes:
    mail = replace(MAIL, submission_id=submission_id)
    return compose_upload(mail, artifacts(), zipped(artifacts()))


def test_composing_twice_gives_the_same_bytes() -> None:
    assert upload_of() == upload_of()


def test_the_body_is_byte_for_byte_the_one_that_brokers_have_always_got() -> None:
    description = (
        b'{"answer_url":null,"documents":[{"bytes":2,"filename":"a.txt","media_type":"text/plain",'
        b'"sha256":"ab12"}],"export_id":"batch_123","mode":"live","notice":"' + NOTICE.encode() + b'",'
        b'"package_number":"cp_ch123456","prepared_at":"'
        + MAIL.package.generated_at.encode()
        + b'","reason":null,'
        b'"schema_version":1,"submission_id":"bes_1","submitted_at":"2026-03-11T16:10:00.000Z"}'
    )
    pack = b"PK\r\n--entrygo\x00\xff"
    artifact = RenderedArtifact(
        artifact_type="NOTE",
        filename="a.txt",
        media_type="text/plain",
        generated_at="2026-04-13T15:30:00Z",
        content=b"a\n",
        sha256="ab12",
    )
    assert compose_upload(replace(MAIL, submission_id="bes_1"), [artifact], pack) == (
        b"--entrygo-bes_1\r\n"
        b'Content-Disposition: form-data; name="submission"\r\n'
        b"Content-Type: application/json\r\n\r\n" + description + b"\r\n"
        b"--entrygo-bes_1\r\n"
        b'Content-Disposition: form-data; name="package"; filename="cp_ch123456.zip"\r\n'
        b"Content-Type: application/zip\r\n\r\n" + pack + b"\r\n"
        b"--entrygo-bes_1--\r\n"
    )


def test_the_upload_names_every_document_and_holds_it() -> None:
    head = f"Content-Type: {media_type_of('bes_1')}\r\n\r\n".encode()
    message = BytesParser(policy=HTTP).parsebytes(head + upload_of())
    submission, package = (part for part in message.iter_parts() if isinstance(part, EmailMessage))
    described = orjson.loads(submission.get_content())
    assert described["package_number"] == "cp_ch123456"
    assert {each["filename"]: each["sha256"] for each in described["documents"]} == {
        each.filename: each.sha256 for each in loose_documents(artifacts())
    }
    content = package.get_payload(decode=True)
    assert isinstance(content, bytes)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert {name: archive.read(name) for name in archive.namelist()} == {
            each.filename: each.content for each in loose_documents(artifacts())
        }


def test_an_archive_that_comes_alone_holds_what_a_form_says_and_what_a_mail_says() -> None:
    link = Link(url="https://entrygo.example/broker/t.s", expires_at=datetime(2026, 6, 9, tzinfo=UTC))
    mail = replace(MAIL, submission_id="bes_1", link=link)
    made = compose_archive(mail, artifacts(), zipped(artifacts()))
    assert made == compose_archive(mail, artifacts(), zipped(artifacts()))
    with zipfile.ZipFile(io.BytesIO(made)) as archive:
        assert archive.testzip() is None
        held = {name: archive.read(name) for name in archive.namelist()}
    described, words = orjson.loads(held.pop("submission.json")), held.pop("submission.txt").decode()
    assert (described["answer_url"], described["submission_id"]) == (link.url, "bes_1")
    assert f"and enter the entry number here, without an account, until 2026-06-09:\n\n{link.url}" in words
    assert held == {each.filename: each.content for each in loose_documents(artifacts())}


def test_the_archive_of_a_withdrawal_holds_its_notice_and_asks_for_no_answer() -> None:
    notice = WithdrawalNotice(
        package_number="cp_ch123456",
        export_id="batch_123",
        reason="r",
        withdrawn_at="2026-03-11T16:10:00.000Z",
    )
    pack = zipped(artifacts())
    assert compose_archive(replace(MAIL, withdrawal=notice), artifacts(), pack) == pack
