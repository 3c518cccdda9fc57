"""The body of an upload: frozen bytes that say which documents they hold, and are read by any form parser."""

import io
import zipfile
from dataclasses import replace
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import HTTP

import orjson

from entrygo.execution.broker.upload import compose_upload, media_type_of
from entrygo.execution.package.artifacts import loose_documents, zipped
from tests.unit.execution.test_broker_mail import ARTIFACTS, MAIL


def upload_of(submission_id: str = "bes_1") -> bytes:
    mail = replace(MAIL, submission_id=submission_id)
    return compose_upload(mail, ARTIFACTS, zipped(ARTIFACTS))


def test_composing_twice_gives_the_same_bytes() -> None:
    assert upload_of() == upload_of()


def test_the_upload_names_every_document_and_holds_it() -> None:
    head = f"Content-Type: {media_type_of('bes_1')}\r\n\r\n".encode()
    message = BytesParser(policy=HTTP).parsebytes(head + upload_of())
    submission, package = (part for part in message.iter_parts() if isinstance(part, EmailMessage))
    described = orjson.loads(submission.get_content())
    assert described["package_number"] == "cp_ch123456"
    assert {each["filename"]: each["sha256"] for each in described["documents"]} == {
        each.filename: each.sha256 for each in loose_documents(ARTIFACTS)
    }
    content = package.get_payload(decode=True)
    assert isinstance(content, bytes)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert {name: archive.read(name) for name in archive.namelist()} == {
            each.filename: each.content for each in loose_documents(ARTIFACTS)
        }
